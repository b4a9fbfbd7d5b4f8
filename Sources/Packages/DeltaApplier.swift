import Bytes
import Compression
import Delta
import Files
public import ImageFiles
import Images

/// What an applier writes.
public enum OutputFormat: String, CaseIterable, Sendable {
    /// The archive that the package was made from, byte for byte.
    case same
    /// An OCI archive of the same image.
    case oci
    /// A `docker save` archive of the same image with uncompressed layers.
    case docker
}

/// Makes the new image of an old one and a package.
public struct DeltaApplier: Sendable {
    private let package: DeltaPackage
    private let oldLayers: [Digest: LayerFile]
    private let oldDigests: [Digest: Digest]
    private let oldSource: String
    private let references: OldReferences
    private var document: DeltaDocument { package.document }

    /// Checks that the old image is the one that the package needs, by the content of its layers.
    ///
    /// - Throws: `PackageError.wrongOldImage`, which names every layer that is missing.
    public init(package: DeltaPackage, old: OpenedImage) throws {
        self.package = package
        oldSource = old.container.source
        let summaries = old.index.summary.layers
        var files: [Digest: LayerFile] = [:]
        var digests: [Digest: Digest] = [:]
        for (summary, file) in zip(summaries, old.layers) where files[summary.diffID] == nil {
            files[summary.diffID] = file
            digests[summary.diffID] = summary.digest
        }
        oldLayers = files
        oldDigests = digests
        let missing = package.document.old.layers.enumerated().filter { files[$0.element] == nil }
        guard missing.isEmpty else {
            throw PackageError.wrongOldImage(
                path: package.path, image: old.container.source,
                missing: missing.map { "layer \($0.offset + 1) (\($0.element))" })
        }
        references = OldReferences(package.document.old.layers.compactMap { files[$0] })
    }

    /// How many bytes will be written.
    public var byteCount: UInt64 { document.new.archive.byteCount }

