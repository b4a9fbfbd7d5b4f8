import Bytes
import FileTree
import FileIO
import Hashing
public import Images
public import OCI
public import Work

/// An opened package file: a delta, or several that share blobs.
public struct PackageFile: Sendable {
    /// The file's name as the user gave it.
    public let path: String
    /// The deltas, in the order of the index; never empty.
    public let deltas: [DeltaPackage]
    /// What else the index lists: signatures and other things that refer to the deltas. Nothing of it is read.
    public let others: [Descriptor]

    /// Opens a package; reads all of its deltas once, to check them.
    ///
    /// - Parameters:
    ///   - path: The package, or `-` for standard input.
    ///   - reporter: Told how far unpacking and checking have come.
    /// - Returns: The package with all its deltas.
    /// - Throws: `PackageError` if it is no package or damaged, `FileError` if it cannot be read, `CancellationError`
    ///   when its task was cancelled.
    public static func open(_ path: String, _ reporter: Reporter = .silent) throws -> PackageFile {
        try open(path, shownAs: path, reporter)
    }

    /// Opens a package that still lies under another name than the one to use in messages.
    static func open(
        _ file: String, shownAs path: String, _ reporter: Reporter = .silent
    ) throws -> PackageFile {
        do {
            let store = try StoreOpener.open(file) { done, total in
                reporter.report(Progress(.unpacking, done: done, total: total == 0 ? nil : total))
            }
            var reader = PackageReader(path: path, store: store, reporter: reporter)
            return try reader.read()
        } catch let error as ImageError {
            switch error {
            case .notAnImage(_, let reason): throw PackageError.notAPackage(path: path, reason: reason)
            case .damaged(_, let reason): throw PackageError.damaged(path: path, reason: reason)
            default: throw PackageError.damaged(path: path, reason: "\(error)")
            }
        }
    }

    /// What old images must hold between them that one of the deltas starts from.
    public var oldContents: [ImageContent] { deltas.map(\.document.old.content) }

    /// The delta of a package that holds no other.
    ///
    /// - Throws: `PackageError.ambiguous` if there are several.
    public func onlyDelta() throws -> DeltaPackage {
        guard deltas.count == 1 else { throw PackageError.ambiguous(path: path, choices: choices(deltas)) }
        return deltas[0]
    }

    /// The delta that starts from what a user has, found by the content of the layers.
    ///
    /// - Parameters:
    ///   - old: The images.
    ///   - name: The new image that is wanted, by a name or the start of its id, where the package makes several.
    /// - Returns: The one delta that fits.
    /// - Throws: `PackageError.wrongOldImage` if no delta starts from it, `PackageError.alreadyNew` if it is what one makes, `PackageError.noSuchImage` if none makes what is wanted,
    ///   `PackageError.ambiguous` if several do and make different images.
    public func delta(from old: ImageSet, making name: String? = nil) throws -> DeltaPackage {
        let named =
            name.map { name in deltas.filter { $0.document.new.images.contains { $0.isMeant(by: name) } } }
            ?? deltas
        guard let first = named.first else {
            throw PackageError.noSuchImage(path: path, wanted: name ?? "", choices: choices(deltas))
        }
        let known = Set(old.summaries.map(\.diffID))
        let fitting = named.filter { known.isSuperset(of: $0.document.old.layers) }
        guard let best = fitting.min(by: { $0.byteCount < $1.byteCount }) else {
            guard !named.contains(where: { Self.isMade($0, in: old, name) }) else {
                throw PackageError.alreadyNew(path: path, image: old.source)
            }
            let missing = first.document.old.layers.enumerated().filter { !known.contains($0.element) }
            throw PackageError.wrongOldImage(
                path: path, image: old.source,
                missing: named.count == 1
                    ? missing.map { "layer \($0.offset + 1) (\($0.element))" }
                    : named.map {
                        "every layer of \($0.document.old.images.map(\.label).joined(separator: ", "))"
                    })
        }
        // Where several make the same archive, the smallest will do.
        guard fitting.allSatisfy({ $0.document.new.archive.digest == best.document.new.archive.digest })
        else {
            throw PackageError.ambiguous(path: path, choices: choices(fitting))
        }
        return best
    }

