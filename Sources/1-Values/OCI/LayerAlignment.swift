import Bytes
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

extension Sequence<LayerPair> {
    /// By index of an old layer, that of the new one that it is paired with and differs from.
    public var partners: [Int: Int] {
        reduce(into: [:]) { partners, pair in
            if pair.change == .changed, let old = pair.old { partners[old] = pair.new }
        }
    }
}

/// Puts the layers of two images side by side.
public enum LayerAlignment {
    /// Finds the old layer that is most like a new one.
    ///
    /// - Parameters:
    ///   - new: Index of the new layer.
    ///   - candidates: Indices of old layers in order, at least one.
    /// - Returns: One of them, or nil if none has enough in common.
    public typealias ContentMatch = (_ new: Int, _ candidates: ArraySlice<Int>) -> Int?

    /// Aligns the layers of two images, looking at what they hold where need be.
    public static func align(_ old: ImageIndex, _ new: ImageIndex) -> [LayerPair] {
        var overlap: LayerOverlap?
        return align(old: old.summary.layers, new: new.summary.layers) { index, candidates in
            guard new.listings.indices.contains(index) else { return nil }
            let known = overlap ?? LayerOverlap(old.listings)
            overlap = known
            return known.mostAlike(new.listings[index], among: candidates)
        }
    }

    /// Aligns layers by diff id, then by the command that made them, then by what they hold, then by place.
    ///
    /// - Parameters:
    ///   - old: The old image's layers, lowest first.
    ///   - new: The new image's layers, lowest first.
    ///   - byContent: Asked only for layers that neither diff id nor command could pair.
    /// - Returns: Rows from the bottom layer up; every layer stands in exactly one.
    public static func align(
        old: [LayerSummary], new: [LayerSummary], byContent: ContentMatch = { _, _ in nil }
    ) -> [LayerPair] {
        let partners = equalLayers(old, new)
        let isTaken = Set(partners.compactMap(\.self))
        let oldCommands = old.map { normalized($0.createdBy) }
        let newCommands = new.map { normalized($0.createdBy) }
        let anchors = longestRising(partners)
        var rows: [LayerPair] = []
        var oldStart = 0
        var newStart = 0
        for end in anchors + [new.count] {
            let oldEnd = end < new.count ? partners[end] ?? old.count : old.count
            let gap = Gap(
                old: (oldStart..<oldEnd).filter { !isTaken.contains($0) }, new: newStart..<end,
                partners: partners, oldCommands: oldCommands, newCommands: newCommands)
            rows += gap.align(byContent)
            if end < new.count {
                rows.append(LayerPair(old: oldEnd, new: end, change: .same))
            }
            oldStart = oldEnd + 1
            newStart = end + 1
        }
        return rows
    }

    /// For every new layer the old one of the same diff id, the closest where there are several, so that repeated empty
    /// layers keep their places.
    private static func equalLayers(_ old: [LayerSummary], _ new: [LayerSummary]) -> [Int?] {
        var places: [Digest: [Int]] = [:]
        for layer in old.indices { places[old[layer].diffID, default: []].append(layer) }
        return new.indices.map { index in
            guard let left = places[new[index].diffID], !left.isEmpty else { return nil }
            let next = left.partitioningIndex { $0 >= index }
            let isNextCloser =
                next > 0 ? next < left.count && left[next] - index < index - left[next - 1] : true
            return places[new[index].diffID]?.remove(at: isNextCloser ? next : next - 1)
        }
    }

    /// The new indices of the longest run of pairs that rise on both sides: layers that kept their order.
    private static func longestRising(_ partners: [Int?]) -> [Int] {
        // Of the runs of one length that end somewhere, those that end later end with a smaller partner.
        var ends: [[Int]] = []
        func partner(_ index: Int) -> Int { partners[index] ?? 0 }
        for index in partners.indices {
            guard let value = partners[index] else { continue }
            let length = ends.partitioningIndex { $0.last.map { partner($0) >= value } ?? true }
            if length == ends.count { ends.append([]) }
            ends[length].append(index)
        }
        var chain: [Int] = []
        for candidates in ends.reversed() {
            guard let last = chain.last else {
                chain.append(candidates[0])
                continue
            }
            chain.append(candidates[candidates.partitioningIndex { partner($0) < partner(last) }])
        }
        return chain.reversed()
    }

    /// A command without the content hashes that builders put into it (`ADD file:4ab3…`).
    private static func normalized(_ command: String) -> [UInt8] {
        let digestCount = 64
        var bytes: [UInt8] = []
        var digitCount = 0
        for byte in command.utf8 {
            let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            digitCount = isDigit ? digitCount + 1 : 0
            bytes.append(byte)
            if digitCount == digestCount {
                bytes.removeLast(digestCount)
                digitCount = 0
            }
        }
        return bytes
    }

    /// What stands between two unchanged layers.
    private struct Gap {
        let old: [Int]
        let new: Range<Int>
        let partners: [Int?]
        let oldCommands: [[UInt8]]
        let newCommands: [[UInt8]]

        func align(_ byContent: ContentMatch) -> [LayerPair] {
            var rows: [LayerPair] = []
            var places: [[UInt8]: [Int]] = [:]
            for (place, layer) in old.enumerated() { places[oldCommands[layer], default: []].append(place) }
            // Equally many unknown layers on both sides: the n-th of one is the n-th of the other.
            let isPairedByPlace = old.count == new.count { partners[$0] == nil }
            var next = 0
            for index in new {
                if let moved = partners[index] {
                    rows.append(LayerPair(old: moved, new: index, change: .moved))
                    continue
                }
                guard let place = match(index, from: next, places, isPairedByPlace, byContent) else {
                    rows.append(LayerPair(old: nil, new: index, change: .added))
                    continue
                }
                rows += old[next..<place].map { LayerPair(old: $0, new: nil, change: .removed) }
                rows.append(LayerPair(old: old[place], new: index, change: .changed))
                next = place + 1
            }
            return rows + old[next...].map { LayerPair(old: $0, new: nil, change: .removed) }
        }

        /// The place of the old layer that belongs to a new one.
        private func match(
            _ index: Int, from next: Int, _ places: [[UInt8]: [Int]], _ isPairedByPlace: Bool,
            _ byContent: ContentMatch
        ) -> Int? {
            guard next < old.count else { return nil }
            if !newCommands[index].isEmpty, let same = places[newCommands[index]] {
                let first = same.partitioningIndex { $0 >= next }
                if first < same.count { return same[first] }
            }
            if let layer = byContent(index, old[next...]) {
                let place = old.partitioningIndex { $0 >= layer }
                if place >= next, place < old.count, old[place] == layer { return place }
            }
            return isPairedByPlace ? next : nil
        }
    }
}
