import Compression
import TestSupport
import Testing

struct FilteredReaderTests {
    private func read(_ bytes: [UInt8], partByteCount: Int = 100_000) throws -> [UInt8] {
        var rest = bytes[...]
        var all: [UInt8] = []
        try FilteredReader.read(next: {
            let part = rest.prefix(partByteCount)
            rest = rest.dropFirst(part.count)
            return Array(part)
        }) { all += $0 }
        return all
    }

    private static let packings = [
        Packing.plain, .gzip(6), .foreignGzip, .gzipMembers, .zstd, .zstdFrames, .zstdAfterSkippable, .xz,
        .bzip2,
    ]

    @Test(arguments: packings, [[], [7], Content.text(1, 10_000), [UInt8](repeating: 0, count: 300_000)])
    func `what was compressed comes back, in parts of any size`(packing: Packing, content: [UInt8]) throws {
        let packed = try packing.pack(content)
        for count in [1, 3, 1_000, 1 << 20] where count > 1 || packed.count < 2_000 {
            #expect(try read(packed, partByteCount: count) == content)
        }
    }

    @Test(arguments: packings, packings)
    func `one filter is undone, whatever comes out`(outer: Packing, inner: Packing) throws {
        guard outer != .plain else { return }
        let content = try inner.pack(Content.text(2, 5_000))
        #expect(try read(try outer.pack(content)) == content)
    }

    @Test func `windows that are too large are named`() throws {
        func frame(windowLog: UInt8) -> [UInt8] {
            // The magic number, no flags, the window; then one block, the last, of three bytes as they are.
            [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, 3 << 3 | 1, 0, 0] + Array("abc".utf8)
        }
        #expect(try read(frame(windowLog: 27)) == Array("abc".utf8))
        for log in [28, 31] as [UInt8] {
            #expect(throws: ArchiveError.windowTooLarge) { try read(frame(windowLog: log)) }
        }
    }

    @Test(arguments: packings)
    func `what is cut off is an error`(_ packing: Packing) throws {
        guard packing != .plain, packing != .gzipMembers, packing != .zstdFrames else { return }
        let packed = try packing.pack(Content.random(3, 3_000))
        for count in stride(from: 20, to: packed.count - 9, by: 97) {
            #expect(throws: ArchiveError.self, "\(count) bytes") { try read(Array(packed[..<count])) }
        }
    }

    @Test(arguments: [Packing.gzip(6), .foreignGzip, .zstd, .xz, .bzip2])
    func `what is cut off anywhere is told as that`(_ packing: Packing) throws {
        let packed = try packing.pack(Content.random(3, 300))
        for count in 1..<packed.count where StreamFormat(packed[..<count]) != nil {
            #expect(throws: ArchiveError.endsEarly, "\(count) of \(packed.count) bytes") {
                try read(Array(packed[..<count]))
            }
        }
    }

    @Test func `what gzip says of its content is checked`() throws {
        let content = Content.text(5, 100_000)
        let packed = try Packing.gzip(6).pack(content)
        for back in 1...8 {
            var bytes = packed
            bytes[packed.count - back] ^= 1
            for stream in [bytes, packed + bytes, bytes + packed] {
                #expect(throws: ArchiveError.self) { try read(stream) }
            }
        }
        // What is behind a member and is none is nobody's.
        for rest in [[], [0], [UInt8](repeating: 0, count: 512), Array("more".utf8), [0x1f, 0x8b, 0]] {
            for count in [1, 7, 1 << 20] {
                #expect(try read(packed + packed + rest, partByteCount: count) == content + content)
            }
        }
        for rest in [[0x1f], [0x1f, 0x8b], Array(packed.prefix(12))] {
            #expect(throws: ArchiveError.endsEarly) { try read(packed + rest) }
        }
    }

    @Test(arguments: [Packing.zstd, .zstdFrames, .zstdAfterSkippable])
    func `what is behind the last zstd frame is refused, as container engines refuse it`(_ packing: Packing)
        throws
    {
        let packed = try packing.pack(Content.text(5, 100_000))
        func words(_ rest: [UInt8], partByteCount: Int) -> String {
            do {
                _ = try read(packed + rest, partByteCount: partByteCount)
                return "nothing"
            } catch {
                return "\(error)"
            }
        }
        for count in [1, 7, 1 << 20] {
            for zeros in [1, 3, 4, 5, 10_000] {
                let text = words([UInt8](repeating: 0, count: zeros), partByteCount: count)
                #expect(text.contains("\(zeros) byte") && text.contains("of zeros"), "\(text)")
                #expect(text.contains("truncate -s -\(zeros)"), "\(text)")
            }
            let text = words([0, 0, 0, 0, 7, 0], partByteCount: count)
            #expect(text.contains("6 bytes") && !text.contains("zeros"), "\(text)")
            for cut in [[0x28], [0x28, 0xb5, 0x2f], [0x51, 0x2a, 0x4d], [0x28, 0xb5, 0x2f, 0xfd]] as [[UInt8]]
            {
                #expect(throws: ArchiveError.endsEarly, "\(cut)") {
                    try read(packed + cut, partByteCount: count)
                }
            }
        }
    }

    @Test func `zeros behind an xz stream are its padding, four by four`() throws {
        let content = Content.text(5, 100_000)
        let packed = try Packing.xz.pack(content)
        for count in [4, 512, 10_000] {
            #expect(try read(packed + [UInt8](repeating: 0, count: count)) == content)
        }
        for count in [1, 2, 3, 5] {
            #expect(throws: ArchiveError.self) { try read(packed + [UInt8](repeating: 0, count: count)) }
        }
    }

    @Test func `the format is told by its first bytes alone`() throws {
        for (packing, format) in [
            (Packing.gzip(6), StreamFormat.gzip), (.zstd, .zstd), (.zstdAfterSkippable, .zstd), (.xz, .xz),
            (.bzip2, .bzip2),
        ] {
            #expect(StreamFormat(try packing.pack([1, 2, 3])) == format)
            #expect(StreamFormat(try packing.pack([])) == format)
        }
        for name in ["BZh", "BZh9", "BZh9 is a name", "PK\u{3}\u{4}", "(", "7z", ""] {
            #expect(StreamFormat(Array(name.utf8)) == nil)
        }
    }

    @Test func `libarchive's own recursive archive is read as what it is`() throws {
        // gzip in gzip, and so on: guessing again after every filter unpacks gigabytes.
        var content = [UInt8](repeating: 0, count: 100_000)
        for _ in 0..<30 { content = try Packing.gzip(9).pack(content) }
        let inside = try read(content)
        #expect(inside.count < 1_000 && StreamFormat(inside) == .gzip)
    }
}
