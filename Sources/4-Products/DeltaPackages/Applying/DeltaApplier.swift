import Bytes
import Compression
import Delta
public import FileIO
import Hashing
public import Images
import OCI
import Recompression
import Tar

/// What an applier writes.
public enum OutputFormat: String, CaseIterable, Sendable {
    /// The archive that the package was made from, byte for byte.
    case same
    /// An OCI archive of the same images.
    case oci
    /// A `docker save` archive of the same images with uncompressed layers.
    case docker
}

/// Makes the new images of old ones and a package.
public struct DeltaApplier: Sendable {
    /// What it applies.
    public let package: DeltaPackage
    /// By diff id.
    let oldLayers: [Digest: LayerBytes]
    /// By the digest of the blob: a layer may be there in several forms.
    private let oldBlobs: [Digest: LayerBytes]
    /// The images that go into another archive than the package's own.
    let images: [DeltaDocument.Image]
    private let oldSource: String
    private let references: OldReferences
    /// Old layers of which only the headers were read.
    private let unchecked: [(name: String, diffID: Digest, file: LayerBytes)]
    var document: DeltaDocument { package.document }

    /// Checks that the old image is the one that the package needs, by the content of its layers.
    ///
    /// - Throws: `PackageError.wrongOldImage`, which names every layer that is missing.
    public init(package: DeltaPackage, old: OpenedImage) throws {
        try self.init(package: package, old: ImageSet(old))
    }

    /// Checks that the old images hold what the package needs, by the content of their layers.
    ///
    /// - Parameters:
    ///   - package: The package.
    ///   - old: The images that are there.
    ///   - name: The image to make, by a name or the start of its id, where the archive is not the package's own; nil for
    ///     all that the package makes.
    /// - Throws: `PackageError.wrongOldImage`, which names every layer that is missing.
    public init(package: DeltaPackage, old: ImageSet, making name: String? = nil) throws {
        self.package = package
        oldSource = old.source
        let summaries = old.summaries
        var files: [Digest: LayerBytes] = [:]
        var blobs: [Digest: LayerBytes] = [:]
        for (summary, file) in zip(summaries, old.layers) {
            if files[summary.diffID] == nil { files[summary.diffID] = file }
            blobs[summary.digest] = file
        }
        oldLayers = files
        oldBlobs = blobs
        let named = name.map { name in package.document.new.images.filter { $0.isMeant(by: name) } } ?? []
        images = named.isEmpty ? package.document.new.images : named
        let missing = package.document.old.layers.enumerated().filter { files[$0.element] == nil }
        guard missing.isEmpty else {
            throw PackageError.wrongOldImage(
                path: package.path, image: old.source,
                missing: missing.map { "layer \($0.offset + 1) (\($0.element))" })
        }
        unchecked = zip(summaries, old.layers).filter { !$1.isChecked }.map { summary, file in
            ("layer \(summary.index + 1) (\(summary.digest))", summary.diffID, file)
        }
        references = OldReferences(package.document.old.layers.compactMap { files[$0] })
    }

    /// The images that will be in an archive: in the package's own, all of its images.
    public func images(in format: OutputFormat) -> [DeltaDocument.Image] {
        format == .same ? document.new.images : images
    }

    /// How many bytes will be written; of another archive than the package's own, about how many.
    public func byteCount(of format: OutputFormat) -> UInt64 {
        switch format {
        case .same: document.new.archive.byteCount
        case .oci: layers.reduce(0) { $0.addingClamped(document.new.layers[$1].blobByteCount) }
        case .docker: layers.reduce(0) { $0.addingClamped(document.new.layers[$1].byteCount) }
        }
    }

    /// The layers, numbered from 0, whose blobs the old images hold in another form than the package expects, and which
    /// are compressed again as a description says.
    ///
    /// - Parameter format: Which archive will be made.
    /// - Returns: The layers, lowest first.
    public func recompressedLayers(_ format: OutputFormat) -> [Int] {
        missingBlobs(format).filter { document.new.layers[$0].encoding != .old(repack: nil) }
    }

    /// The layers whose blobs should be the old images' own, and are not there.
    private func missingBlobs(_ format: OutputFormat) -> [Int] {
        made(format).filter { index in
            guard case .old = document.new.layers[index].encoding else { return false }
            return oldBlobs[document.new.layers[index].digest] == nil
        }
    }

