public import Bytes
public import FileIO
public import FileTree

/// Where the documents and blobs of saved images lie: an archive, a folder, later a registry or an engine.
///
/// A store only finds bytes. What the documents mean, and whether a blob has its digest, is its reader's business.
public protocol BlobStore: Sendable {
    /// Its name as the user gave it, for messages.
    var source: String { get }
    /// All of it as one archive, byte for byte; nil if it is not one.
    var archive: FileRegion? { get }
    /// How blobs are named in it.
    var naming: BlobNaming { get }
    /// How many bytes hold it where it lies, as far as that is known: what is made of it is measured by that.
    var storedByteCount: UInt64 { get }

    /// Finds a file by its name.
    ///
    /// - Returns: Its bytes; nil if there is none of that name.
    /// - Throws: `ImageError` if it cannot be told which file is meant, `FileError` if the system refuses to read it.
    func file(_ name: TreePath) throws -> FileRegion?

    /// The names of the files and folders at its top, in any order.
    ///
    /// - Throws: `FileError` if they cannot be read.
    func namesAtTop() throws -> Set<String>

    /// All of it as one archive: byte for byte if it is one, else one that is made of its files in a temporary file,
    /// always the same.
    ///
    /// - Throws: `FileError` if a file cannot be read or the temporary file not be written.
    func wholeArchive() throws -> FileRegion
}

extension BlobStore {
    /// How many bytes the archive has where it lies, which may be compressed itself; nil for what is none.
    var archiveByteCount: UInt64? { archive == nil ? nil : storedByteCount }

    /// Finds a blob by its digest; its content is not checked.
    ///
    /// - Returns: Its bytes; nil if it is not there.
    /// - Throws: As `file(_:)` does.
    public func blob(_ digest: Digest) throws -> FileRegion? {
        for name in [naming.name(of: digest), naming.manifestName(of: digest)].compactMap(\.self) {
            if let path = TreePath(name), let region = try file(path) { return region }
        }
        return nil
    }
}

/// How a store names its blobs.
public enum BlobNaming: Sendable {
    /// `blobs/sha256/HEX` (OCI image spec, "Image Layout").
    case oci
    /// `HEX`, as `skopeo copy dir:` writes them.
    case hexadecimal

    /// The name of a blob's file.
    public func name(of digest: Digest) -> String { folder + digest.hex }

    /// What the names of blobs begin with.
    var folder: String {
        switch self {
        case .oci: "blobs/sha256/"
        case .hexadecimal: ""
        }
    }

    /// The name of a manifest's file, where it differs: so it does if `skopeo copy --all` wrote several.
    func manifestName(of digest: Digest) -> String? {
        switch self {
        case .oci: nil
        case .hexadecimal: "\(digest.hex).manifest.json"
        }
    }
}

/// A folder: an unpacked archive of images, most often in the OCI layout.
public struct LayoutFolder: BlobStore {
    public let source: String
    public let archive: FileRegion? = nil
    public let naming: BlobNaming = .oci
    /// A folder's files are read where they are, so they are bounded one by one.
    public let storedByteCount: UInt64 = 64 << 20

    /// The folder at a path.
    public init(path: String) { source = path }

    public func file(_ name: TreePath) throws -> FileRegion? {
        // Names in documents are text, so nothing is lost here.
        let path = source + "/" + String(decoding: name.bytes, as: UTF8.self)
        guard try FileKind(at: path) == .file else { return nil }
        return FileRegion(try RandomAccessFile(path: path))
    }

    public func namesAtTop() throws -> Set<String> { Set(try FileKind.names(inFolder: source)) }

    public func wholeArchive() throws -> FileRegion {
        // A folder may hold anything; these are the files that an image layout or a `dir:` folder has.
        let top = try FileKind.names(inFolder: source).filter {
            ["oci-layout", "index.json", "manifest.json", "version"].contains($0) || Self.isBlobName($0)
        }
        let folder = naming.folder
        let blobs =
            FileKind.at(source + "/" + folder) == .directory
            ? try FileKind.names(inFolder: source + "/" + folder).filter(Self.isBlobName) : []
        let members = try (top + blobs.map { folder + $0 }).compactMap { name in
            try TreePath(name).flatMap(file).map { region in
                // Opened again when its turn comes: there may be more files than may be open.
                ImageArchiveWriter.Member(name, byteCount: region.byteCount) { [self] sink in
                    try TreePath(name).flatMap(file)?.forEachPart(sink)
                }
            }
        }
        return try ImageArchiveWriter.spooled(members)
    }

    private static func isBlobName(_ name: String) -> Bool {
        let hex = name.hasSuffix(".manifest.json") ? name.dropLast(14) : name[...]
        return Digest("sha256:\(hex)") != nil
    }
}

/// A folder that `skopeo copy dir:` wrote, or an archive of one: a manifest, and blobs named by their digests alone.
public struct DirLayout: BlobStore {
    private let base: any BlobStore
    public let naming: BlobNaming = .hexadecimal
    public var source: String { base.source }
    public var archive: FileRegion? { base.archive }
    public var storedByteCount: UInt64 { base.storedByteCount }

    /// The layout in an archive or a folder.
    public init(_ base: any BlobStore) { self.base = base }

    public func file(_ name: TreePath) throws -> FileRegion? { try base.file(name) }

    public func namesAtTop() throws -> Set<String> { try base.namesAtTop() }

    public func wholeArchive() throws -> FileRegion { try base.wholeArchive() }
}
