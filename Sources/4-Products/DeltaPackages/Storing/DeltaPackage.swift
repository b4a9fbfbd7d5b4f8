public import Bytes
public import Delta
import FileIO
import Recompression
public import OCI
public import Work

/// A delta of an opened package, whose blobs all have the digests that its manifest says.
public struct DeltaPackage: Sendable {
    /// The file's name as the user gave it.
    public let path: String
    /// What it makes of what.
    public let document: DeltaDocument
    /// Digest of the delta's manifest: what a registry knows it by.
    public let manifestDigest: Digest
    /// The blobs that the manifest lists, in order.
    public let blobs: [Descriptor]
    let regions: [Digest: FileRegion]

    /// Opens a package that holds one delta; reads all of it once, to check it.
    ///
    /// - Parameters:
    ///   - path: The package, or `-` for standard input.
    ///   - reporter: Told how far checking has come.
    /// - Returns: The delta.
    /// - Throws: `PackageError` if it is no package, damaged, or holds several deltas; `FileError` if it cannot be
    ///   read; `CancellationError` when its task was cancelled.
    public static func open(_ path: String, _ reporter: Reporter = .silent) throws -> DeltaPackage {
        try PackageFile.open(path, reporter).onlyDelta()
    }

    /// What making the new image needs that this version does not know, in words; empty if nothing.
    public var unknownNeeds: [String] { document.unknownNeeds(encodes: true) }

    /// The bytes of a blob.
    func region(_ digest: Digest) throws -> FileRegion {
        guard let region = regions[digest] else {
            throw PackageError.damaged(path: path, reason: "blob \(digest) is not in it")
        }
        return region
    }

    /// What a description of a blob says.
    ///
    /// - Parameter repack: Its digest.
    /// - Returns: Whose encoder it follows, how long it is, and whether it takes an old blob.
    /// - Throws: `PackageError` if the package does not hold it, or if it is none.
    public func making(of repack: Digest) throws -> BlobMaking {
        let region = try region(repack)
        do {
            let (encoder, takesOldBlob) = try Repack.about(region.bytes)
            return .rebuilt(
                encoder: encoder, byteCount: region.byteCount, takesOldBlob: takesOldBlob)
        } catch let error as RecompressionError {
            throw PackageError.damaged(path: path, reason: "\(error)")
        }
    }

    /// The header of a recipe.
    ///
    /// - Throws: `PackageError` if the package does not hold it, or if it is of another version, `DeltaError` if it is no
    ///   recipe.
    public func recipeHeader(_ digest: Digest) throws -> RecipeHeader {
        let region = try region(digest)
        do {
            return try RecipeHeader(storedByteCount: region.byteCount) { try region.read(at: $0, count: $1) }
        } catch DeltaError.unknownVersion(let version) {
            throw PackageError.unknownRecipeVersion(path: path, version: version)
        }
    }
}
