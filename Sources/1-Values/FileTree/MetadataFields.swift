/// Parts of an entry's metadata: which of them differ, or which do not matter.
public struct MetadataFields: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Permission bits, setuid, setgid and sticky.
    public static let mode = MetadataFields(rawValue: 1 << 0)
    /// Numeric owner or group.
    public static let owner = MetadataFields(rawValue: 1 << 1)
    /// Modification time.
    public static let time = MetadataFields(rawValue: 1 << 2)
    /// Extended attributes.
    public static let attributes = MetadataFields(rawValue: 1 << 3)
    /// A symbolic link's target.
    public static let linkTarget = MetadataFields(rawValue: 1 << 4)
    /// Device numbers.
    public static let device = MetadataFields(rawValue: 1 << 5)

    /// Every field.
    public static let all: MetadataFields = [.mode, .owner, .time, .attributes, .linkTarget, .device]

    /// Each field by itself, always in the same order.
    public static let each: [MetadataFields] = words.map(\.field)

    private static let words: [(field: MetadataFields, word: String)] = [
        (.mode, "mode"), (.owner, "owner"), (.time, "time"), (.attributes, "attributes"),
        (.linkTarget, "link target"), (.device, "device"),
    ]

    /// The fields' words for reports, always in the same order.
    public var names: [String] { Self.words.filter { contains($0.field) }.map(\.word) }
}

extension Entry {
    /// Which metadata differs from another entry's: only what means something for what the entry is.
    ///
    /// Content, size and type are not metadata; `Change.between` compares them.
    public func metadataDifferences(from other: Entry) -> MetadataFields {
        var fields: MetadataFields = []
        if mode != other.mode { fields.insert(.mode) }
        if uid != other.uid || gid != other.gid { fields.insert(.owner) }
        if modified != other.modified { fields.insert(.time) }
        if extendedAttributes != other.extendedAttributes { fields.insert(.attributes) }
        // A hard link's target is only the name of the file that it is.
        if kind == .symlink || other.kind == .symlink, linkTarget != other.linkTarget {
            fields.insert(.linkTarget)
        }
        if deviceMajor != other.deviceMajor || deviceMinor != other.deviceMinor { fields.insert(.device) }
        return fields
    }
}
