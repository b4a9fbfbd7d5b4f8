import Testing

@testable import Recompression

/// The tables of libzstd's levels.
@Suite struct LibzstdTableTests {
    @Test func `places stay what they are as positions grow beyond what an entry holds`() {
        var table = LibzstdTable(width: 4)
        defer { table.end() }
        table[3] = 100
        table[4] = (1 << 31) - 5
        table.prepare(for: 1 << 31 + 1, low: 1 << 31 - 50)
        // What is out of reach may be any place that is.
        #expect(table[3] <= 1 << 31 - 50)
        #expect(table[4] == 1 << 31 - 5)
        table[3] = 5 << 30
        #expect(table[3] == 5 << 30)
        table.prepare(for: 99 << 30, low: 98 << 30)
        #expect((0..<16).allSatisfy { table[$0] <= 98 << 30 })
        table[5] = 99 << 30
        #expect(table[5] == 99 << 30)
        table.clear()
        #expect(table[5] == 0)
    }
}
