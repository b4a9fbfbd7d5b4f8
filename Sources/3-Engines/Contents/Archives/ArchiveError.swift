import Bytes

/// Why what is in an archive cannot be told.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It names no such member.
    case noMember([UInt8])
    /// A member is packed by a method that is not read here.
    case unsupported([UInt8], method: Int)
    /// A member is not what the archive says of it.
    case damaged([UInt8])
    /// Archives lie in each other deeper than is looked.
    case tooDeep
    /// It unpacks to more than is looked at.
    case tooLarge

    public var description: String {
        switch self {
        case .noMember(let name): "'\(Self.text(name))' is not in the archive"
        case .unsupported(let name, let method):
            "'\(Self.text(name))' is encrypted or packed by zip's method \(method), which is not unpacked here"
        case .damaged(let name):
            "the archive is damaged: '\(Self.text(name))' has not the size and checksum that it tells"
        case .tooDeep: "archives lie in each other deeper than \(Archive.depthLimit) times"
        case .tooLarge: "it unpacks to more than is looked at"
        }
    }

    private static func text(_ name: [UInt8]) -> String { EscapedText.of(name, limit: 200) }
}

/// How much unpacking one question may cost, whatever archives it leads through.
final class UnpackingBudget {
    /// Members that a list has at most.
    static let memberLimit = 100_000
    /// Bytes of all their names.
    static let nameByteLimit = 16 << 20

    private var left: UInt64

    /// A budget of so many bytes that may come out of archives.
    init(byteCount: UInt64) { left = byteCount }

    /// Takes bytes out of it.
    ///
    /// - Throws: `ArchiveError.tooLarge` if there are not as many left; `CancellationError` if nobody wants the answer.
    func spend(_ count: Int) throws {
        try Task.checkCancellation()
        guard UInt64(max(0, count)) <= left else { throw ArchiveError.tooLarge }
        left -= UInt64(max(0, count))
    }
}
