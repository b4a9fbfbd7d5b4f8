import Bytes
import OCI
import Recompression

/// What receivers hold of the old images.
public enum OldForm: String, CaseIterable, Sendable {
    /// The content of their layers, compressed in any way or not at all.
    case content
    /// Their layers as they are compressed where the package is made.
    case blobs
}

/// How the blob of a layer is made of the uncompressed layer, and what that takes.
public enum BlobMaking: Hashable, Sendable, CustomStringConvertible {
    /// It is the uncompressed layer.
    case plain
    /// The old images hold it.
    case old
    /// A description in the package makes it, of an old blob, too, if it takes one.
    case rebuilt(encoder: String, byteCount: UInt64, takesOldBlob: Bool = false)
    /// It travels whole, for a reason.
    case carried(reason: String)

    /// In words.
    public var description: String {
        switch self {
        case .plain: "not compressed"
        case .old: "the old image's blob"
        case .rebuilt(let encoder, let byteCount, let takesOldBlob):
            "\(encoder): rebuilt\(takesOldBlob ? " with the old blob" : ""), "
                + "\(ByteCount.grouped(byteCount)) bytes of corrections"
        case .carried(let reason): "carried: \(reason)"
        }
    }

    /// In words, where there is more to tell than that it takes nothing.
    public var remark: String? {
        switch self {
        case .plain, .old: nil
        case .rebuilt, .carried: description
        }
    }
}

extension BlobMaking {
    /// What a description begins with makes a good part of so small a blob, whoever made it.
    private static let tinyByteCount: UInt64 = 256

    /// Whether a blob travels whole because it is too small for anything else: that is worth no word.
    public static func isTiny(blobByteCount: UInt64) -> Bool { blobByteCount <= tinyByteCount }

    /// Why a blob travels whole that has no description.
    static func reason(_ refusal: Repack.Refusal?, _ compression: LayerCompression, blobByteCount: UInt64)
        -> String
    {
        switch refusal {
        case .tooLong where isTiny(blobByteCount: blobByteCount):
            "it takes no more than a description would"
        case .tooLong(let byteCount):
            "encoder unknown, corrections would be \(ByteCount.percent(byteCount, of: blobByteCount))"
        case .unknownForm: "not \(compression.rawValue) as its format says, or of a rare form"
        case .reachesTooFar: "\(RecompressionError.reachesTooFar)"
        case .tooMuchWork: "\(RecompressionError.tooMuchWork)"
        case nil: "\(compression.rawValue) is not rebuilt"
        }
    }
}
