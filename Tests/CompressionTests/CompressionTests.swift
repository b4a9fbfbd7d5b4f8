import Compression
import TestSupport
import Testing

/// Gives out bytes in small parts, as a file does.
private func feed(_ bytes: [UInt8], partByteCount: Int = 37) -> () throws -> ArraySlice<UInt8> {
    var rest = bytes[...]
    return {
        let part = rest.prefix(partByteCount)
        rest = rest.dropFirst(part.count)
        return part
    }
}

private let contents: [[UInt8]] = [
    [], [7], Content.text(1, 10_000), Content.random(2, 10_000), [UInt8](repeating: 0, count: 300_000),
]

struct ZstdTests {
    private func decompress(_ bytes: [UInt8], windowLogLimit: Int = 27, partByteCount: Int = 999) throws
        -> [UInt8]
    {
        let decompressor = try ZstdDecompressor(windowLogLimit: windowLogLimit, source: feed(bytes))
        var all: [UInt8] = []
        while true {
            var buffer = [UInt8](repeating: 0, count: partByteCount)
            let count = try decompressor.read(into: &buffer)
            all += buffer[..<count]
            if count < partByteCount { return all }
        }
    }

    @Test(arguments: contents)
    func `what was compressed comes back`(content: [UInt8]) throws {
        for level in [1, 3, 19] {
            #expect(try decompress(try Zstd.compress(content, ZstdOptions(level: level))) == content)
        }
        var streamed: [UInt8] = []
        let compressor = try ZstdCompressor(ZstdOptions(level: 3, windowLog: 20, findsLongMatches: true)) {
            streamed += $0
        }
        for start in stride(from: 0, to: content.count, by: 777) {
            try compressor.write(content[start..<min(start + 777, content.count)])
        }
        try compressor.finish()
        #expect(try decompress(streamed) == content)
    }

    @Test func `every truncation is an error`() throws {
        let compressed = try Zstd.compress(Content.text(3, 600), ZstdOptions(level: 3))
        for count in compressed.indices {
            #expect(throws: CompressionError.self, "\(count) bytes") {
                try decompress(Array(compressed[..<count]))
            }
        }
    }

    @Test func `a changed byte is an error or harmless, never a trap`() throws {
        let compressed = try Zstd.compress(Content.text(3, 600), ZstdOptions(level: 3))
        for index in compressed.indices {
            for bit in 0..<8 {
                var changed = compressed
                changed[index] ^= 1 << UInt8(bit)
                // Frames carry no checksum: what comes out is checked by whoever wants it.
                _ = try? decompress(changed)
            }
        }
    }

    @Test func `a window beyond the limit is refused`() throws {
        var compressed: [UInt8] = []
        let compressor = try ZstdCompressor(ZstdOptions(level: 3, windowLog: 24)) { compressed += $0 }
        try compressor.write(Content.random(1, 100)[...])
        try compressor.finish()
        #expect(throws: CompressionError.self) { try decompress(compressed, windowLogLimit: 20) }
        #expect(try decompress(compressed, windowLogLimit: 24) == Content.random(1, 100))
    }

    @Test func `what follows the frame is told`() throws {
        let compressed = try Zstd.compress([1, 2, 3], ZstdOptions(level: 3))
        for (bytes, isAtEnd) in [(compressed, true), (compressed + [0], false)] {
            let decompressor = try ZstdDecompressor(windowLogLimit: 20, source: feed(bytes))
            var buffer = [UInt8](repeating: 0, count: 3)
            #expect(try decompressor.read(into: &buffer) == 3)
            #expect(try decompressor.isAtEnd() == isAtEnd)
        }
    }

    @Test func `estimates are the same whoever asks for how many at once`() async {
        let parts = (0..<200).map { Content.random(UInt64($0), 7 * $0) + Content.random(1, 3 * $0) }
        let expected = parts.map { ZstdEstimator(level: 3).byteCount(of: $0[...]) }
        await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 { group.addTask { parts.map { Zstd.estimate($0) } } }
            for await estimates in group { #expect(estimates == expected) }
        }
    }

    @Test func `estimates are near the truth`() throws {
        #expect(Zstd.estimate(Content.random(1, 10_000)) > 9_900)
        #expect(Zstd.estimate([UInt8](repeating: 0, count: 10_000)) < 100)
    }
}

struct XzTests {
    private func decompress(_ bytes: [UInt8], memoryLimit: UInt64 = 68 << 20) throws -> [UInt8] {
        let decompressor = try XzDecompressor(memoryLimit: memoryLimit, source: feed(bytes))
        var all: [UInt8] = []
        while true {
            var buffer = [UInt8](repeating: 0, count: 999)
            let count = try decompressor.read(into: &buffer)
            all += buffer[..<count]
            if count < buffer.count { return all }
        }
    }

    @Test(arguments: contents)
    func `what was compressed comes back`(content: [UInt8]) throws {
        for options in [XzOptions(preset: 0), XzOptions(preset: 6), XzOptions(preset: 1, isExtreme: true)] {
            #expect(try decompress(try Xz.compress(content, options)) == content)
        }
    }

    @Test func `every truncation is an error`() throws {
        let compressed = try Xz.compress(Content.text(3, 600), XzOptions(preset: 1))
        for count in compressed.indices {
            #expect(throws: CompressionError.self, "\(count) bytes") {
                try decompress(Array(compressed[..<count]))
            }
        }
    }

    @Test func `a changed byte is an error or harmless, never a trap`() throws {
        let compressed = try Xz.compress(Content.text(3, 600), XzOptions(preset: 1))
        for index in compressed.indices {
            for bit in 0..<8 {
                var changed = compressed
                changed[index] ^= 1 << UInt8(bit)
                _ = try? decompress(changed)
            }
        }
    }

    @Test func `a dictionary beyond the memory limit is refused`() throws {
        let compressed = try Xz.compress(Content.text(3, 600), XzOptions(preset: 6))
        #expect(throws: CompressionError.self) { try decompress(compressed, memoryLimit: 1 << 20) }
    }
}

struct GzipTests {
    private let header: [UInt8] = [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 2, 3]

    private func compress(_ content: [UInt8], level: Int, partByteCount: Int = 1000) throws -> [UInt8] {
        var compressed: [UInt8] = []
        let compressor = try GzipCompressor(level: level, header: try #require(GzipHeader(header[...]))) {
            compressed += $0
        }
        for start in stride(from: 0, to: content.count, by: partByteCount) {
            try compressor.write(content[start..<min(start + partByteCount, content.count)])
        }
        try compressor.finish()
        return compressed
    }

    @Test(arguments: contents)
    func `the gzip program reads it, and the header is the one given`(content: [UInt8]) throws {
        let gzip = try #require(Command(named: "gzip"))
        for level in [1, 6, 9] {
            let compressed = try compress(content, level: level)
            #expect(compressed.starts(with: header))
            let result = try gzip.run(["-d"], input: compressed)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output == content)
        }
    }

    @Test func `how the input is cut does not change the output`() throws {
        let content = Content.text(9, 200_000)
        let whole = try compress(content, level: 6, partByteCount: content.count)
        for size in [13_001, 65_536, 65_537] {
            #expect(try compress(content, level: 6, partByteCount: size) == whole)
        }
    }

    @Test(
        arguments: [
            [], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0], [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3],
            [0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 3],
            [0x1f, 0x8c, 8, 0, 0, 0, 0, 0, 0, 3],
        ] as [[UInt8]])
    func `only a plain header is one`(bytes: [UInt8]) {
        #expect(GzipHeader(bytes[...]) == nil)
    }
}
