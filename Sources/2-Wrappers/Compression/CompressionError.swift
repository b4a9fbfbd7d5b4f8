/// Why a stream could not be compressed or decompressed.
public enum CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The library's own words.
    case failed(library: String, reason: String)
    /// The compressed data stops before its end.
    case endsEarly
    /// There is more data than there should be.
    case tooLong(limit: UInt64)

    public var description: String {
        switch self {
        case .failed(let library, let reason): "\(library): \(reason)"
        case .endsEarly: "compressed data ends early"
        case .tooLong(let limit): "compressed data holds more than the \(limit) bytes it should"
        }
    }
}
