import Recompression
import TestSupport
import Testing

/// Deflate streams that stand alone, of the blobs in `Fixtures`.
struct StreamsTests {
    /// A stream, and what it holds.
    private static func stream(_ name: String) throws -> (stream: [UInt8], content: [UInt8]) {
        let blob = try RepackTests.file("\(name).gz")
        return (Array(blob[10..<blob.count - 8]), try RepackTests.content(of: blob))
    }

    @Test(arguments: [
        ("go126-6", 40), ("go127-6", 40), ("pgzip-5", 40), ("gzip-9", 40), ("zlib-filtered", 40),
        ("pigz-6", 90), ("libdeflate-1.14-1", 40), ("other-libdeflate-6", 40),
        ("other-zopfli", 500), ("other-zlib-ng-6", 700),
    ])
    func `a stream is described and made again`(_ name: String, _ limit: Int) throws {
        let (stream, content) = try Self.stream(name)
        let describer = StreamsDescriber()
        #expect(try describer.add(stream[...], of: content))
        let description = describer.finish()
        #expect(description.count < limit)
        #expect(try StreamsRebuilder(description).make(content[...], limit: stream.count) == stream)
    }

    @Test func `streams of one encoder share what was learned, and others may come between`() throws {
        let names = [
            "other-libdeflate-6", "go126-6", "other-libdeflate-6", "go126-6", "zlib-fixed", "pigz-6",
            "go126-6",
        ]
        let describer = StreamsDescriber()
        var streams = try names.map { try Self.stream($0) }
        streams.insert(([3, 0], []), at: 3)
        var isIn: [Bool] = []
        for (stream, content) in streams { isIn.append(try describer.add(stream[...], of: content)) }
        #expect(isIn[0] && isIn[1] && isIn[2])
        let description = describer.finish()
        let rebuilder = try StreamsRebuilder(description)
        for (index, (stream, content)) in streams.enumerated() where isIn[index] {
            #expect(try rebuilder.make(content[...], limit: stream.count) == stream)
        }
        // None follows.
        #expect(throws: RecompressionError.self) {
            for _ in 0..<1_000 { _ = try rebuilder.make(streams[0].content[...], limit: 100) }
        }
    }

    @Test func `a stream that is none, or holds something else, is not added`() throws {
        let (stream, content) = try Self.stream("go126-6")
        let describer = StreamsDescriber()
        #expect(try !describer.add(stream.dropLast(), of: content))
        #expect(try !describer.add((stream + [0])[...], of: content))
        #expect(try !describer.add(stream[...], of: Array(content.dropLast())))
        #expect(try !describer.add([], of: []))
        #expect(describer.finish().isEmpty)
    }

    @Test func `a stream is not made longer than it may be`() throws {
        let (stream, content) = try Self.stream("go126-6")
        let describer = StreamsDescriber()
        #expect(try describer.add(stream[...], of: content))
        let rebuilder = try StreamsRebuilder(describer.finish())
        #expect(throws: RecompressionError.self) {
            try rebuilder.make(content[...], limit: stream.count - 1)
        }
    }
}
