import TestSupport
import Testing

@testable import Recompression

/// What tables of near places keep, beside those that keep all places.
struct NearTableTests {
    private static let reach = 1 << 15

    /// What a lookup means to an encoder: the place, if a match may reach it.
    private static func near(_ place: Int, _ position: Int) -> Int? {
        position - place <= reach ? place : nil
    }

    @Test(arguments: 1...4) func `near places are as all places are`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let all = PlaceTable(64)
        var table = NearTable(64)
        let start = Int.random(in: 0..<1 << 20, using: &random)
        all.clear(at: start)
        table.clear(at: start)
        var position = start
        var (found, far) = (0, 0)
        for _ in 0..<20_000 {
            table.renew(position)
            // Some numbers come often, others seldom.
            let index = Int.random(in: 0...Int.random(in: 0..<64, using: &random), using: &random)
            let right = all.place(index, before: position)
            #expect(Self.near(table.place(index, before: position), position) == Self.near(right, position))
            if Self.near(right, position) == nil { far += 1 } else { found += 1 }
            if Bool.random(using: &random) {
                all.set(index, position)
                table.set(index, position)
            }
            // Long matches are passed at once.
            let most = Int.random(in: 0..<50, using: &random) == 0 ? 70_000 : 2_000
            position += Int.random(in: 1...Int.random(in: 1...most, using: &random), using: &random)
        }
        #expect(found > 1_000 && far > 1_000)
    }

    @Test func `places little ahead are kept until they are reached`() {
        var table = NearTable(8)
        table.clear(at: 0)
        table.set(3, 20_000)
        table.renew(11_500)
        #expect(11_500 - table.place(3, before: 11_500) > Self.reach)
        #expect(20_000 - table.place(3, before: 20_000) > Self.reach)
        #expect(table.place(3, before: 20_001) == 20_000)
    }

    @Test func `the place before another is known as far as matches reach`() {
        let chain = ChainTable(1 << 15)
        chain.clear()
        #expect(70_000 - chain.before(70_000) > Self.reach)
        chain.set(70_000, before: 70_000 - Self.reach)
        #expect(chain.before(70_000) == 70_000 - Self.reach)
        chain.set(70_000, before: -1 << 40)
        #expect(70_000 - chain.before(70_000) > Self.reach)
    }
}
