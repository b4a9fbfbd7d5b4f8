/// What a tar entry is.
public enum TarType: UInt8, Hashable, Sendable {
    case file, hardLink, symlink, characterDevice, blockDevice, directory, fifo
}

/// One entry of a tar: what it means, and where its raw parts lie.
public struct TarMember: Sendable {
    /// Offset of the first block that belongs to it: its first extension header or its header.
    public var structureOffset: UInt64
    /// Bytes from there to the content: extension headers, header, sparse map blocks.
    public var structureByteCount: UInt64
    /// How many content bytes are stored; they follow the structure and are padded with up to 511 bytes.
    public var storedByteCount: UInt64
    /// The name as spelled; any bytes but NUL.
    public var name: [UInt8]
    /// What it is.
    public var type: TarType
    /// Permission bits with setuid, setgid and sticky.
    public var mode: UInt16
    /// Numeric owner; some writers store negative ones.
    public var uid: Int64
    /// Numeric group.
    public var gid: Int64
    /// The file's size with its holes.
    public var size: UInt64
    /// Modification time, seconds since 1970.
    public var modified: Int64
    /// 0 ..< 1,000,000,000.
    public var modifiedNanoseconds: UInt32
    /// Target of a link as spelled.
    public var linkName: [UInt8]
    /// Extended attributes in the order of their records, what layers for Windows have in place of them included.
    public var extendedAttributes: [(name: [UInt8], value: [UInt8])]
    /// Device numbers; 0 for what is no device.
    public var device: (major: UInt64, minor: UInt64)
    /// How a file's holes are told, if they are left out of the stored content.
    public var sparseForm: TarSparseForm?

    /// Whether holes are left out of the stored content.
    public var isSparse: Bool { sparseForm != nil }

    /// Offset of the stored content.
    public var contentOffset: UInt64 { structureOffset + structureByteCount }

    /// Zero to 511 bytes that fill the last content block.
    public var paddingByteCount: UInt64 { UInt64(TarBlock.paddingByteCount(after: storedByteCount)) }

    /// Offset of what follows the entry.
    public var endOffset: UInt64 { contentOffset + storedByteCount + paddingByteCount }
}