    /// Whether all that is wanted of a delta is there already.
    private static func isMade(_ delta: DeltaPackage, in old: ImageSet, _ name: String?) -> Bool {
        let there = Set(old.images.map(\.summary.imageID))
        let wanted = delta.document.new.images.filter { image in name.map(image.isMeant) ?? true }
        return !wanted.isEmpty && wanted.allSatisfy { there.contains($0.imageID) }
    }

    /// What the deltas make; what looks alike is told apart by its id, which chooses it, too.
    private func choices(_ deltas: [DeltaPackage]) -> [String] {
        var seen: Set<Digest> = []
        let images = deltas.flatMap(\.document.new.images).filter { seen.insert($0.imageID).inserted }
        let counts = Dictionary(images.map { ($0.label, 1) }, uniquingKeysWith: +)
        return images.map { (counts[$0.label] ?? 1) > 1 ? "\($0.label) \($0.imageID.short)" : $0.label }
    }
}

extension DeltaPackage {
    /// How many bytes its blobs have together.
    var byteCount: UInt64 { blobs.reduce(0) { $0.addingClamped($1.size) } }
}

/// Reads a package's documents and checks its blobs.
private struct PackageReader {
    let path: String
    let store: any BlobStore
    let reporter: Reporter
    /// Checked blobs.
    private var regions: [Digest: FileRegion] = [:]
    /// How many bytes of documents may still be read, which take a hundred times as much memory: as many as of images that
    /// lie in as many bytes, so that what is made of images can be read.
    private var documentByteCountLeft: UInt64

    init(path: String, store: any BlobStore, reporter: Reporter) {
        self.path = path
        self.store = store
        self.reporter = reporter
        documentByteCountLeft = store.storedByteCount.multipliedClamped(4).addingClamped(8 << 20)
    }

    /// A delta's manifest, and its document.
    private struct Listed {
        let digest: Digest
        let manifest: ManifestDocument
        let document: DeltaDocument
    }

    mutating func read() throws -> PackageFile {
        guard let name = TreePath("index.json"), let region = try store.file(name) else {
            let isSaved = try TreePath("manifest.json").flatMap { try store.file($0) } != nil
            throw PackageError.notAPackage(
                path: path, reason: isSaved ? "it is an image" : "'index.json' is not in it")
        }
        let index = try decode(IndexDocument.self, bytes(region), "'index.json'")
        var listed: [Listed] = []
        var others: [Descriptor] = []
        var otherVersion: String?
        for descriptor in index.manifests {
            guard let manifest = try deltaManifest(descriptor, &otherVersion) else {
                others.append(descriptor)
                continue
            }
            listed.append(
                Listed(digest: descriptor.digest, manifest: manifest, document: try document(manifest.config))
            )
        }
        guard !listed.isEmpty else {
            if let otherVersion { throw PackageError.unknownVersion(path: path, version: otherVersion) }
            throw PackageError.notAPackage(
                path: path, reason: "it is an image or another artifact")
        }
        try checkBlobs(listed.flatMap(\.manifest.layers))
        return PackageFile(
            path: path,
            deltas: listed.map { item in
                let digests = Set(item.manifest.layers.map(\.digest))
                return DeltaPackage(
                    path: path, document: item.document, manifestDigest: item.digest,
                    blobs: item.manifest.layers, regions: regions.filter { digests.contains($0.key) })
            }, others: others)
    }

    /// The manifest of a delta; nil for everything else that an index may list.
    private mutating func deltaManifest(
        _ descriptor: Descriptor, _ otherVersion: inout String?
    ) throws -> ManifestDocument? {
        guard descriptor.mediaType == MediaType.ociManifest || descriptor.mediaType.isEmpty else {
            return nil
        }
        // Some tools leave the type of what they copy to its manifest.
        if let type = descriptor.artifactType, type != PackageMediaType.artifact {
            noteVersion(type, &otherVersion)
            return nil
        }
        // What is no delta need not be here.
        let isHere = try blob(descriptor.digest) != nil
        guard descriptor.artifactType != nil || isHere else { return nil }
        let region = try checked(descriptor) { _ in }
        let manifest = try decode(ManifestDocument.self, bytes(region), "manifest")
        guard manifest.artifactType == PackageMediaType.artifact else {
            manifest.artifactType.map { noteVersion($0, &otherVersion) }
            return nil
        }
        return manifest
    }

