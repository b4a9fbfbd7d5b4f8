import Bytes
import FileTree

/// Which layers hold which paths, to find those that have much in common.
struct LayerOverlap {
    /// Layers that share less than a fifth of their paths are not alike.
    private static let leastShare = 0.2
    /// A path that more layers hold than this tells little; of those only the first count.
    private static let layerLimit = 32

    /// A path of a layer, as its hash: of images with hundreds of thousands of paths, the paths themselves as keys take ten
    /// times the memory. Two paths of one hash, which nobody can choose, would only make layers look a little more alike.
    private struct Place: Comparable {
        let hash: Int
        let layer: Int32

        static func < (left: Self, right: Self) -> Bool {
            (left.hash, left.layer) < (right.hash, right.layer)
        }
    }

    /// All paths of all layers, in order.
    private var places: [Place] = []
    private let entryCounts: [Int]

    /// Notes the paths of an image's layers.
    init(_ listings: [LayerListing]) {
        entryCounts = listings.map(\.entries.count)
        places.reserveCapacity(entryCounts.reduce(0, +))
        for (layer, listing) in listings.enumerated() {
            for entry in listing.entries {
                places.append(Place(hash: entry.path.hashValue, layer: Int32(clamping: layer)))
            }
        }
        places.sort()
        // A layer may hold a path many times.
        var count = 0
        for place in places where count == 0 || place != places[count - 1] {
            places[count] = place
            count += 1
        }
        places.removeLast(places.count - count)
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
            let hash = entry.path.hashValue
            let first = Place(hash: hash, layer: Int32(clamping: lowest))
            var place = places.partitioningIndex { $0 >= first }
            var left = Self.layerLimit
            while place < places.count, places[place].hash == hash, places[place].layer <= highest, left > 0 {
                common[Int(places[place].layer), default: 0] += 1
                place += 1
                left -= 1
            }
        }
        var best: (layer: Int, share: Double)?
        for (layer, count) in common.sorted(by: { $0.key < $1.key }) {
            let share = Double(count) / Double(max(entryCounts[layer], listing.entries.count))
            guard share >= Self.leastShare, share > best?.share ?? 0 else { continue }
            let place = candidates.partitioningIndex { $0 >= layer }
            if place < candidates.endIndex, candidates[place] == layer { best = (layer, share) }
        }
        return best?.layer
    }
}
