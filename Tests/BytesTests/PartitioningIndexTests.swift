import Bytes
import Testing

struct PartitioningIndexTests {
    @Test func `the first place from which on a condition holds`() {
        for count in 0..<20 {
            let numbers = (0..<count).map { 2 * $0 }
            for limit in -1...2 * count {
                let place = numbers.partitioningIndex { $0 >= limit }
                #expect(place == numbers.firstIndex { $0 >= limit } ?? numbers.endIndex)
            }
        }
        let slice = [9, 9, 1, 2, 3][2...]
        #expect(slice.partitioningIndex { $0 > 1 } == 3)
    }

    @Test func `few elements are looked at`() {
        var askedCount = 0
        _ = (0..<1_000_000).partitioningIndex {
            askedCount += 1
            return $0 > 700_000
        }
        #expect(askedCount <= 20)
    }
}
