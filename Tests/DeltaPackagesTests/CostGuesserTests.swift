import Testing

@testable import DeltaPackages

/// How what a sample cost is read for files that are not in it.
struct CostGuesserTests {
    private func looks(_ range: Range<Int>) -> [CostGuesser.Look] {
        range.map { CostGuesser.Look(entry: $0, kind: .other, weight: 10_000, effort: 1) }
    }

    /// What a file costs of which the quick look says 10 kB, after a sample of forty with these costs in turn.
    private func guess(_ costs: [UInt64]) -> CostGuess? {
        let sample = looks(0..<40)
        let paid = Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, costs[$0 / 4 % costs.count]) })
        return CostGuesser.read(looks(0..<41), costs: paid, structureByteCount: 0, sample: sample).entries[40]
    }

    @Test func `a file's range is as wide as single files of the sample are off`() throws {
        // The sums of any fourth of them agree in both.
        let alike = try #require(guess([5_000, 5_000]))
        #expect(alike.byteCount == 5_000)
        #expect((1_500...1_700).contains(alike.low) && (15_000...15_100).contains(alike.high))
        let apart = try #require(guess([1_000, 1_000, 1_000, 1_000, 21_000]))
        #expect(apart.byteCount == 5_000)
        #expect(apart.low <= 1_000 && apart.high >= 21_000)
    }
}
