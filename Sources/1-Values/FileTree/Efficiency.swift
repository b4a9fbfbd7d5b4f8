import Bytes

/// How well an image's layers use their bytes, counted as dive counts them (dive 0.13, `filetree.Efficiency`).
///
/// A path counts once for each layer that has it. A whiteout counts as much as the directory that it removes, and nothing
/// if it removes a file; hard links and everything else without content count nothing, and so does a directory with nothing in
/// it, but only that: dive looks at the leaves of each layer's tree.
public struct Efficiency: Sendable {
    /// What the paths take at the least as a share of what they take: 1 if no path stands in two layers.
    public let score: Double
    /// Bytes of all paths that stand in more than one layer, every time they do.
    public let wastedByteCount: UInt64

    private struct Use {
        var total: UInt64 = 0
        var least = UInt64.max
        var count = 0
    }

    /// Counts an image's layers.
    ///
    /// - Parameters:
    ///   - layers: The layers, the lowest first.
    ///   - hidden: What they hide of each other.
    public init(_ layers: [LayerListing], hidden: HiddenEntries) {
        let removed = Self.removedDirectories(layers, hidden)
        var uses: [TreePath: Use] = [:]
        for (index, layer) in layers.enumerated() {
            var sizes: [TreePath: UInt64] = [:]
            for (ordinal, entry) in layer.entries.enumerated() {
                switch entry.kind {
                case .file: sizes[entry.path] = entry.size
                case .whiteout: sizes[entry.path] = removed[EntryID(layer: index, ordinal: ordinal)] ?? 0
                case .opaqueMarker, .auxiliary: break
                case .directory: sizes[entry.path] = 0
                case .symlink, .hardLink, .characterDevice, .blockDevice, .fifo: sizes[entry.path] = 0
                }
            }
            // What holds something is no leaf.
            let paths = sizes.keys.compactMap(\.parent)
            for path in paths where sizes[path] == 0 { sizes[path] = nil }
            for (path, size) in sizes {
                var use = uses[path] ?? Use()
                use.total.addClamped(size)
                use.least = min(use.least, size)
                use.count += 1
                uses[path] = use
            }
        }
        let total = uses.values.reduce(UInt64(0)) { $0.addingClamped($1.total) }
        let least = uses.values.reduce(UInt64(0)) { $0.addingClamped($1.least) }
        score = total == 0 ? 1 : Double(least) / Double(total)
        wastedByteCount = uses.values.reduce(0) { $1.count > 1 ? $0.addingClamped($1.total) : $0 }
    }

    /// Bytes of the files in each directory that a whiteout removes.
    private static func removedDirectories(_ layers: [LayerListing], _ hidden: HiddenEntries) -> [EntryID:
        UInt64]
    {
        var sums: [EntryID: UInt64] = [:]
        for item in hidden.all {
            let cause = layers[item.cause.layer].entries[item.cause.ordinal]
            let entry = layers[item.entry.layer].entries[item.entry.ordinal]
            guard cause.kind == .whiteout, entry.kind == .file, entry.path != cause.path else { continue }
            sums[item.cause, default: 0].addClamped(entry.size)
        }
        return sums
    }
}
