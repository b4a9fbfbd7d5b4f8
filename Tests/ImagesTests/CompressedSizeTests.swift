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
        typealias Block = CompressedSize.Block
        // Every block becomes half of what the quick compression makes: nothing is uncertain.
        let regular = (1...10).map { Block(quick: Double($0), real: $0 % 2 == 0 ? Double($0) / 2 : nil) }
        #expect(CompressedSize.estimate(regular, whole: 55, blockCount: 10) == Figure(27, error: 0))
        // Ratios of 1 and 3 over blocks of 10: 20 on average, with a deviation of sqrt(200 / 1 x (1 - 2/4) / 2).
        let uneven = [
            Block(quick: 10, real: 10), Block(quick: 10, real: 30), Block(quick: 10, real: nil),
            Block(quick: 10, real: nil),
        ]
        let figure = CompressedSize.estimate(uneven, whole: 40, blockCount: 4)
        #expect(figure.byteCount == 80)
        #expect(figure.bounds == 24...136 || figure.bounds == 23...137, "\(figure.bounds)")
    }
}
