import Bytes
public import FileTree
public import Shipping

/// How much of an update something makes up.
public struct Share: Hashable, Sendable {
    /// Paths that changed in more than metadata; directories do not count.
    public var fileCount = 0
    /// Bytes of those files as the new image has them.
    public var byteCount: UInt64 = 0
    /// Bytes of those of them that the new image does not have, which cost nothing.
    public var removedByteCount: UInt64 = 0
    /// What it costs to ship, metadata included; nil as long as costs are not known.
    public var cost: Figure?

    /// Nothing, of a cost that is or is not known.
    init(hasCost: Bool) { cost = hasCost ? .zero : nil }

    /// What shares are compared by: what they cost, or else how large they are.
    public var weight: UInt64 { cost?.byteCount ?? byteCount }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { fileCount == 0 && (cost?.byteCount ?? 0) == 0 }

    static func += (left: inout Share, right: Share) {
        left.fileCount += right.fileCount
        left.byteCount.addClamped(right.byteCount)
        left.removedByteCount.addClamped(right.removedByteCount)
        left.cost = left.cost.map { $0 + (right.cost ?? .zero) }
    }

    static func -= (left: inout Share, right: Share) {
        left.fileCount -= right.fileCount
        left.byteCount -= min(left.byteCount, right.byteCount)
        left.removedByteCount -= min(left.removedByteCount, right.removedByteCount)
        left.cost = left.cost.map { $0.without(right.cost ?? .zero) }
    }

    /// Whether it stands before another: the heavier one, then the larger one, then the one of more files.
    func precedes(_ other: Share) -> Bool {
        (weight, byteCount, removedByteCount, fileCount)
            > (other.weight, other.byteCount, other.removedByteCount, other.fileCount)
    }
}

/// What is known of the costs of an update.
public struct UpdateCosts: Sendable {
    /// What entries of the new image add to a package; what is not listed adds nothing.
    public var entries: [EntryID: Figure]
    /// What layers of the new image add, by their index.
    public var layers: [Int: Figure]
    /// What documents add.
    public var documents: Figure
    /// The whole package.
    public var package: Figure

    /// Those costs.
    public init(
        entries: [EntryID: Figure], layers: [Int: Figure], documents: Figure, package: Figure
    ) {
        self.entries = entries
        self.layers = layers
        self.documents = documents
        self.package = package
    }
}
