public import Bytes

/// What an entry of a layer is (POSIX.1-2017 pax "typeflag"; OCI image spec "File types").
public enum EntryKind: UInt8, Hashable, Sendable {
    case file, directory, symlink, hardLink, characterDevice, blockDevice, fifo
    /// A `.wh.NAME` marker: the name is removed from the layers below.
    case whiteout
    /// A `.wh..wh..opq` marker: its directory hides what the layers below hold in it.
    case opaqueMarker
    /// Bookkeeping of a storage driver (`.wh..wh.plnk` and the like), which runtimes skip.
    case auxiliary
}

/// An extended attribute; both parts are bytes.
public struct ExtendedAttribute: Hashable, Sendable {
    /// The attribute's name with its name space (`security.capability`).
    public let name: [UInt8]
    /// Its value.
    public let value: [UInt8]

    /// An attribute of that name and value.
    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// A modification time: seconds since 1970 and nanoseconds.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01 00:00 UTC, negative before.
    public let seconds: Int64
    /// 0 ..< 1,000,000,000.
    public let nanoseconds: UInt32

    /// A time of that many seconds and nanoseconds.
    public init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// What a hard link is another name of.
public struct HardLink: Hashable, Sendable {
    /// The target as the header spells it.
    public let target: [UInt8]
    /// The entry that made what it is a name of, never a hard link itself.
    public let origin: EntryID

    /// A hard link to what that entry made.
    public init(target: [UInt8], origin: EntryID) {
        self.target = target
        self.origin = origin
    }
}

/// One entry of a layer, as its tar header and extension records mean it.
public struct Entry: Hashable, Sendable {
    /// What few entries have: an image has hundreds of thousands of them.
    private struct Rarities: Hashable {
        var linkTarget: [UInt8] = []
        var extendedAttributes: [ExtendedAttribute] = []
        var deviceMajor: UInt64 = 0
        var deviceMinor: UInt64 = 0
        var hardLink: HardLink?
        var digestOfBytes: DigestOfBytes = .same
        /// Owner and group that four bytes cannot tell.
        var uid: Int64?
        var gid: Int64?
    }

    /// SHA-256 of a file's bytes, where that is not the digest that tells it apart.
    private enum DigestOfBytes: Hashable {
        case same, unknown
        case other(Digest)
    }

    // The order of the fields leaves no gaps between them.

    /// Where it is. For a whiteout, the path that is removed; for an opaque marker, the directory.
    public var path: TreePath
    /// The file's size in bytes; 0 for what has no content.
    public var size: UInt64
    /// None or one.
    private var rarities: [Rarities] = []
    private var seconds: Int64 = 0
    /// What tells a file's content apart, however its holes are stored; nil for what has none. That is SHA-256 of its
    /// bytes, but for a large file of nearly nothing but zeros: then it is a digest of where it has something else and what.
    public var digest: Digest?
    /// What it is.
    public var kind: EntryKind
    /// Permission bits; above them what kind of content it has, and in the highest bit whether it is sparse.
    private var modeAndMore: UInt16 = 0
    private var nanoseconds: UInt32 = 0
    private var smallUID: Int32 = 0
    private var smallGID: Int32 = 0

    private static let sparse: UInt16 = 0x8000
    private static let permissions: UInt16 = 0o7777
    private static let kindShift: UInt16 = 12

    /// An entry with the given fields; what is left out is zero or empty.
    public init(
        path: TreePath, kind: EntryKind, mode: UInt16 = 0o644, uid: Int64 = 0, gid: Int64 = 0,
        size: UInt64 = 0,
        modified: Timestamp = Timestamp(seconds: 0), linkTarget: [UInt8] = [],
        extendedAttributes: [ExtendedAttribute] = [], deviceMajor: UInt64 = 0, deviceMinor: UInt64 = 0,
        digest: Digest? = nil, isSparse: Bool = false, contentKind: ContentKind? = nil
    ) {
        self.path = path
        self.kind = kind
        self.size = size
        self.digest = digest
        change {
            $0 = Rarities(
                linkTarget: linkTarget, extendedAttributes: extendedAttributes, deviceMajor: deviceMajor,
                deviceMinor: deviceMinor)
        }
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.modified = modified
        self.isSparse = isSparse
        self.contentKind = contentKind
    }

    /// Numeric owner; some writers store negative ones.
    public var uid: Int64 {
        get { rarities.first?.uid ?? Int64(smallUID) }
        set {
            let small = Int32(exactly: newValue)
            smallUID = small ?? 0
            if small == nil || !rarities.isEmpty { change { $0.uid = small == nil ? newValue : nil } }
        }
    }

    /// Numeric group.
    public var gid: Int64 {
        get { rarities.first?.gid ?? Int64(smallGID) }
        set {
            let small = Int32(exactly: newValue)
            smallGID = small ?? 0
            if small == nil || !rarities.isEmpty { change { $0.gid = small == nil ? newValue : nil } }
        }
    }

    /// When its content last changed.
    public var modified: Timestamp {
        get { Timestamp(seconds: seconds, nanoseconds: nanoseconds) }
        set { (seconds, nanoseconds) = (newValue.seconds, newValue.nanoseconds) }
    }

