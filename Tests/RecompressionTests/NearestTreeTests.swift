import TestSupport
import Testing

@testable import Recompression

/// What trees of places find whose places are kept modulo 2^16, beside trees that keep them whole.
struct NearestTreeTests {
    private typealias Match = [Int]

    /// The same tree, told in the simplest way.
    private struct Plain {
        let content: [UInt8]
        let depth: Int
        var first = 0
        var pairs: [Int: (last: Int, before: Int)] = [:]
        var roots: [Int: Int] = [:]
        var links: [Int: (lower: Int, upper: Int)] = [:]

        func word(_ position: Int, _ count: Int) -> UInt32 {
            (0..<count).reduce(0) { $0 | UInt32(content[position + $1]) << UInt32(8 * $1) }
        }

        func hash(_ word: UInt32) -> Int { Int((word &* 0x1e35_a7bd) >> 16) }

        mutating func set(_ slot: (place: Int, isLower: Bool), _ value: Int) {
            var link = links[slot.place] ?? (-1, -1)
            if slot.isLower { link.lower = value } else { link.upper = value }
            links[slot.place] = link
        }

        mutating func insert(_ position: Int, limit: Int, nice: Int, isWanted: Bool) -> [Match] {
            let isFirst = position == first
            let pair = isFirst ? 0 : hash(word(position, 3))
            let root = isFirst ? 0 : hash(word(position, 4))
            let lowest = max(first, position - 32_767)
            var found: [Match] = []
            let (last, before) = pairs[pair] ?? (-1, -1)
            pairs[pair] = (position, last)
            if isWanted, last >= lowest {
                let near = [last, before].first { $0 >= lowest && word($0, 3) == word(position, 3) }
                if let near { found.append([3, position - near]) }
            }
            var candidate = roots[root] ?? -1
            roots[root] = position
            // The places that wait for one that sorts before or after the position.
            var lower: (place: Int, isLower: Bool) = (position, true)
            var upper: (place: Int, isLower: Bool) = (position, false)
            var longest = 3
            for _ in 0..<depth where candidate >= lowest {
                var length = 0
                while length < limit, content[candidate + length] == content[position + length] {
                    length += 1
                }
                if isWanted, length > longest {
                    longest = length
                    found.append([length, position - candidate])
                }
                let link = links[candidate] ?? (-1, -1)
                if length >= nice, length == longest || !isWanted {
                    set(lower, link.lower)
                    set(upper, link.upper)
                    return found
                }
                if content[candidate + length] < content[position + length] {
                    set(lower, candidate)
                    lower = (candidate, false)
                    candidate = link.upper
                } else {
                    set(upper, candidate)
                    upper = (candidate, true)
                    candidate = link.lower
                }
            }
            set(lower, -1)
            set(upper, -1)
            return found
        }
    }

    @Test(arguments: NearerPlacesTests.Kind.allCases)
    func `places farther apart than can be told are out of reach`(
        _ kind: NearerPlacesTests.Kind
    ) {
        var random = SplitMix64(seed: 3)
        let content = kind.content(&random, count: 220_000)
        let buffer = PlainBuffer()
        _ = content.withUnsafeBufferPointer { buffer.append($0, keeping: 0) }
        buffer.complete()
        let view = PlainView(buffer)
        let tree = NearestTree(depth: 35)
        var plain = Plain(content: content, depth: 35)
        let room = UnsafeMutablePointer<MatchTree.Candidate>.filled(MatchTree.Candidate(), 300)
        defer { room.deallocate() }
        tree.start(at: 0)
        for position in 0..<content.count - 300 {
            if position == 130_000 {
                tree.start(at: position)
                plain.first = position
            }
            let isWanted = position % 11 < 7
            let nice = isWanted ? 75 : 100
            let limit = isWanted ? 258 : nice
            let count = tree.insert(position, limit: limit, nice: nice, isWanted ? room : nil, view)
            let found = (0..<(isWanted ? count : 0)).map { [Int(room[$0].length), Int(room[$0].distance)] }
            guard found == plain.insert(position, limit: limit, nice: nice, isWanted: isWanted) else {
                Issue.record("other matches at \(position)")
                return
            }
        }
    }
}