    /// Makes the new image's archive; checks the digest of every layer that is rebuilt, and of the archive itself.
    ///
    /// - Parameters:
    ///   - format: Which archive.
    ///   - sink: Takes its bytes, in order; what it was given is right only if this function returns.
    ///   - progress: Told how many bytes were made, of how many.
    /// - Throws: `PackageError` if the package is damaged or does not make what it says, and what the sink throws.
    public func apply(
        _ format: OutputFormat, into sink: (ArraySlice<UInt8>) throws -> Void,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws {
        var done: UInt64 = 0
        var hasher = DigestHasher()
        func write(_ bytes: ArraySlice<UInt8>) throws {
            try Task.checkCancellation()
            hasher.update(bytes)
            try sink(bytes)
            done += UInt64(bytes.count)
            progress(min(done, byteCount), byteCount)
        }
        do {
            switch format {
            case .same:
                try makeArchive(write)
                try check("the archive", hasher.finish(), document.new.archive.digest)
            case .oci: try PackedImage.write(ociMembers(), into: write)
            case .docker: try PackedImage.write(dockerMembers(), into: write)
            }
        } catch let error as DeltaError {
            throw PackageError.damaged(path: package.path, reason: error.description)
        } catch let error as CompressionError {
            throw PackageError.damaged(path: package.path, reason: error.description)
        } catch is DecodingError {
            throw PackageError.damaged(
                path: package.path, reason: "a document of the image cannot be decoded")
        }
    }

    // MARK: - Archives

    private func makeArchive(_ sink: (ArraySlice<UInt8>) throws -> Void) throws {
        let decoder = try decoder(document.new.archive.recipe, NoReferences())
        guard decoder.header.byteCount == byteCount else { throw sizeMismatch("the archive") }
        try decoder.run(into: sink) { content in
            switch content {
            case .layer(let index):
                guard document.new.layers.indices.contains(index) else {
                    throw DeltaError.damaged("its archive holds a layer that the image does not have")
                }
                return (document.new.layers[index].blobByteCount, { try emitBlob(index, $0) })
            case .document(let index):
                guard document.new.archive.documents.indices.contains(index) else {
                    throw DeltaError.damaged("its archive holds an unknown document")
                }
                let region = try package.region(document.new.archive.documents[index])
                return (region.byteCount, region.forEachPart)
            }
        }
    }

    private func ociMembers() throws -> [PackedImage.Member] {
        guard document.new.archive.documents.count == 2, document.new.manifestDigest != nil else {
            throw PackageError.noSuchOutput(
                reason:
                    "the new image has no OCI manifest, since 'docker save' before version 25 writes none; "
                    + "use --output-format docker, or skopeo to convert the result")
        }
        let layers = document.new.layers.indices.map { index in
            PackedImage.Member(
                "blobs/sha256/\(document.new.layers[index].digest.hex)",
                byteCount: document.new.layers[index].blobByteCount, emit: { try emitBlob(index, $0) })
        }
        return try PackedImage.ociMembers(
            manifest: document(1), config: document(0), name: document.new.names.first, layers: layers)
    }

    private func dockerMembers() throws -> [PackedImage.Member] {
        let listed = try JSONBytes.decode(ConfigDocument.self, document(0)).rootfs.diff_ids ?? []
        guard listed == document.new.layers.map(\.diffID.description) else {
            throw PackageError.damaged(
                path: package.path, reason: "its image's configuration lists other layers")
        }
        let layers = document.new.layers.indices.map { index in
            PackedImage.Member(
                "\(document.new.layers[index].diffID.hex).tar",
                byteCount: document.new.layers[index].byteCount,
                emit: { try emitTar(index, $0) })
        }
        return try PackedImage.dockerMembers(config: document(0), names: document.new.names, layers: layers)
    }

    private func document(_ index: Int) throws -> [UInt8] {
        guard document.new.archive.documents.indices.contains(index) else {
            throw PackageError.damaged(path: package.path, reason: "it lacks the image's documents")
        }
        let region = try package.region(document.new.archive.documents[index])
        guard region.byteCount <= 4 << 20 else { throw sizeMismatch("a document") }
        return try region.read(at: 0, count: Int(region.byteCount))
    }

    // MARK: - Layers

    /// Gives out a layer's blob as the new image holds it.
    private func emitBlob(_ index: Int, _ sink: (ArraySlice<UInt8>) throws -> Void) throws {
        let layer = document.new.layers[index]
        switch layer.encoding {
        case .none: try emitTar(index, sink)
        case .carried: try package.region(layer.digest).forEachPart(sink)
        case .old:
            guard let file = oldLayers[layer.diffID], oldDigests[layer.diffID] == layer.digest else {
                throw PackageError.otherCompression(layer: index + 1, image: oldSource)
            }
            try file.blob.forEachPart(sink)
        case .gzip(let level, let header):
            guard let bytes = Hex.bytes(header), let header = GzipHeader(bytes[...]) else {
                throw DeltaError.damaged("layer \(index + 1) has a bad gzip header")
            }
            var hasher = DigestHasher()
            try withoutActuallyEscaping(sink) { sink in
                let compressor = try GzipCompressor(level: level, header: header) { bytes in
                    hasher.update(bytes)
                    try sink(bytes[...])
                }
                try emitTar(index) { try compressor.write($0) }
                try compressor.finish()
            }
            try check("layer \(index + 1)", hasher.finish(), layer.digest)
        }
    }

    /// Gives out a layer's uncompressed tar.
    private func emitTar(_ index: Int, _ sink: (ArraySlice<UInt8>) throws -> Void) throws {
        let layer = document.new.layers[index]
        var hasher = DigestHasher()
        func write(_ bytes: ArraySlice<UInt8>) throws {
            hasher.update(bytes)
            try sink(bytes)
        }
        switch layer.tar {
        case .old:
            guard let file = oldLayers[layer.diffID] else {
                throw PackageError.wrongOldImage(
                    path: package.path, image: oldSource, missing: ["layer \(index + 1) (\(layer.diffID))"])
            }
            // Its digest was checked when the old image was opened.
            guard file.tar.byteCount == layer.byteCount else { throw sizeMismatch("layer \(index + 1)") }
            try file.tar.forEachPart(sink)
            return
        case .recipe(let digest):
            let decoder = try decoder(digest, references)
            guard decoder.header.byteCount == layer.byteCount else {
                throw sizeMismatch("layer \(index + 1)")
            }
            try decoder.run(into: write) { _ in throw DeltaError.damaged("a layer cannot hold a layer") }
        case .blob:
            try Unpacking.forEachPart(of: package.region(layer.digest), limit: layer.byteCount, write)
        }
        try check("layer \(index + 1)", hasher.finish(), layer.diffID)
    }

    private func decoder(_ digest: Digest, _ references: any ReferenceSource) throws -> RecipeDecoder {
        let region = try package.region(digest)
        return try RecipeDecoder(
            storedByteCount: region.byteCount, references: references, makeScratch: { try SpooledStream() }
        ) {
            try region.read(at: $0, count: $1)
        }
    }

    private func sizeMismatch(_ what: String) -> PackageError {
        .damaged(path: package.path, reason: "the sizes of \(what) contradict each other")
    }

    private func check(_ what: String, _ actual: Digest, _ expected: Digest) throws {
        guard actual == expected else {
            throw PackageError.wrongResult(
                what: what, expected: expected.description, actual: actual.description)
        }
    }
}
