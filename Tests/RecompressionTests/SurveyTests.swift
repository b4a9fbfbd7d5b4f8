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