    private func noteVersion(_ type: String, _ version: inout String?) {
        guard type.hasPrefix(PackageMediaType.artifactFamily) else { return }
        let name = type.dropFirst(PackageMediaType.artifactFamily.count)
        version = EscapedText.of((name.first == "v" ? name.dropFirst() : name).utf8, limit: 40)
    }

    /// Reads what a delta says of itself; first whether this version understands the rest.
    private mutating func document(_ descriptor: Descriptor) throws -> DeltaDocument {
        let bytes = try bytes(checked(descriptor) { _ in })
        let needs = try decode(NeedsDocument.self, bytes, "document")
        guard needs.formatVersion == DeltaDocument.formatVersion else {
            throw PackageError.unknownVersion(path: path, version: "\(needs.formatVersion)")
        }
        let unknown = (needs.requires ?? []).filter { !DeltaDocument.knownFeatures.contains($0) }
        guard unknown.isEmpty else {
            throw PackageError.unknownNeeds(
                path: path, needs: unknown.map { "it requires '\(EscapedText.of($0.utf8, limit: 100))'" })
        }
        let document = try decode(DeltaDocument.self, bytes, "document")
        guard document.isConsistent else {
            throw PackageError.damaged(path: path, reason: "its document contradicts itself")
        }
        return document
    }

    /// What decides whether the rest can be understood.
    private struct NeedsDocument: Decodable {
        let formatVersion: Int
        let requires: [String]?
    }

    private func decode<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8], _ what: String) throws
        -> Document
    {
        do {
            return try JSONBytes.decode(type, bytes)
        } catch {
            throw PackageError.damaged(path: path, reason: "its \(what) cannot be decoded")
        }
    }

    private mutating func bytes(_ region: FileRegion) throws -> [UInt8] {
        guard region.byteCount <= documentByteCountLeft else {
            throw PackageError.damaged(path: path, reason: "the documents in it are too large")
        }
        documentByteCountLeft -= region.byteCount
        return try region.read(at: 0, count: Int(region.byteCount))
    }

    private func blob(_ digest: Digest) throws -> FileRegion? {
        try store.blob(digest)
    }

    /// Checks blobs that several deltas may share.
    private mutating func checkBlobs(_ blobs: [Descriptor]) throws {
        var seen = Set<Digest>()
        let unseen = blobs.filter { seen.insert($0.digest).inserted }
        reporter.begin(.checking, total: unseen.reduce(0) { $0.addingClamped($1.size) })
        for descriptor in unseen {
            regions[descriptor.digest] = try checked(descriptor) { reporter.advance(by: $0) }
        }
        // The same blob must not be said to have two sizes.
        guard blobs.allSatisfy({ regions[$0.digest]?.byteCount == $0.size }) else {
            throw PackageError.damaged(path: path, reason: "its manifests contradict each other")
        }
    }

    private func checked(_ descriptor: Descriptor, _ hashed: (UInt64) -> Void) throws -> FileRegion {
        guard let region = try blob(descriptor.digest) else {
            throw PackageError.damaged(path: path, reason: "blob \(descriptor.digest) is not in it")
        }
        guard region.byteCount == descriptor.size else {
            throw PackageError.damaged(
                path: path, reason: "blob \(descriptor.digest) does not have the size that is stated")
        }
        var hasher = DigestHasher()
        try region.forEachPart {
            try Task.checkCancellation()
            hasher.update($0)
            hashed(UInt64($0.count))
        }
        guard hasher.finish() == descriptor.digest else {
            throw PackageError.damaged(
                path: path, reason: "blob \(descriptor.digest) does not have its digest")
        }
        return region
    }
}
