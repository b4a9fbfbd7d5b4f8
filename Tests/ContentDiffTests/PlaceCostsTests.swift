import ContentDiff
import Testing

struct PlaceCostsTests {
    /// Two bytes of new content at 100, a change at 5000 and one at 5600, predictions at 5600 and 9000.
    private var costs: PlaceCosts {
        var costs = PlaceCosts()
        costs.add(newByteAt: 100, cost: 0.75)
        costs.add(newByteAt: 101, cost: 0.25)
        costs.add(changeAt: 5000, byteCount: 1, cost: 4)
        costs.add(changeAt: 5600, byteCount: 1, cost: 2)
        costs.add(predictedAt: 5604, byteCount: 8, count: 3, rightCount: 2)
        costs.add(predictedAt: 9000, byteCount: 4, count: 1, rightCount: 1)
        return costs
    }

    private func section(_ name: String, _ range: Range<Int>) -> PlaceCosts.Section {
        PlaceCosts.Section(name: Array(name.utf8), range: range)
    }

    @Test func `all places together are the whole`() {
        #expect(costs.cost == 7)
        #expect(costs.newCost == 1)
        for count in 1...40 { #expect(costs.columns(count, of: 10_000).reduce(0, +) == 7) }
        #expect(costs.blocks(in: []).reduce(0) { $0 + $1.cost } == 7)
    }

    @Test func `what lies together is a block`() {
        let blocks = costs.blocks(in: [])
        #expect(blocks.map(\.range) == [100..<102, 5000..<5001, 5600..<5612, 9000..<9004])
        #expect(blocks.map(\.kind) == [.new, .patched, .predicted, .predicted])
        #expect(blocks.map(\.rightCount) == [0, 0, 2, 1])
        var near = PlaceCosts()
        for place in stride(from: 0, to: 40_000, by: 100) { near.add(changeAt: place, byteCount: 1, cost: 1) }
        // However near they are, a block ends at 16 KiB.
        #expect(near.blocks(in: []).map { $0.range.count <= 16 << 10 } == [true, true, true])
    }

    @Test func `sections cut blocks, and sum them up`() {
        let sections = [
            section(".text", 0..<5000), section(".data", 5000..<5601), section(".late", 8000..<10_000),
        ]
        #expect(
            costs.blocks(in: sections).map { $0.section.map { String(decoding: $0, as: UTF8.self) } }
                == [".text", ".data", ".data", ".late"])
        let sums = costs.sums(of: sections)
        #expect(sums.map(\.cost) == [1, 6, 0])
        // What begins between two sections is in none of them.
        let others = costs.sums(of: [section("a", 0..<10), section("b", 200..<5100)])
        #expect(others.map { $0.section?.first } == [nil, UInt8(ascii: "b"), nil])
        #expect(others.map(\.cost) == [1, 4, 2])
    }
}
