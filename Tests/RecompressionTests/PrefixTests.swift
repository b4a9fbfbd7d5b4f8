import Compression
import TestSupport
import Testing

@testable import Recompression

/// What is there of a blob that ends anywhere.
@Suite struct PrefixTests {
    /// A blob of each kind.
    private static let names = [
        "estargz", "go126-1", "go126-6", "go126-flushed-6-often", "go127-5", "isal-0", "isal-2", "gzip-6",
        "gzip-members",
        "gzip-padded", "klauspost-1.14.4-3", "klauspost-1.15.15-9", "klauspost-1.15.9-5", "klauspost-1.9.0-7",
        "libdeflate-1.14-1", "libdeflate-1.14-6", "libdeflate-1.14-10", "libdeflate-1.25-12", "miniz-1",
        "miniz-6", "node-1", "node16-4", "other-7z-9",
        "other-bgzip-6", "other-isal-1", "other-zopfli", "pgzip-5", "pigz-independent", "pigz-rsyncable-3",
        "zlib-6", "zlib-flushed-1", "zlib-huffman", "zlib-ng-1", "zlib-ng-3", "zlib-ng-6", "zlib-ng-8",
        "zlib-ng-9",
        "zlib-ng-flushed-1", "zlib-window-9",
    ]

    /// How much the members of the front of a blob hold.
    private struct Held {
        /// All of them.
        var byteCount = 0
        /// Those that are whole.
        var ofWhole = 0
        /// Where the last whole one ends; nil if there is none.
        var end: Int?

        init(_ blob: [UInt8]) {
            var start = 0
            while let data = Self.dataStart(blob, start) {
                switch Inflate.decompress(blob[data...], limit: 1 << 20) {
                case .finished(let content, let count):
                    byteCount += content.count
                    start = data + count + 8
                    guard start <= blob.count else { return }
                    ofWhole = byteCount
                    end = start
                case .endsEarly(let count, _), .failed(let count, _):
                    byteCount += count
                    return
                }
            }
        }

        /// Where the data of a member start; nil if there is none.
        private static func dataStart(_ blob: [UInt8], _ start: Int) -> Int? {
            guard blob.count >= start + 12, blob[start...].starts(with: [0x1f, 0x8b, 8]) else { return nil }
            // Of the fixtures, some have an extra field; of random streams, some a name.
            var data = start + 10
            if blob[start + 3] & 4 != 0 { data += 2 + Int(blob[start + 10]) + Int(blob[start + 11]) << 8 }
            if blob[start + 3] & 8 != 0 {
                guard let end = blob.dropFirst(data).firstIndex(of: 0) else { return nil }
                data = end + 1
            }
            return data <= blob.count ? data : nil
        }
    }

    /// Checks that the front of a blob is described exactly, or refused, as it should be.
    private static func check(_ blob: [UInt8], _ content: [UInt8], _ held: Held) throws {
        let outcome = try Repack.attempt(
            blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count + 2_000)
        switch outcome {
        case .refused:
            // What is left of another member may lie behind whole ones, or be taken for that member.
            #expect(held.end != blob.count || held.ofWhole != content.count, "of \(blob.count) bytes")
        case .described(let repack):
            // Nothing at all is described, too.
            #expect(blob.isEmpty || held.end != nil, "of \(blob.count) bytes")
            #expect(held.ofWhole == content.count, "of \(blob.count) bytes")
            #expect(try RepackTests.rebuilt(repack.bytes, content) == blob)
        }
    }

    /// Checks it of what the whole blob holds, and of what the front holds of it.
    private static func check(_ prefix: ArraySlice<UInt8>, of content: [UInt8]) throws {
        let blob = Array(prefix)
        let held = Held(blob)
        try check(blob, content, held)
        if held.byteCount < content.count { try check(blob, Array(content.prefix(held.byteCount)), held) }
    }

    @Test(arguments: names) func `the front of a blob is described or refused`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).gz")
        let content = try RepackTests.content(of: blob)
        // All that end where a header or a trailer of the whole blob does, and some of the others.
        for count in 0...blob.count where count % 97 == 0 || count < 20 || count > blob.count - 20 {
            try Self.check(blob.prefix(count), of: content)
        }
    }

    @Test(arguments: [1, 6, 9]) func `every front of some members is described or refused`(_ level: Int)
        throws
    {
        let contents = [Content.text(1, 300), [], Content.text(2, 200)]
        let blob = try contents.flatMap { try RepackTests.member($0, level: level) }
        for count in 0...blob.count { try Self.check(blob.prefix(count), of: contents.flatMap { $0 }) }
    }

    @Test(arguments: 1...10) func `every front of a random stream is described or refused`(_ seed: UInt64)
        throws
    {
        var random = SplitMix64(seed: seed)
        var stream = RandomStream()
        stream.appendMember(&random)
        let step = max(stream.blob.count / 100, 1)
        for count in stride(from: 0, through: stream.blob.count, by: step) {
            try Self.check(stream.blob.prefix(count), of: stream.content)
        }
    }

    @Test(arguments: names) func `the front of a stream that stands alone is refused`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).gz")
        guard Held(Array(blob.dropLast())).end == nil, blob[3] == 0 else { return }
        let stream = blob[10..<blob.count - 8]
        let content = try RepackTests.content(of: blob)
        let describer = StreamsDescriber()
        for count in 0..<stream.count where count % 211 == 0 || count > stream.count - 20 {
            #expect(try !describer.add(stream.prefix(count), of: content))
        }
        #expect(describer.finish().isEmpty)
    }
}