    /// Permission bits with setuid, setgid and sticky (07777).
    public var mode: UInt16 {
        get { modeAndMore & Self.permissions }
        set { modeAndMore = newValue & Self.permissions | modeAndMore & ~Self.permissions }
    }

    /// Whether the content is stored with holes left out.
    public var isSparse: Bool {
        get { modeAndMore & Self.sparse != 0 }
        set { modeAndMore = newValue ? modeAndMore | Self.sparse : modeAndMore & ~Self.sparse }
    }

    /// What its content is; nil for what has none, and where contents were not read.
    public var contentKind: ContentKind? {
        get { ContentKind(rawValue: UInt8(truncatingIfNeeded: modeAndMore >> Self.kindShift & 7)) }
        set {
            modeAndMore =
                modeAndMore & (Self.sparse | Self.permissions)
                | UInt16(newValue?.rawValue ?? 0) << Self.kindShift
        }
    }

    /// Target of a symbolic or hard link, as the header spells it.
    public var linkTarget: [UInt8] {
        get { rarities.first?.linkTarget ?? [] }
        set { change { $0.linkTarget = newValue } }
    }

    /// Extended attributes, sorted by name.
    public var extendedAttributes: [ExtendedAttribute] {
        get { rarities.first?.extendedAttributes ?? [] }
        set { change { $0.extendedAttributes = newValue } }
    }

    /// Major number of a device, else 0.
    public var deviceMajor: UInt64 {
        get { rarities.first?.deviceMajor ?? 0 }
        set { change { $0.deviceMajor = newValue } }
    }

    /// Minor number of a device, else 0.
    public var deviceMinor: UInt64 {
        get { rarities.first?.deviceMinor ?? 0 }
        set { change { $0.deviceMinor = newValue } }
    }

    /// What it is another name of; nil for what is no hard link, and for one whose layers were not resolved.
    public internal(set) var hardLink: HardLink? {
        get { rarities.first?.hardLink }
        set { change { $0.hardLink = newValue } }
    }

    /// SHA-256 of the file's bytes; nil for what has none, and where too many zeros are not stored to hash them.
    public var digestOfBytes: Digest? {
        switch rarities.first?.digestOfBytes ?? .same {
        case .same: digest
        case .unknown: nil
        case .other(let digest): digest
        }
    }

    /// Sets what tells the file's content apart, and SHA-256 of its bytes if that is known.
    public mutating func setDigest(_ digest: Digest?, ofBytes: Digest?) {
        self.digest = digest
        // Nearly always they are the same: then the entry need not grow.
        guard digest != ofBytes || !rarities.isEmpty else { return }
        change { $0.digestOfBytes = digest == ofBytes ? .same : ofBytes.map { .other($0) } ?? .unknown }
    }

    private mutating func change(_ body: (inout Rarities) -> Void) {
        var changed = rarities.first ?? Rarities()
        body(&changed)
        rarities = changed == Rarities() ? [] : [changed]
    }
}

/// Names one entry of an image: the layer's index from the bottom and the entry's place in that layer's tar.
public struct EntryID: Hashable, Comparable, Sendable {
    // There are millions of them.
    private let storedLayer: Int32
    private let storedOrdinal: Int32

    /// Index of the layer, 0 at the bottom.
    public var layer: Int { Int(storedLayer) }
    /// Index of the entry in its layer's listing.
    public var ordinal: Int { Int(storedOrdinal) }

    /// The entry at `ordinal` of the layer at index `layer`; both less than 2^31.
    public init(layer: Int, ordinal: Int) {
        storedLayer = Int32(clamping: layer)
        storedOrdinal = Int32(clamping: ordinal)
    }

    /// What tables hold where there is no entry.
    static let none = EntryID(layer: -1, ordinal: -1)

    /// The entry; nil if there is none.
    var ifAny: EntryID? { storedLayer < 0 ? nil : self }

    public static func < (left: EntryID, right: EntryID) -> Bool {
        (left.storedLayer, left.storedOrdinal) < (right.storedLayer, right.storedOrdinal)
    }
}

/// Everything one layer's tar holds, in its order.
public struct LayerListing: Hashable, Sendable {
    /// The entries; their index is the `ordinal` of an `EntryID`.
    public internal(set) var entries: [Entry]

    /// A listing of those entries.
    public init(entries: [Entry]) { self.entries = entries }
}

extension [LayerListing] {
    /// The same listings, whose paths lie in memory once where other ones have them, too: of two images of hundreds of
    /// thousands of files nearly all paths are the same.
    public func sharingPaths(with others: [LayerListing]) -> [LayerListing] {
        var known: Set<TreePath> = []
        known.reserveCapacity(others.reduce(0) { $0 + $1.entries.count })
        for layer in others {
            for entry in layer.entries { known.insert(entry.path) }
        }
        var shared = self
        for layer in shared.indices {
            for place in shared[layer].entries.indices {
                guard let same = known.firstIndex(of: shared[layer].entries[place].path) else { continue }
                shared[layer].entries[place].path = known[same]
            }
        }
        return shared
    }
}
