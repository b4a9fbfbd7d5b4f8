import TestSupport
import Testing

@testable import Recompression

/// Blobs that are read at their front alone before they are described.
@Suite struct SurveyTests {
    /// A blob, and what it holds.
    struct Sample: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let flushes: [Int]
        /// What the members behind the first hold.
        var added: [[UInt8]] = []
        /// Whether it goes on as it starts.
        let isEven: Bool
    }

    private static let content = Content.text(1, 300_000)
    /// The front holds at least two of that length.
    private static let segment = 17_000
    private static let flushes = Array(stride(from: segment, to: content.count, by: segment))

    static let samples = [
        Sample(testDescription: "no segments", flushes: [], isEven: true),
        Sample(testDescription: "segments", flushes: flushes, isEven: true),
        Sample(testDescription: "a segment late", flushes: [content.count - 5_000], isEven: false),
        Sample(
            testDescription: "another last segment", flushes: flushes + [content.count - 3], isEven: false),
        Sample(testDescription: "a segment is missing", flushes: flushes.dropLast(), isEven: false),
        Sample(testDescription: "two members", flushes: [], added: [Content.text(2, 100)], isEven: false),
        Sample(testDescription: "an empty member", flushes: flushes, added: [[]], isEven: false),
    ]

    @Test func `who looks farther ahead is tried on as much of a blob`() throws {
        let blob = ByteSource(try RepackTests.member(Self.content, level: 1))
        let describer = Describer(blob: blob, plain: ByteSource(Self.content), limit: .max)
        let survey = try #require(try Survey(describer.parser(), end: Self.content.count) { _ in })
        let program = Program(family: .libdeflate, level: 10, codes: survey.codes)
        // None of it is libdeflate's.
        #expect(try describer.sample(survey, program, 1 << 18, limit: .max).misses > 1_000)
    }

    @Test func `who is wrong is given up soon`() throws {
        let blob = ByteSource(try RepackTests.member(Self.content, level: 1))
        let describer = Describer(blob: blob, plain: ByteSource(Self.content), limit: .max)
        let survey = try #require(try Survey(describer.parser(), end: Self.content.count) { _ in })
        let program = Program(family: .zlib, level: 9, codes: survey.codes)
        let soon = try describer.sample(survey, program, 1 << 18, limit: 0)
        let all = try describer.sample(survey, program, 1 << 18, limit: .max)
        #expect(soon.misses > 0 && 16 * soon.misses < all.misses)
        // It is as wrong as it is if the limit is not reached.
        #expect(try describer.sample(survey, program, 1 << 18, limit: all.misses).misses == all.misses)
    }

    /// A member with blocks of 127 tokens, one of which no program writes.
    private static func memberWithSlip(_ content: [UInt8]) throws -> [UInt8] {
        let member = try ByteSource(RepackTests.member(content, level: 6, memory: 1))
        let parser = DeflateParser(byteCount: member.byteCount, read: member.read)
        let header = try #require(try parser.gzipHeader())
        var emitter = BlockEmitter()
        emitter.write(header)
        var hasSlip = false
        var position = 0
        var isLast = false
        while !isLast {
            let block = try parser.next()
            try #require(block.kind != .stored)
            var tokens = Array(UnsafeBufferPointer(start: parser.tokens, count: parser.tokenCount))
            for (index, token) in tokens.enumerated() {
                let last = content[position + token.byteCount - 1]
                position += token.byteCount
                // The byte behind a match that is cut short has a code, and so has the length.
                let length = token.byteCount - 1
                guard !hasSlip, position > 20_000, length >= 4, length <= 10, block.kind == .dynamic,
                    block.header.literalLengths[254 + length] > 0,
                    block.header.literalLengths[Int(last)] > 0
                else { continue }
                hasSlip = true
                tokens.replaceSubrange(
                    index...index, with: [.match(length: length, distance: token.distance), .literal(last)])
            }
            emitter.writeKind(block.kind, isLast: block.isLast)
            if block.kind == .dynamic { try emitter.writeHeader(block.header) }
            try emitter.write(tokens, count: tokens.count)
            try emitter.writeEnd()
            isLast = block.isLast
        }
        emitter.align(0)
        try #require(hasSlip)
        _ = parser.align()
        return try Array(emitter.written) + parser.bytes(8)
    }

    @Test func `a blob with a slip is not read to its end before it is described`() throws {
        // Samples end before it does.
        let content = Content.text(3, 2_500_000)
        let blob = try Self.memberWithSlip(content)
        var endCount = 0
        let source = ByteSource(byteCount: UInt64(blob.count)) { offset, count in
            if Int(offset) + count == blob.count { endCount += 1 }
            return Array(blob[Int(offset)..<Int(offset) + count])
        }
        let plain = ByteSource(content)
        let repack = try #require(try Repack.describe(blob: source, plain: plain, limit: blob.count))
        #expect(try RepackTests.rebuilt(repack.bytes, content) == blob)
        #expect(repack.encoder.contains("level 6"))
        // To describe it, to compare what that makes, and to compare what reading the description makes.
        #expect(endCount == 3)
    }

    @Test(arguments: samples) func `a blob is described as if all of it had been read before`(
        _ sample: Sample
    ) throws {
        // Blocks of 127 tokens, so that the front is short.
        let blob =
            try RepackTests.member(Self.content, level: 6, memory: 1, flushedAt: sample.flushes)
            + sample.added.flatMap { try RepackTests.member($0, level: 6, memory: 1) }
        let plain = Self.content + sample.added.flatMap { $0 }
        let source = ByteSource(blob)
        func parser() -> DeflateParser { DeflateParser(byteCount: source.byteCount, read: source.read) }
        let front = try #require(try Survey(frontOf: parser(), end: plain.count))
        let whole = try #require(try Survey(parser(), end: plain.count) { _ in })
        #expect(!front.isWhole)
        #expect((front.members == whole.members) == sample.isEven)
        var told = 0
        let taken = try Repack.describe(
            blob: source, plain: ByteSource(plain), limit: blob.count, progress: { told += $0 })?.bytes
        #expect(try taken == RepackTests.described(blob, plain, .always))
        #expect(try RepackTests.rebuilt(#require(taken), plain) == blob)
        #expect(told <= 3 * plain.count)
    }
}
