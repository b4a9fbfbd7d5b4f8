import Compression
import FileIO
import Shipping
import TestSupport
import Testing

@testable import Images

struct CompressedSizeTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func region(_ bytes: [UInt8], as name: String) throws -> FileRegion {
        FileRegion(try RandomAccessFile(path: try scratch.write(name, bytes)))
    }

    @Test func `small streams are compressed as they are`() async throws {
        let one = Array("some text, some text, some more text".utf8)
        let two = [UInt8](repeating: 7, count: 100_000)
        let stream = JoinedRegions([
            try region(one, as: "1"), try region([], as: "2"), try region(two, as: "3"),
        ])
        #expect(stream.byteCount == UInt64(one.count + two.count))
        let gzip = try await CompressedSize.figure(of: stream, .gzip, jobs: 2)
        #expect(gzip == Figure(exact: UInt64(try Gzip.byteCount(of: one + two))))
        let zstd = try await CompressedSize.figure(of: stream, .zstd19, jobs: 2)
        #expect(zstd == Figure(exact: UInt64(try Zstd.compress(one + two, ZstdOptions(level: 19)).count)))
    }

    @Test func `joined regions are read over their borders`() throws {
        let stream = JoinedRegions(
            try ["abc", "", "defg", "h"].enumerated().map { try region(Array($1.utf8), as: "\($0)") })
        #expect(try stream.read(at: 0, count: 100) == Array("abcdefgh".utf8))
        #expect(try stream.read(at: 2, count: 3) == Array("cde".utf8))
        #expect(try stream.read(at: 3, count: 4) == Array("defg".utf8))
        #expect(try stream.read(at: 8, count: 1) == [])
        var all: [UInt8] = []
        try stream.forEachPart { all += $0 }
        #expect(all == Array("abcdefgh".utf8))
    }

    @Test func `samples are read by the ratio of both sizes`() {
        typealias Sample = CompressedSize.Sample
        typealias Stratum = CompressedSize.Stratum
        // Every block becomes half of what the quick compression makes: nothing is uncertain.
        let regular = Stratum(
            samples: [2, 4, 6, 8, 10].map { Sample(quick: $0, real: $0 / 2) }, whole: 55, blockCount: 10)
        #expect(CompressedSize.estimate([regular]) == Figure(27, error: 0))
        // Ratios of 1 and 3 over blocks of 10: 20 on average, with a deviation of sqrt(200 / 1 x (1 - 2/4) / 2).
        let uneven = Stratum(
            samples: [Sample(quick: 10, real: 10), Sample(quick: 10, real: 30)], whole: 40, blockCount: 4)
        let figure = CompressedSize.estimate([uneven])
        #expect(figure.byteCount == 80)
        #expect(figure.bounds == 24...136 || figure.bounds == 23...137, "\(figure)")
        // Of what was looked at as a whole nothing is left to be estimated, be it one block.
        let whole = Stratum(samples: [Sample(quick: 10, real: 7)], whole: 10, blockCount: 1)
        #expect(CompressedSize.estimate([whole]) == Figure(7, error: 0))
        // What is certain of one part makes the other no more certain.
        let both = CompressedSize.estimate([regular, uneven])
        #expect(both.byteCount == 107 && (both.bounds?.upperBound ?? 0) - both.byteCount >= 56)
        // A part of which nothing is known is as uncertain as it is large.
        let unknown = CompressedSize.estimate([Stratum(samples: [], whole: 100, blockCount: 3)])
        #expect(unknown == Figure(100, error: 100))
    }

    @Test(arguments: [CompressedSize.Method.gzip, .zstd19])
    func `what is sampled is within its error of what is made`(method: CompressedSize.Method) async throws {
        // Text, noise and repeated noise by turns: blocks of every kind, more than is compressed as a whole.
        var random = SplitMix64(seed: 5)
        var noise: [UInt8] = []
        for _ in 0..<(64 << 10) {
            withUnsafeBytes(of: random.next()) { noise += $0 }
        }
        let words = (0..<400).map { _ in Array(noise[Int(random.next() % 400_000)...].prefix(5)) }
        var bytes: [UInt8] = []
        while bytes.count < (method == .gzip ? 40 : 14) << 20 {
            switch random.next() % 3 {
            case 0: for _ in 0..<60_000 { bytes += words[Int(random.next() % 400)] }
            case 1: for _ in 0..<40_000 { withUnsafeBytes(of: random.next()) { bytes += $0 } }
            default: bytes += noise
            }
        }
        let figure = try await CompressedSize.figure(
            of: JoinedRegions([try region(bytes, as: "all")]), method, jobs: 2)
        let truth =
            switch method {
            case .gzip: UInt64(try Gzip.byteCount(of: bytes))
            case .zstd19: UInt64(try Zstd.compress(bytes, ZstdOptions(level: 19)).count)
            }
        #expect(!figure.isExact)
        let off = Double(figure.byteCount) / Double(truth) - 1
        #expect(abs(off) < 0.05, "\(figure) for \(truth)")
    }
}
