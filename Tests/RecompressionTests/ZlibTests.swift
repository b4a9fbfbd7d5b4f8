import Recompression
import TestSupport
import Testing

struct ZlibTests {
    @Test(arguments: Sample.allCases)
    func `every level and memory level makes what zlib makes`(sample: Sample) throws {
        let content = sample.content
        for level in 1...9 {
            for memoryLevel in content.count < 12_000 ? Array(1...9) : [1 + level % 7, 8 + level % 2] {
                let parameters = DeflateParameters.zlib(level, memoryLevel)
                #expect(
                    try Deflate.compress(content, parameters) == Programs.zlib(content, parameters),
                    "level \(level), memory level \(memoryLevel)")
            }
        }
    }

    @Test func `contents of few bytes are right`() throws {
        for count in 0...20 {
            for content in [
                Content.random(1, count), Content.text(2, count), (0..<count).map { UInt8($0 % 3) },
            ] {
                for parameters in [DeflateParameters.zlib(1, 8), .zlib(6, 8), .zlib(9, 1)] {
                    #expect(
                        try Deflate.compress(content, parameters) == Programs.zlib(content, parameters))
                }
            }
        }
    }

    @Test(arguments: [258, 32_768 - 262, 32_768, 65_536 - 262, 65_536])
    func `contents that end where the window moves are right`(edge: Int) throws {
        for count in [edge - 1, edge, edge + 1, edge + 3, edge + 258] {
            for content in [Content.random(3, count), [UInt8](repeating: 0, count: count)] {
                for parameters in [DeflateParameters.zlib(3, 2), .zlib(6, 8)] {
                    #expect(
                        try Deflate.compress(content, parameters) == Programs.zlib(content, parameters))
                }
            }
        }
    }

    @Test(arguments: [65_275, 65_400, 65_536, 70_000])
    func `blocks whose start has left the window are not stored`(count: Int) throws {
        let content = Sample.withoutMatches(count: count, below: 256)
        #expect(try Deflate.compress(content, .zlib(6, 9)) == Programs.zlib(content, .zlib(6, 9)))
    }

    @Test(arguments: 1...6)
    func `a single distance gets a second code`(distance: Int) throws {
        let content = Sample.withOneDistance(distance)
        for parameters in [DeflateParameters.zlib(1, 8), .zlib(9, 8)] {
            #expect(try Deflate.compress(content, parameters) == Programs.zlib(content, parameters))
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `random contents are right`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let content = Sample.mixed(seed: seed, partCount: random.below(40))
        let parameters = DeflateParameters.zlib(1 + random.below(9), 1 + random.below(9))
        #expect(
            try Deflate.compress(content, parameters) == Programs.zlib(content, parameters), "\(parameters)")
    }

    @Test func `numbers out of bounds count as the nearest bound`() {
        let content = Content.text(1, 2_000)
        #expect(Deflate.compress(content, .zlib(0, -3)) == Deflate.compress(content, .zlib(1, 1)))
        #expect(Deflate.compress(content, .zlib(.max, .min)) == Deflate.compress(content, .zlib(9, 1)))
        let odd = DeflateParameters(encoder: .gnuGzip, level: 6, memoryLevel: 2)
        #expect(Deflate.compress(content, odd) == Deflate.compress(content, .gzip(6)))
    }
}
