import Recompression
import TestSupport
import Testing

struct GzipTests {
    @Test(.enabled(if: Command(named: "gzip") != nil), arguments: Sample.allCases)
    func `every level makes what gzip makes`(sample: Sample) throws {
        let content = sample.content
        for level in 1...9 {
            #expect(
                try Deflate.compress(content, .gzip(level)) == Programs.gzip(content, level: level),
                "level \(level)")
        }
    }

    @Test(.enabled(if: Command(named: "gzip") != nil), arguments: [65_275, 65_400, 65_536, 70_000])
    func `contents that end where the window would move are right`(count: Int) throws {
        for content in [Sample.withoutMatches(count: count, below: 256), Content.text(5, count)] {
            for level in [1, 6] {
                #expect(try Deflate.compress(content, .gzip(level)) == Programs.gzip(content, level: level))
            }
        }
    }

    @Test(.enabled(if: Command(named: "gzip") != nil), arguments: 100..<130 as Range<UInt64>)
    func `random contents are right`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let content =
            Sample.mixed(seed: seed, partCount: random.below(60))
            + [UInt8](repeating: 0, count: random.below(20))
        let level = 1 + random.below(9)
        #expect(
            try Deflate.compress(content, .gzip(level)) == Programs.gzip(content, level: level),
            "level \(level)")
    }
}