    /// The layers that cannot be compressed again because an old blob is not there.
    private func layersWithoutOldBlob(_ format: OutputFormat) -> [Int] {
        made(format).filter { index in
            document.new.layers[index].encoding.neededOldBlob.map { oldBlobs[$0] == nil } ?? false
        }
    }

    /// The layers whose blobs go into an archive.
    private func made(_ format: OutputFormat) -> [Int] {
        switch format {
        case .same: Array(document.new.layers.indices)
        case .oci: layers
        case .docker: []
        }
    }

    /// The layers of these images, each once.
    var layers: [Int] { Set(images.flatMap(\.layers)).sorted() }

    /// Checks that the new images can be made and are not larger than the receiver wants.
    ///
    /// - Parameters:
    ///   - format: Which archive will be made.
    ///   - limit: How many bytes it may have; nil for 1 GiB and 256 times what there is to make it of.
    /// - Throws: `PackageError.tooLarge`, `PackageError.otherCompression` for blobs that the old images do not hold and
    ///   nothing makes, `PackageError.needsOldBlobs` for such as are made of old blobs that are not there, and `PackageError.unknownNeeds` for what this version does not know.
    public func check(_ format: OutputFormat, limit: UInt64? = nil) throws {
        let needs = document.unknownNeeds(encodes: format != .docker)
        guard needs.isEmpty else { throw PackageError.unknownNeeds(path: package.path, needs: needs) }
        let lost = missingBlobs(format).filter { document.new.layers[$0].encoding == .old(repack: nil) }
        guard lost.isEmpty else {
            throw PackageError.otherCompression(layers: lost.map { $0 + 1 }, image: oldSource)
        }
        let stuck = layersWithoutOldBlob(format)
        guard stuck.isEmpty else {
            throw PackageError.needsOldBlobs(layers: stuck.map { $0 + 1 }, image: oldSource)
        }
        let limit =
            limit
            ?? package.byteCount.addingClamped(
                oldLayers.values.reduce(0) { $0.addingClamped($1.tar.byteCount) }
            ).multipliedClamped(256).addingClamped(1 << 30)
        let byteCount = byteCount(of: format)
        guard byteCount <= limit else {
            throw PackageError.tooLarge(path: package.path, byteCount: byteCount, limit: limit)
        }
    }

