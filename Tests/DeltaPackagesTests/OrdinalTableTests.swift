import TestSupport
import Testing

@testable import DeltaPackages

struct OrdinalTableTests {
    @Test func `numbers come by their key, the smaller ones first, of equal ones the lower number`() {
        var random = SplitMix64(seed: 3)
        let keys = (0..<500).map { _ in UInt64(random.below(40)) }
        let sizes = keys.map { _ in UInt64(random.below(5)) }
        var table = OrdinalTable(count: keys.count)
        for (ordinal, key) in keys.enumerated() { table.add(ordinal, key: key) }
        table.sort { sizes[$0] }
        for key in UInt64(0)...41 {
            let expected = keys.indices.filter { keys[$0] == key }.sorted {
                (sizes[$0], $0) < (sizes[$1], $1)
            }
            #expect(Array(table.ordinals(key)) == expected)
        }
    }

    @Test func `what its neighbour makes needless is dropped`() {
        var table = OrdinalTable(count: 6)
        for ordinal in 0..<6 { table.add(ordinal, key: ordinal < 4 ? 7 : 9) }
        table.sort()
        // Of odd and even ones of a key, only the last, respectively the first.
        table.thin { earlier, later in later == 1 ? .earlier : later == 5 ? .later : .none }
        #expect(Array(table.ordinals(7)) == [1, 2, 3])
        #expect(Array(table.ordinals(9)) == [4])
        #expect(table.ordinals(8).isEmpty)
    }
}
