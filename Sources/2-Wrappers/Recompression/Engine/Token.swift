/// What a deflate stream says of the next byte or bytes.
///
/// The distance stands from bit 16 on, 0 for a literal; below it stands the literal, or the length of the match.
typealias Token = UInt32

extension Token {
    /// The length 258 said by the symbol before the one for it, and 31: no encoder that is known does so, but it may.
    static let longWay: Token = 259

    @inline(__always) static func literal(_ byte: UInt8) -> Token { Token(byte) }

    @inline(__always) static func match(length: Int, distance: Int) -> Token {
        Token(truncatingIfNeeded: distance &<< 16 | length)
    }

    @inline(__always) var isMatch: Bool { self > 0xffff }
    @inline(__always) var distance: Int { Int(self &>> 16) }
    /// The lower half: the literal, or the length as it is said.
    @inline(__always) var low: Int { Int(self & 0xffff) }

    /// How many bytes it stands for.
    @inline(__always) var byteCount: Int { isMatch ? Swift.min(low, Limits.maximumMatch) : 1 }
}

/// What goes wrong while a stream is taken apart or put together.
public enum RecompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The compressed data are no deflate stream, or not of the data that they are said to hold.
    case notDeflate(String)
    /// The compressed data are no zstd frames, or not such as can be described.
    case notZstd(String)
    /// The compressed data copy from further back than is held of the data.
    case reachesTooFar
    /// The compressed data were made to be hard to follow.
    case tooMuchWork
    /// The description of a stream contradicts itself or the data.
    case damaged(String)

    public var description: String {
        switch self {
        case .notDeflate(let reason), .notZstd(let reason): reason
        case .reachesTooFar: "it copies from further back than \(FrameProgram.usualReach >> 20) MiB"
        case .tooMuchWork: "following how it was compressed takes too long"
        case .damaged(let reason): "the description of a compressed layer is damaged: \(reason)"
        }
    }
}
