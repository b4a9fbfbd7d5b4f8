public import Bytes
public import Delta
import FileTree
import FileIO
import Hashing
import Images
public import OCI
public import Work

/// An opened delta package whose blobs all have the digests that its manifest says.
public struct DeltaPackage: Sendable {
    /// The file's name as the user gave it.
    public let path: String
    /// What it makes of what.
    public let document: DeltaDocument
    /// Digest of the package's manifest: what a registry knows it by.
    public let manifestDigest: Digest
    /// The blobs that the manifest lists, in order.
    public let blobs: [Descriptor]
    private let regions: [Digest: FileRegion]

    /// Opens a package; reads all of it once, to check it.
    ///
    /// - Parameters:
    ///   - path: The package, or `-` for standard input.
    ///   - reporter: Told how far checking has come.
    /// - Returns: The package.
    /// - Throws: `PackageError` for what is wrong with it, `FileError` if it cannot be read, `CancellationError` when its
    ///   task was cancelled.
    public static func open(_ path: String, _ reporter: Reporter = .silent) throws -> DeltaPackage {
        try open(path, shownAs: path, reporter)
    }

    /// Opens a package that still lies under another name than the one to use in messages.
    static func open(
        _ file: String, shownAs path: String, _ reporter: Reporter = .silent
    ) throws -> DeltaPackage {
        do {
            return try PackageReader(file: file, path: path, reporter: reporter).read()
        } catch let error as ImageError {
            switch error {
            case .notAnImage(_, let reason): throw PackageError.notAPackage(path: path, reason: reason)
            case .damaged(_, let reason): throw PackageError.damaged(path: path, reason: reason)
            default: throw PackageError.damaged(path: path, reason: "\(error)")
            }
        }
    }

    fileprivate init(
        path: String, document: DeltaDocument, manifestDigest: Digest, blobs: [Descriptor],
        regions: [Digest: FileRegion]
    ) {
        self.path = path
        self.document = document
        self.manifestDigest = manifestDigest
        self.blobs = blobs
        self.regions = regions
    }

    /// The bytes of a blob.
    func region(_ digest: Digest) throws -> FileRegion {
        guard let region = regions[digest] else {
            throw PackageError.damaged(path: path, reason: "blob \(digest) is not in it")
        }
        return region
    }

    /// The header of a recipe.
    public func recipeHeader(_ digest: Digest) throws -> RecipeHeader {
        let region = try region(digest)
        return try RecipeHeader(storedByteCount: region.byteCount) { try region.read(at: $0, count: $1) }
    }
}

/// Reads a package's documents and checks its blobs.
private struct PackageReader {
    let file: String
    let path: String
    let reporter: Reporter

    func read() throws -> DeltaPackage {
        let store = try StoreOpener.open(file)
        let index: IndexDocument = try document(store, "index.json")
        guard index.manifests.count == 1, let reference = index.manifests.first else {
            throw PackageError.notAPackage(
                path: path, reason: "its index lists \(index.manifests.count) manifests")
        }
        let manifestBytes = try bytes(checked(store, reference))
        let manifest = try decode(ManifestDocument.self, manifestBytes, "manifest")
        guard manifest.artifactType == PackageMediaType.artifact else {
            throw PackageError.notAPackage(
                path: path, reason: "it is an image or another artifact (made by 'silt create'?)")
        }
        reporter.begin(
            .checking, total: manifest.layers.reduce(manifest.config.size) { $0.addingClamped($1.size) })
        var regions: [Digest: FileRegion] = [:]
        for descriptor in [manifest.config] + manifest.layers where regions[descriptor.digest] == nil {
            regions[descriptor.digest] = try checked(store, descriptor)
        }
        guard let config = regions[manifest.config.digest] else {
            throw PackageError.damaged(path: path, reason: "it has no document")
        }
        let configBytes = try bytes(config)
        let version = try decode(VersionDocument.self, configBytes, "document").formatVersion
        guard version == DeltaDocument.formatVersion else {
            throw PackageError.unknownVersion(path: path, version: version)
        }
        let document = try decode(DeltaDocument.self, configBytes, "document")
        guard document.isConsistent else {
            throw PackageError.damaged(path: path, reason: "its document contradicts itself")
        }
        return DeltaPackage(
            path: path, document: document,
            manifestDigest: reference.digest, blobs: manifest.layers, regions: regions)
    }

    /// Just the version, which decides whether the rest can be understood.
    private struct VersionDocument: Decodable {
        let formatVersion: Int
    }

    private func document<Document: Decodable>(_ store: any BlobStore, _ name: String) throws -> Document {
        guard let treePath = TreePath(name), let region = try store.file(treePath) else {
            throw PackageError.notAPackage(path: path, reason: "'\(name)' is not in it")
        }
        return try decode(Document.self, bytes(region), "'\(name)'")
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

    private func bytes(_ region: FileRegion) throws -> [UInt8] {
        guard region.byteCount <= 4 << 20 else {
            throw PackageError.damaged(path: path, reason: "a document in it is too large")
        }
        return try region.read(at: 0, count: Int(region.byteCount))
    }

    private func checked(_ store: any BlobStore, _ descriptor: Descriptor) throws -> FileRegion {
        guard let region = try store.blob(descriptor.digest) else {
            throw PackageError.damaged(path: path, reason: "blob \(descriptor.digest) is not in it")
        }
        var hasher = DigestHasher()
        try region.forEachPart { part in
            try Task.checkCancellation()
            hasher.update(part)
            reporter.advance(by: UInt64(part.count))
        }
        guard hasher.finish() == descriptor.digest, region.byteCount == descriptor.size else {
            throw PackageError.damaged(
                path: path, reason: "blob \(descriptor.digest) does not have its digest")
        }
        return region
    }
}
