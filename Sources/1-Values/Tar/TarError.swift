import Bytes

/// Why bytes are no tar archive that can be trusted to mean one thing only.
public enum TarError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The block is no tar header: its checksum does not fit.
    case badChecksum(offset: UInt64)
    /// A numeric field of a header is no number, or one that makes no sense.
    case badNumber(field: String, offset: UInt64)
    /// An extension record (pax or GNU) cannot be read.
    case badExtension(reason: String, offset: UInt64)
    /// The header's type is one that no image layer may hold.
    case unsupportedType(UInt8, offset: UInt64)
    /// A name is longer than any system can have as a path.
    case nameTooLong(byteCount: Int, offset: UInt64)
    /// Readers would disagree about what the header means.
    case ambiguous(reason: String, offset: UInt64)
    /// The archive stops inside an entry.
    case endsEarly(name: [UInt8], missing: UInt64)

    public var description: String {
        switch self {
        case .badChecksum(let offset): "no tar header at byte \(offset): the checksum does not fit"
        case .badNumber(let field, let offset): "tar header at byte \(offset) has a bad \(field)"
        case .badExtension(let reason, let offset): "tar extension header at byte \(offset) \(reason)"
        case .unsupportedType(let type, let offset):
            "tar header at byte \(offset) has type \(type), which image layers do not use"
        case .nameTooLong(let byteCount, let offset):
            "tar header at byte \(offset) has a name of \(byteCount) bytes; no system has paths of more than \(TarWalker.nameByteCountLimit)"
        case .ambiguous(let reason, let offset): "tar header at byte \(offset) is ambiguous: \(reason)"
        case .endsEarly(let name, let missing):
            name.isEmpty
                ? "tar ends early: \(missing) more bytes needed"
                : "tar ends early: '\(EscapedText.of(name, limit: 200))' needs \(missing) more bytes"
        }
    }
}