    /// Makes an archive of the new images; checks its digest, or that of every layer where the archive has none.
    ///
    /// - Parameters:
    ///   - format: Which archive.
    ///   - sink: Takes its bytes, in order; what it was given is right only if this function returns.
    ///   - progress: Told how many bytes were made, of how many.
    /// - Throws: `PackageError` if the package is damaged or does not make what it says, `ImageError` if the old image
    ///   was not what it says, and what the sink throws.
    public func apply(
        _ format: OutputFormat, into sink: (ArraySlice<UInt8>) throws -> Void,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws {
        try check(format, limit: .max)
        let total = byteCount(of: format)
        try withoutActuallyEscaping(sink) { sink in
            try withoutActuallyEscaping(progress) { progress in
                let stream = ArchiveStream(sink) { progress(min($0, total), total) }
                try explained {
                    switch format {
                    case .same: try makeArchive(stream) {}
                    case .oci: try ImageArchiveWriter.write(ociMembers(), into: stream.write)
                    case .docker: try ImageArchiveWriter.write(dockerMembers(), into: stream.write)
                    }
                    try stream.flush()
                }
            }
        }
    }

    /// Makes the new images' archive in a file, and notes there how far it came with every layer; goes on from what was
    /// noted by a run that was interrupted.
    ///
    /// - Parameters:
    ///   - file: Where it goes; not yet committed when this function returns.
    ///   - progress: Told how many bytes were made, of how many.
    /// - Throws: As `apply(_:into:progress:)` does.
    public func apply(
        to file: OutputFile, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws {
        try check(.same, limit: .max)
        let total = byteCount(of: .same)
        try withoutActuallyEscaping(progress) { progress in
            let stream = ArchiveStream(after: file.continued, file.write) { progress(min($0, total), total) }
            try explained { try makeArchive(stream) { try file.checkpoint(stream.digest()) } }
        }
    }

    /// Turns what went wrong into what it means to the user.
    private func explained(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch DeltaError.unknownVersion(let version) {
            throw PackageError.unknownRecipeVersion(path: package.path, version: version)
        } catch let error where error is DeltaError || error is RecompressionError || error is TarError {
            try checkOldLayers()
            throw PackageError.damaged(path: package.path, reason: "\(error)")
        } catch let error as WrongMemberSize {
            try checkOldLayers()
            throw PackageError.wrongResult(
                what: "'\(error.name)'", expected: "\(error.byteCount) bytes", actual: "another size")
        } catch is DecodingError {
            throw PackageError.damaged(
                path: package.path, reason: "a document of the image cannot be decoded")
        } catch let error as PackageError where error.isDamage {
            // Of an old image that is damaged nothing right can be made: that is the cause, this the effect.
            try checkOldLayers()
            throw error
        }
    }

    /// Checks what was taken on trust.
    private func checkOldLayers() throws {
        for (name, diffID, file) in unchecked {
            var hasher = DigestHasher()
            try file.tar.forEachPart {
                try Task.checkCancellation()
                hasher.update($0)
            }
            let actual = hasher.finish()
            guard actual == diffID else {
                throw ImageError.wrongDigest(
                    source: oldSource, name: name, expected: diffID.description, actual: actual.description)
            }
        }
    }

    // MARK: - Archives

    private func makeArchive(_ stream: ArchiveStream, layerDone: () throws -> Void) throws {
        let decoder = try decoder(document.new.archive.recipe, NoReferences())
        guard decoder.header.byteCount == byteCount(of: .same) else { throw sizeMismatch("the archive") }
        try withoutActuallyEscaping(layerDone) { layerDone in
            try decoder.run(into: stream.write) { content in
                switch content {
                case .layer(let index):
                    guard document.new.layers.indices.contains(index) else {
                        throw DeltaError.damaged("its archive holds a layer that the images do not have")
                    }
                    let byteCount = document.new.layers[index].blobByteCount
                    return (
                        byteCount,
                        { sink in
                            if stream.isKnown(next: byteCount) {
                                return try Self.emitNothing(byteCount, sink)
                            }
                            try emitBlob(index, checks: false, sink)
                            try stream.flush()
                            try layerDone()
                        }
                    )
                case .document(let index):
                    guard document.new.archive.documents.indices.contains(index) else {
                        throw DeltaError.damaged("its archive holds an unknown document")
                    }
                    let region = try package.region(document.new.archive.documents[index])
                    return (region.byteCount, region.forEachPart)
                }
            }
        }
        try stream.flush()
        let digest = stream.digest()
        guard digest == document.new.archive.digest else {
            try checkOldLayers()
            // The archive is checked as a whole; only now does it matter which layer is wrong.
            for index in document.new.layers.indices { try emitBlob(index, checks: true) { _ in } }
            try check("the archive", digest, document.new.archive.digest)
            return
        }
    }

    /// Stands for bytes that are there already.
    private static func emitNothing(_ byteCount: UInt64, _ sink: (ArraySlice<UInt8>) throws -> Void) throws {
        let zeros = [UInt8](repeating: 0, count: 1 << 18)
        var rest = byteCount
        while rest > 0 {
            let part = zeros.prefix(Int(min(rest, UInt64(zeros.count))))
            try sink(part)
            rest -= UInt64(part.count)
        }
    }

    // MARK: - Layers

    /// Gives out a layer's blob as the new image holds it; checks its digest where nothing else does.
    func emitBlob(_ index: Int, checks: Bool, _ sink: (ArraySlice<UInt8>) throws -> Void) throws {
        let layer = document.new.layers[index]
        switch layer.encoding {
        case .none: try emitTar(index, checks: checks, sink)
        case .unknown:
            throw PackageError.unknownNeeds(path: package.path, needs: document.unknownNeeds(encodes: true))
        case .carried: try package.region(layer.digest).forEachPart(sink)
        case .old(let repack):
            if let file = oldBlobs[layer.digest] {
                // What was decompressed was checked when the old image was opened.
                return try checked(index, layer.digest, checks && !file.isChecked, sink) {
                    try file.blob.forEachPart($0)
                }
            }
            guard let repack else {
                throw PackageError.otherCompression(layers: [index + 1], image: oldSource)
            }
            try emitBlob(index, repack, old: nil, checks: checks, sink)
        case .repack(let digest, let old): try emitBlob(index, digest, old: old, checks: checks, sink)
        }
    }

    /// Makes a layer's blob as a description says, of an old blob, too, if it takes one.
    private func emitBlob(
        _ index: Int, _ repack: Digest, old: Digest?, checks: Bool, _ sink: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        let layer = document.new.layers[index]
        let region = try package.region(repack)
        let oldBlob = try old.map { digest in
            guard let file = oldBlobs[digest] else {
                throw PackageError.needsOldBlobs(layers: [index + 1], image: oldSource)
            }
            return try OldBlob(file)
        }
        try checked(index, layer.digest, checks, sink) { sink in
            try withoutActuallyEscaping(sink) { sink in
                let rebuilder = try Rebuilder(region.bytes, old: oldBlob) { try sink($0) }
                guard rebuilder.blobByteCount == layer.blobByteCount,
                    rebuilder.plainByteCount == layer.byteCount
                else { throw sizeMismatch("layer \(index + 1)") }
                try emitTar(index, checks: checks) { try rebuilder.write($0) }
                try rebuilder.finish()
            }
        }
    }

    /// Gives out a layer's uncompressed tar.
    func emitTar(_ index: Int, checks: Bool, _ sink: (ArraySlice<UInt8>) throws -> Void) throws {
        let layer = document.new.layers[index]
        switch layer.tar {
        case .old:
            guard let file = oldLayers[layer.diffID] else {
                throw PackageError.wrongOldImage(
                    path: package.path, image: oldSource, missing: ["layer \(index + 1) (\(layer.diffID))"])
            }
            guard file.tar.byteCount == layer.byteCount else { throw sizeMismatch("layer \(index + 1)") }
            try checked(index, layer.diffID, checks && !file.isChecked, sink) { try file.tar.forEachPart($0) }
        case .unknown:
            throw PackageError.unknownNeeds(path: package.path, needs: document.unknownNeeds(encodes: true))
        case .recipe(let digest):
            let decoder = try decoder(digest, references)
            guard decoder.header.byteCount == layer.byteCount else {
                throw sizeMismatch("layer \(index + 1)")
            }
            try checked(index, layer.diffID, checks, sink) { sink in
                try decoder.run(into: sink) { _ in throw DeltaError.damaged("a layer cannot hold a layer") }
            }
        case .blob:
            try checked(index, layer.diffID, checks, sink) { sink in
                do {
                    try BlobReader.forEachPart(of: package.region(layer.digest), limit: layer.byteCount, sink)
                } catch ImageError.damaged(_, let reason) {
                    // The blob lies in the package: it is not an image that is damaged.
                    throw PackageError.damaged(
                        path: package.path, reason: "the blob of layer \(index + 1): \(reason)")
                }
            }
        }
    }

    /// Gives out some of a layer and checks its digest, if that is wanted.
    private func checked(
        _ index: Int, _ digest: Digest, _ checks: Bool, _ sink: (ArraySlice<UInt8>) throws -> Void,
        emit: ((ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws {
        var hasher = DigestHasher()
        try withoutActuallyEscaping(sink) { sink in
            try emit(
                checks
                    ? { bytes in
                        hasher.update(bytes)
                        try sink(bytes)
                    } : sink)
        }
        guard checks else { return }
        try check("layer \(index + 1)", hasher.finish(), digest)
    }

    private func decoder(_ digest: Digest, _ references: any ReferenceSource) throws -> RecipeDecoder {
        let region = try package.region(digest)
        return try RecipeDecoder(
            storedByteCount: region.byteCount, references: references, makeScratch: { SpooledStream() }
        ) {
            try region.read(at: $0, count: $1)
        }
    }

    func sizeMismatch(_ what: String) -> PackageError {
        .damaged(path: package.path, reason: "the sizes of \(what) contradict each other")
    }

    private func check(_ what: String, _ actual: Digest, _ expected: Digest) throws {
        guard actual == expected else {
            throw PackageError.wrongResult(
                what: what, expected: expected.description, actual: actual.description)
        }
    }
}
