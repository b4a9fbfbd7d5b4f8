import Testing

@testable import Recompression

/// What searching for matches takes, and finds.
struct MatchTreeTests {
    /// Rows that start alike, in order again and again, so that each place goes down a list of all.
    private static let rows: [UInt8] = (0..<6000).flatMap { (row: Int) -> [UInt8] in
        Array("abcdefgh".utf8) + [UInt8(row % 512 / 256), UInt8(row % 256), UInt8(row / 512)]
    }

    private static func tree(_ content: [UInt8], hopCount: Int) -> (MatchTree, PlainBuffer) {
        let plain = PlainBuffer()
        _ = content.withUnsafeBufferPointer { plain.append($0, keeping: 0) }
        plain.complete()
        let tree = MatchTree(hopCount: hopCount)
        tree.start(at: 0, end: content.count)
        tree.index(before: content.count, plain)
        return (tree, plain)
    }

    @Test(arguments: [1, 2, 4]) func `work is linear in hostile data`(_ parts: Int) {
        let content = Array(Self.rows[..<(Self.rows.count / 4 * parts)])
        let (tree, _) = Self.tree(content, hopCount: 4096)
        #expect(tree.work > 20 * content.count)
        // A place takes more the more bytes are compared there, a word at a time.
        #expect(tree.work <= 3 * (128 + 16) * content.count)
    }

    @Test func `each match is the nearest of its length`() {
        let content = Sample.text.content
        let (tree, plain) = Self.tree(content, hopCount: 1 << 12)
        for position in stride(from: content.count - 3000, to: content.count - 300, by: 7) {
            var expected: [Int: Int] = [:]
            var longest = 2
            for distance in 1...min(position, 1 << 15) {
                let length = commonLength(
                    plain.pointer(position), plain.pointer(position - distance), Limits.maximumMatch)
                if length > longest {
                    longest = length
                    expected[length] = distance
                }
            }
            let found = tree.matches(position).map { (Int($0.length), Int($0.distance)) }
            #expect(Dictionary(uniqueKeysWithValues: found) == expected, "at \(position)")
        }
    }
}
