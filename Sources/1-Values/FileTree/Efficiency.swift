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
        let repeated = Self.repeatedPaths(layers)
        // Of paths that stand in one layer only the sum is of interest: of large images that is nearly all of them.
        var single: UInt64 = 0
        var uses: [TreePath: Use] = [:]
        for (index, layer) in layers.enumerated() {
            var sizes: [TreePath: UInt64] = [:]
            for (ordinal, entry) in layer.entries.enumerated() {
                let size: UInt64
                switch entry.kind {
                case .file: size = entry.size
                case .whiteout: size = removed[EntryID(layer: index, ordinal: ordinal)] ?? 0
                case .opaqueMarker, .auxiliary: continue
                case .directory, .symlink, .hardLink, .characterDevice, .blockDevice, .fifo: size = 0
                }
                if repeated.contains(entry.path.hashValue) {
                    sizes[entry.path] = size
                } else {
                    single.addClamped(size)
                }
            }
            if sizes.values.contains(0) {
                // What holds something is no leaf.
                for entry in layer.entries where entry.kind != .opaqueMarker && entry.kind != .auxiliary {
                    guard let parent = entry.path.parent, sizes[parent] == 0 else { continue }
                    sizes[parent] = nil
                }
            }
            for (path, size) in sizes {
                var use = uses[path] ?? Use()
                use.total.addClamped(size)
                use.least = min(use.least, size)
                use.count += 1
                uses[path] = use
            }
        }
        let total = uses.values.reduce(single) { $0.addingClamped($1.total) }
        let least = uses.values.reduce(single) { $0.addingClamped($1.least) }
        score = total == 0 ? 1 : Double(least) / Double(total)
        wastedByteCount = uses.values.reduce(0) { $1.count > 1 ? $0.addingClamped($1.total) : $0 }
    }

    /// The hashes of all paths that stand in the layers more than once, and perhaps of a few others.
    private static func repeatedPaths(_ layers: [LayerListing]) -> Set<Int> {
        var hashes: [Int] = []
        hashes.reserveCapacity(layers.reduce(0) { $0 + $1.entries.count })
        for layer in layers {
            for entry in layer.entries { hashes.append(entry.path.hashValue) }
        }
        hashes.sort()
        return Set(zip(hashes, hashes.dropFirst()).lazy.filter { $0 == $1 }.map(\.0))
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
