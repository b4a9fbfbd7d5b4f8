import Recompression
import TestSupport
import Testing

extension Deflate {
    /// Finds parameters however long it takes.
    fileprivate static func parameters(
        rebuilding compressed: ArraySlice<UInt8>, from content: [UInt8], hints: [DeflateParameters]
    ) -> DeflateParameters? {
        var work = Int.max
        return parameters(rebuilding: compressed, from: content, hints: hints, work: &work)
    }
}

struct ParametersTests {
    private static let candidates =
        (1...9).map { DeflateParameters.zlib($0, 8) } + (1...9).map { DeflateParameters.gzip($0) }
        + [.zlib(6, 9), .zlib(9, 9)]

    @Test(arguments: candidates)
    func `what made a stream is found`(parameters: DeflateParameters) throws {
        for sample in [Sample.empty, .shortText, .textThenZeros, .mixed] {
            let compressed = Deflate.compress(sample.content, parameters)
            let found = try #require(
                Deflate.parameters(rebuilding: compressed[...], from: sample.content, hints: []))
            // Several may make the same.
            #expect(Deflate.compress(sample.content, found) == compressed)
        }
    }

    @Test func `levels that make different streams are told apart`() {
        // Levels of zlib and gzip differ only once a block of zlib is full.
        let content = Sample.mixed.content + Content.random(20, 50_000).map { $0 & 15 }
        for parameters in [DeflateParameters.zlib(6, 8), .zlib(9, 8), .zlib(1, 8), .gzip(6), .gzip(1)] {
            let compressed = Deflate.compress(content, parameters)
            #expect(Deflate.parameters(rebuilding: compressed[...], from: content, hints: []) == parameters)
        }
    }

    @Test func `hints come first, and may be unusual`() {
        let content = Sample.text.content
        let unusual = DeflateParameters.zlib(5, 2)
        let compressed = Deflate.compress(content, unusual)
        #expect(Deflate.parameters(rebuilding: compressed[...], from: content, hints: []) == nil)
        #expect(
            Deflate.parameters(rebuilding: compressed[...], from: content, hints: [.gzip(9), unusual])
                == unusual)
        let empty = Deflate.compress([], unusual)
        #expect(Deflate.parameters(rebuilding: empty[...], from: [], hints: [.gzip(2)]) == .gzip(2))
    }

    @Test func `a slice of a larger buffer is looked at alone`() {
        let content = Content.text(1, 5_000)
        let compressed = Deflate.compress(content, .zlib(6, 8))
        let buffer = [1, 2, 3] + compressed + [4, 5]
        #expect(
            Deflate.parameters(rebuilding: buffer[3..<buffer.count - 2], from: content, hints: [])
                == .zlib(6, 8))
        for range in [2..<buffer.count - 2, 3..<buffer.count - 1, 3..<buffer.count - 3, 3..<3] {
            #expect(Deflate.parameters(rebuilding: buffer[range], from: content, hints: []) == nil)
        }
    }

    @Test func `a flipped bit is refused`() {
        let content = Content.text(3, 2_000)
        let compressed = Deflate.compress(content, .gzip(9))
        for index in stride(from: 0, to: compressed.count, by: 7) {
            var changed = compressed
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(Deflate.parameters(rebuilding: changed[...], from: content, hints: []) == nil)
        }
    }

    @Test func `another content is refused`() {
        let content = Content.text(3, 2_000)
        let compressed = Deflate.compress(content, .zlib(6, 8))
        for other in [Content.mutated(content, seed: 1), Array(content.dropLast()), [], content + [0]] {
            #expect(Deflate.parameters(rebuilding: compressed[...], from: other, hints: []) == nil)
        }
    }

    /// Contents can be made such that searching takes thousands of steps for each byte.
    @Test func `searching ends when it takes too long`() throws {
        // Of two letters, so that every place is like thousands of others.
        let content = Content.random(7, 300_000).map { $0 & 1 | 0x60 }
        let compressed = Deflate.compress(content, .zlib(9, 8))
        var work = 1 << 40
        let limit = work
        #expect(Deflate.parameters(rebuilding: compressed[...], from: content, hints: [], work: &work) != nil)
        let needed = limit - work
        #expect(needed > 2 * content.count)
        work = needed / 4
        #expect(Deflate.parameters(rebuilding: compressed[...], from: content, hints: [], work: &work) == nil)
        // No search looks at more than 4,096 places, nor compares more than 32 words at one.
        #expect(work < 0 && work >= -4_096 * 33)
    }

    @Test func `a cancelled search finds nothing`() async {
        let content = Content.text(9, 300_000)
        let compressed = Deflate.compress(content, .gzip(6))
        let search = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return Deflate.parameters(rebuilding: compressed[...], from: content, hints: [])
        }
        #expect(await search.value == nil)
    }
}
