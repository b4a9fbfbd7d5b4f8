import FileTree

/// Which layers hold which paths, to find those that have much in common.
struct LayerOverlap {
    /// Layers that share less than a fifth of their paths are not alike.
    private static let leastShare = 0.2
    /// A path that more layers hold than this tells little; of those only the first count.
    private static let layerLimit = 32

    private var layersByPath: [TreePath: [Int]] = [:]
    private let entryCounts: [Int]

    /// Notes the paths of an image's layers.
    init(_ listings: [LayerListing]) {
        entryCounts = listings.map(\.entries.count)
        for (layer, listing) in listings.enumerated() {
            for entry in listing.entries where layersByPath[entry.path]?.last != layer {
                layersByPath[entry.path, default: []].append(layer)
            }
        }
    }

    /// Finds the layer that has the most in common with a listing.
    ///
    /// - Parameters:
    ///   - listing: Entries of another image's layer.
    ///   - candidates: Layers that may be it, in order.
    /// - Returns: The lowest of equals; nil if none has enough.
    func mostAlike(_ listing: LayerListing, among candidates: ArraySlice<Int>) -> Int? {
        guard let lowest = candidates.first, let highest = candidates.last, !listing.entries.isEmpty else {
            return nil
        }
        var common: [Int: Int] = [:]
        for entry in listing.entries {
            guard let layers = layersByPath[entry.path] else { continue }
            var place = Self.place(of: lowest, in: layers[...])
            var left = Self.layerLimit
            while place < layers.count, layers[place] <= highest, left > 0 {
                common[layers[place], default: 0] += 1
                place += 1
                left -= 1
            }
        }
        var best: (layer: Int, share: Double)?
        for (layer, count) in common.sorted(by: { $0.key < $1.key }) {
            let share = Double(count) / Double(max(entryCounts[layer], listing.entries.count))
            guard share >= Self.leastShare, share > best?.share ?? 0 else { continue }
            let place = Self.place(of: layer, in: candidates)
            if place < candidates.endIndex, candidates[place] == layer { best = (layer, share) }
        }
        return best?.layer
    }

    /// Where a layer stands or would stand in a rising list.
    private static func place(of layer: Int, in layers: ArraySlice<Int>) -> Int {
        var low = layers.startIndex
        var high = layers.endIndex
        while low < high {
            let middle = (low + high) / 2
            if layers[middle] < layer { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
