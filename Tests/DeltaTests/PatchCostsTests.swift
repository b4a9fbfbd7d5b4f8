import ContentDiff
import Delta
import TestSupport
import Testing

/// What places of a new content cost in its patch.
struct PatchCostsTests {
    private func costs(_ old: [UInt8], _ new: [UInt8]) throws -> (costs: PlaceCosts, estimate: Int) {
        let content = try MatchedContent(new)
        let matcher = try Matcher(old: old, method: .hashed(depth: 8))
        let parts = try Matcher.parts(of: content).map { try matcher.match(content, $0) }
        #expect(parts.reduce(0) { $0 + $1.byteCount } == new.count)
        var place = PatchPlace()
        place.tracesPrediction = true
        let patch = try Patch(parts, old: old, new: new, place: place)
        return (try patch.placeCosts(of: parts), patch.estimatedByteCount)
    }

    private func cost(_ costs: PlaceCosts, in range: Range<Int>) -> Double {
        costs.places.reduce(0) {
            $0 + (range.contains($1.start) ? Double($1.newCost) + Double($1.changeCost) : 0)
        }
    }

    /// All costs are the patch's size, but for some bytes that a compressor writes around each of six streams.
    private func expect(_ costs: PlaceCosts, _ estimate: Int) {
        #expect(costs.cost < Double(estimate) + 1 && costs.cost > Double(estimate) - 6 * 24, "\(estimate)")
    }

    @Test func `costs lie where something changed, and are the whole patch`() throws {
        let old = Content.random(1, 60_000)
        var new = Array(old[..<20_000]) + Content.random(2, 500) + Array(old[20_000...])
        for place in stride(from: 40_000, to: 40_400, by: 20) { new[place] ^= 0x55 }
        let (costs, estimate) = try costs(old, new)
        expect(costs, estimate)
        // What is random takes as many bytes as it has.
        #expect((480...540).contains(cost(costs, in: 19_900..<20_600)), "\(cost(costs, in: 19_900..<20_600))")
        #expect((20...80).contains(cost(costs, in: 39_990..<40_410)))
        let rest = costs.cost - cost(costs, in: 19_900..<20_600) - cost(costs, in: 39_990..<40_410)
        #expect(rest < 30)
        let blocks = costs.blocks(in: []).filter { $0.cost > 20 }
        #expect(blocks.map(\.kind) == [.new, .patched])
        #expect(blocks.allSatisfy { $0.predictedCount == 0 })
    }

    @Test func `cheap new bytes cost less than dear ones`() throws {
        let new = Array(repeating: UInt8(0), count: 4096) + Content.random(5, 4096)
        let part = MatchedPart.new(byteCount: new.count)
        let patch = try Patch([part], old: [], new: new, place: PatchPlace())
        let costs = try patch.placeCosts(of: [part])
        expect(costs, patch.estimatedByteCount)
        #expect(cost(costs, in: 0..<4096) * 10 < cost(costs, in: 4096..<8192))
        #expect(costs.cost - costs.newCost < 5)
    }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `what was predicted in a program, and how well`(machine: ELFBuilder.Machine) throws {
        let functions = (0..<400).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        var others = functions
        others.insert(.init("new", 72), at: 40)
        let (costs, estimate) = try costs(
            LinkedProgram.file(machine, functions, isGo: false),
            LinkedProgram.file(machine, others, isGo: false))
        expect(costs, estimate)
        let (predicted, right) = costs.places.reduce((0, 0)) {
            ($0.0 + Int($1.predictedCount), $0.1 + Int($1.rightCount))
        }
        #expect(predicted > 300)
        #expect(right <= predicted && right * 10 >= predicted * 7, "\(right) of \(predicted)")
    }

    @Test func `places do not go back`() throws {
        for seed in 0..<20 as Range<UInt64> {
            let old = Content.random(seed, 5000)
            var new: [UInt8] = []
            var random = SplitMix64(seed: seed)
            while new.count < 8000 {
                let start = random.below(4000)
                new += old[start..<start + random.below(900)]
                new += Content.random(seed + 100, random.below(40))
            }
            let (costs, estimate) = try costs(old, new)
            expect(costs, estimate)
            #expect(zip(costs.places, costs.places.dropFirst()).allSatisfy { $0.start <= $1.start })
            #expect(costs.places.allSatisfy { $0.end <= new.count && $0.start <= $0.end })
        }
    }
}
