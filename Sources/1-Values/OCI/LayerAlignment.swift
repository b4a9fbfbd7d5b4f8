import FileTree

/// An old and a new layer that belong together, or one that stands alone.
public struct LayerPair: Hashable, Sendable {
    /// What happened to a layer.
    public enum Change: String, Hashable, Sendable {
        case same, changed, added, removed, moved

        /// One column that tells the change without colour.
        public var marker: String {
            switch self {
            case .same: "="
            case .changed: "~"
            case .added: "+"
            case .removed: "-"
            case .moved: ">"
            }
        }
    }

    /// Index of the old layer; nil for an added one.
    public let old: Int?
    /// Index of the new layer; nil for a removed one.
    public let new: Int?
    /// What happened to it.
    public let change: Change

    /// A pair of layers; at least one index must be there.
    public init(old: Int?, new: Int?, change: Change) {
        self.old = old
        self.new = new
        self.change = change
    }
}

/// Puts the layers of two images side by side.
public enum LayerAlignment {
    /// Aligns layers by diff id, then by the command that made them, then by what they hold, then by place.
    ///
    /// - Parameters:
    ///   - old: The old image's layers, lowest first.
    ///   - new: The new image's layers, lowest first.
    ///   - overlap: How much an old and a new layer have in common, 0 ... 1; asked only for layers that neither
    ///     diff id nor command could pair.
    /// - Returns: Rows from the bottom layer up; every layer stands in exactly one.
    public static func align(
        old: [LayerSummary], new: [LayerSummary], overlap: (Int, Int) -> Double = { _, _ in 0 }
    ) -> [LayerPair] {
        var partner = [Int?](repeating: nil, count: new.count)
        var isTaken = [Bool](repeating: false, count: old.count)
        for index in new.indices {
            // The closest of equal layers, so that repeated empty layers keep their places.
            let candidates = old.indices.filter { !isTaken[$0] && old[$0].diffID == new[index].diffID }
            guard let best = candidates.min(by: { (abs($0 - index), $0) < (abs($1 - index), $1) }) else {
                continue
            }
            partner[index] = best
            isTaken[best] = true
        }
        let anchors = longestRising(partner)
        var rows: [LayerPair] = []
        var oldStart = 0
        var newStart = 0
        for end in anchors + [new.count] {
            let oldEnd = end < new.count ? partner[end] ?? old.count : old.count
            rows += alignGap(
                old: (oldStart..<oldEnd).filter { !isTaken[$0] }, new: Array(newStart..<end),
                partner: partner,
                oldLayers: old, newLayers: new, overlap: overlap)
            if end < new.count {
                rows.append(LayerPair(old: oldEnd, new: end, change: .same))
            }
            oldStart = oldEnd + 1
            newStart = end + 1
        }
        return rows
    }

    /// The new indices of the longest run of pairs that rise on both sides: layers that kept their order.
    private static func longestRising(_ partner: [Int?]) -> [Int] {
        var length = [Int](repeating: 0, count: partner.count)
        var previous = [Int?](repeating: nil, count: partner.count)
        var best: Int?
        for index in partner.indices {
            guard let value = partner[index] else { continue }
            length[index] = 1
            for earlier in 0..<index {
                guard let other = partner[earlier], other < value, length[earlier] + 1 > length[index] else {
                    continue
                }
                length[index] = length[earlier] + 1
                previous[index] = earlier
            }
            if best.map({ length[index] > length[$0] }) ?? true { best = index }
        }
        var chain: [Int] = []
        while let index = best {
            chain.append(index)
            best = previous[index]
        }
        return chain.reversed()
    }

    /// Pairs what stands between two unchanged layers.
    private static func alignGap(
        old: [Int], new: [Int], partner: [Int?], oldLayers: [LayerSummary], newLayers: [LayerSummary],
        overlap: (Int, Int) -> Double
    ) -> [LayerPair] {
        var rows: [LayerPair] = []
        var rest = old[...]
        let fresh = new.filter { partner[$0] == nil }
        for index in new {
            if let moved = partner[index] {
                rows.append(LayerPair(old: moved, new: index, change: .moved))
                continue
            }
            let command = normalized(newLayers[index].createdBy)
            let byCommand =
                command.isEmpty ? nil : rest.first { normalized(oldLayers[$0].createdBy) == command }
            let byContent =
                rest.map { (index: $0, share: overlap($0, index)) }.filter { $0.share >= 0.2 }
                .max { ($0.share, $1.index) < ($1.share, $0.index) }?.index
            // Equally many unknown layers on both sides: the n-th of one is the n-th of the other.
            let byPlace = old.count == fresh.count ? rest.first : nil
            guard let match = byCommand ?? byContent ?? byPlace else {
                rows.append(LayerPair(old: nil, new: index, change: .added))
                continue
            }
            for skipped in rest.prefix(while: { $0 != match }) {
                rows.append(LayerPair(old: skipped, new: nil, change: .removed))
            }
            rest = rest.drop { $0 != match }.dropFirst()
            rows.append(LayerPair(old: match, new: index, change: .changed))
        }
        return rows + rest.map { LayerPair(old: $0, new: nil, change: .removed) }
    }

    /// A command without the content hashes that builders put into it (`ADD file:4ab3…`).
    private static func normalized(_ command: String) -> String {
        command.replacing(/[0-9a-f]{64}/, with: "")
    }
}
