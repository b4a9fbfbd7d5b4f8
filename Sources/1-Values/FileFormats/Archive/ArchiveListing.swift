/// What an archive holds, in the order in which it lists it.
public struct ArchiveListing: Hashable, Sendable {
    /// What it is, in a word or two: `zip`, `tar in gzip`.
    public let format: String
    /// Its members.
    public let members: [ArchiveMember]
    /// Why that is not all of it; nil if it is.
    public let gap: String?

    /// A list of members.
    public init(format: String, members: [ArchiveMember], gap: String? = nil) {
        self.format = format
        self.members = members
        self.gap = gap
    }
}

/// A member of an archive, as far as it can be told without unpacking it for somebody.
public struct ArchiveMember: Hashable, Sendable {
    /// What it is.
    public enum Kind: Hashable, Sendable {
        case file, directory
        /// A symbolic link or another name of a member, to that target.
        case link([UInt8])
        /// A device or a pipe.
        case other
    }

    /// What two members have in common whose contents are the same.
    public enum Fingerprint: Hashable, Sendable {
        /// The CRC-32 that a zip file keeps; together with the size, it tells contents apart that were not made to fool it.
        case checksum(UInt32)
        /// The bytes of a SHA-256.
        case digest([UInt8])
    }

    /// Its name as it is stored; no text in a particular encoding.
    public let name: [UInt8]
    /// What it is.
    public let kind: Kind
    /// Bytes of its content.
    public let byteCount: UInt64
    /// Tells its content from others; nil for what has none.
    public let fingerprint: Fingerprint?

    /// A member of those values.
    public init(name: [UInt8], kind: Kind = .file, byteCount: UInt64 = 0, fingerprint: Fingerprint? = nil) {
        self.name = name
        self.kind = kind
        self.byteCount = byteCount
        self.fingerprint = fingerprint
    }
}

/// Names a member of an archive, of which there may be several of one name.
public struct ArchiveStep: Hashable, Sendable {
    /// The name as it is stored.
    public let name: [UInt8]
    /// How many members of the same name stand before it.
    public let occurrence: Int

    /// The first member of a name, or another one.
    public init(name: [UInt8], occurrence: Int = 0) {
        self.name = name
        self.occurrence = occurrence
    }
}
