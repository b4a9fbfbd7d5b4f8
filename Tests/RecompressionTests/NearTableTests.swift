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
        var all = PlaceTable(64)
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

    @Test func `what was kept before all was forgotten is out of reach`() {
        var table = PlaceTable(4)
        table.clear(at: 0)
        table.set(1, 40_000)
        table.set(2, 39_000)
        #expect(table.place(1, before: 40_001) == 40_000)
        // Work goes back to the front of a dictionary.
        table.clear(at: 40_000 - Self.reach)
        for position in [40_000 - Self.reach, 39_500, 40_001, 70_000] {
            #expect(position - table.place(1, before: position) > Self.reach)
            #expect(position - table.place(2, before: position) > Self.reach)
        }
        table.set(1, 40_100)
        #expect(table.place(1, before: 40_101) == 40_100)
        // As often as it takes until positions could look the same again.
        for time in 0..<70_000 {
            table.clear(at: 41_000 + time)
            #expect(41_000 + time - table.place(1, before: 41_000 + time) > Self.reach)
        }
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
        chain.set(70_000, before: 70_000 - Self.reach)
        #expect(chain.before(70_000) == 70_000 - Self.reach)
        chain.set(70_000, before: -1 << 40)
        #expect(70_000 - chain.before(70_000) > Self.reach)
    }
}
