/// Why a stream could not be compressed or decompressed.
public enum CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The library's own words.
    case failed(library: String, reason: String)
    /// zstd data looks farther back than is allowed.
    case windowTooLarge
    /// The compressed data stops before its end.
    case endsEarly
    /// There is more data than there should be.
    case tooLong(limit: UInt64)

    public var description: String {
        switch self {
        case .failed(let library, let reason): "\(library): \(reason)"
        case .windowTooLarge: "zstd: the data need a larger window than they may have"
        case .endsEarly: "compressed data ends early"
        case .tooLong(let limit): "compressed data holds more than the \(limit) bytes it should"
        }
    }
}
