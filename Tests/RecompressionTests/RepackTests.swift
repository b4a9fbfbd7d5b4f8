import Compression
import Foundation
import Recompression
import TestSupport
import Testing

/// Blobs that real programs made, described and made again; see `Fixtures/make`.
@Suite struct RepackTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static let names = blobs(".gz")

    static func blobs(_ suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
            .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }

    static func file(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// What all members of a blob hold.
    static func content(of blob: [UInt8]) throws -> [UInt8] {
        var content: [UInt8] = []
        var rest = blob[...]
        while rest.starts(with: [0x1f, 0x8b]) {
            // Headers have ten bytes, but for those with an extra field or a name.
            var start = rest.startIndex + 10
            if rest[rest.startIndex + 3] & 4 != 0 {
                start += 2 + Int(rest[start]) + Int(rest[start + 1]) << 8
            }
            if rest[rest.startIndex + 3] & 8 != 0 {
                start = try #require(rest[start...].firstIndex(of: 0)) + 1
            }
            guard case .finished(let part, let count) = Inflate.decompress(rest[start...], limit: 1 << 20)
            else {
                throw RecompressionError.notDeflate("a fixture is damaged")
            }
            content += part
            rest = rest[(start + count + 8)...]
        }
        return content
    }

    static func rebuilt(_ description: [UInt8], _ content: [UInt8], partByteCount: Int = 1 << 16) throws
        -> [UInt8]
    {
        var made: [UInt8] = []
        let rebuilder = try Rebuilder(ByteSource(description)) { made += $0 }
        for start in stride(from: 0, to: content.count, by: partByteCount) {
            try rebuilder.write(content[start..<min(start + partByteCount, content.count)])
        }
        try rebuilder.finish()
        return made
    }

    /// A description that is cut off at a place is refused, and with another bit there it makes little at most.
    static func expectHarmless(
        _ description: [UInt8], damagedAt index: Int, bits: Range<Int>, _ content: [UInt8]
    ) throws {
        for bit in bits {
            var damaged = description
            damaged[index] ^= 1 << bit
            var count = 0
            do {
                let rebuilder = try Rebuilder(ByteSource(damaged)) { count += $0.count }
                try rebuilder.write(content[...])
                try rebuilder.finish()
            } catch is RecompressionError {}
            #expect(count <= 1 << 20)
        }
        #expect(throws: RecompressionError.self) { try rebuilt(Array(description[..<index]), content) }
    }

    @Test(arguments: names) func `a blob is described in a few bytes and made again`(_ name: String) throws {
        let blob = try Self.file("\(name).gz")
        let content = try Self.content(of: blob)
        let repack = try #require(
            try Repack.describe(blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count))
        // Those of pigz have segments whose ends cannot be seen; of others there is no model.
        let hidesEnds = name == "pigz-1" || name.hasPrefix("pigz-rsyncable")
        #expect(
            repack.bytes.count
                < (hidesEnds ? 500 : name.hasPrefix("other") ? blob.count / 7 : name == "isal-0" ? 200 : 90))
        #expect(try Self.rebuilt(repack.bytes, content) == blob)
        #expect(try Self.rebuilt(repack.bytes, content, partByteCount: 977) == blob)
        try Self.record(repack, name)
    }

    @Test(arguments: [("other-7z-9", 11), ("other-zopfli", 19)])
    func `of encoders that look for the cheapest way little is held`(_ name: String, _ share: Int) throws {
        let blob = try Self.file("\(name).gz")
        let content = try Self.content(of: blob)
        let repack = try #require(
            try Repack.describe(blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count))
        #expect(repack.bytes.count < blob.count / share)
    }

    /// What comes of a blob where the old blob, which is not there, is always asked for: then no program is taken at once.
    static func described(_ blob: [UInt8], _ content: [UInt8], _ use: Repack.OldUse) throws -> [UInt8]? {
        try Repack.describe(blob: ByteSource(blob), plain: ByteSource(content), use, limit: blob.count)?.bytes
    }

    @Test(arguments: names.filter { !$0.hasPrefix("other") })
    func `a program that is taken at once is the one that would be chosen`(_ name: String) throws {
        let blob = try Self.file("\(name).gz")
        let content = try Self.content(of: blob)
        let (taken, chosen) = try (
            Self.described(blob, content, .whereItPays), Self.described(blob, content, .always)
        )
        #expect(taken == chosen)
    }

    @Test func `a program that is right at the front alone is not taken at once`() throws {
        // Two members, of which the first is longer than what programs are tried on at first.
        let content = (Content.text(1, 300_000), Content.text(2, 200_000))
        let blob = try Self.member(content.0, level: 6) + Self.member(content.1, level: 1)
        let plain = content.0 + content.1
        let (taken, chosen) = try (
            Self.described(blob, plain, .whereItPays), Self.described(blob, plain, .always)
        )
        #expect(taken == chosen)
        #expect(try Self.rebuilt(#require(taken), plain) == blob)
    }

    @Test(arguments: [
        ("zlib-6", "zlib, level 6"), ("pigz-6", "pigz, level 6"),
        ("zlib-flushed-1", "zlib with flushes, level 1"),
        ("zlib-flushed-6", "zlib with flushes, or pigz, level 6"), ("go126-flushed-1", "Go, level 1"),
        ("node-6", "Chromium's zlib, level 6"), ("node16-1", "Chromium's zlib before 2022, level 1"),
        ("zlib-ng-2", "zlib-ng, level 2"), ("zlib-ng-6", "zlib-ng, level 6"),
        ("isal-0", "ISA-L, level 0"), ("isal-1", "ISA-L, level 1"), ("isal-2", "ISA-L, level 2"),
        ("zlib-ng-1", "zlib-ng, level 1"), ("zlib-ng-9", "zlib-ng, level 9"),
        ("zlib-ng-flushed-1", "zlib-ng with flushes, level 1"),
        ("zlib-ng-flushed-6", "zlib-ng with flushes, level 6"),
        ("node-flushed-1", "Chromium's zlib with flushes, level 1"),
        ("libdeflate-1.14-1", "libdeflate, level 1"), ("libdeflate-1.14-6", "libdeflate, level 6"),
        ("libdeflate-1.14-6-few", "libdeflate, level 6"), ("libdeflate-1.25-6-few", "libdeflate, level 6"),
        ("libdeflate-1.7-1", "libdeflate, level 1"), ("bgzip-6", "libdeflate, level 7"),
        ("libdeflate-1.14-11", "libdeflate, level 11"), ("libdeflate-1.25-12", "libdeflate, level 12"),
    ])
    func `an encoder is named as far as it is known`(_ name: String, _ encoder: String) throws {
        #expect(try Repack.about(ByteSource(Self.file("\(name).sltz"))).encoder == "gzip by \(encoder)")
    }

    @Test(arguments: [
        ("go126-1-few", "Go, level 1"), ("go127-1-few", "klauspost/compress, level 1"),
        ("go127-5-few", "klauspost/compress, level 5"),
    ])
    func `an encoder is found whose codes could be another's`(_ name: String, _ encoder: String) throws {
        let blob = try Self.file("\(name).gz")
        let content = try Self.content(of: blob)
        let repack = try #require(
            try Repack.describe(blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count))
        #expect(repack.encoder == "gzip by \(encoder)")
    }

    @Test(arguments: [1, 6]) func `a window is as wide as what comes later tells`(_ level: Int) throws {
        // What ends where it is flushed copies from near by at first, then from far away.
        let (near, far) = (Content.random(1, 2_000), Content.random(2, 30_000))
        let content = (0..<20).flatMap { _ in near } + far + far
        let ends = Array(stride(from: 500, to: content.count, by: 500))
        let blob = try Self.member(content, level: level, flushedAt: ends)
        let repack = try #require(
            try Repack.describe(blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count))
        #expect(repack.encoder.hasPrefix("gzip by zlib with flushes"))
        #expect(repack.bytes.count < 200)
        #expect(try Self.rebuilt(repack.bytes, content) == blob)
    }

    @Test(arguments: [(70_000, true), ((1 << 20) - 10, false)])
    func `headers may be long`(_ commentByteCount: Int, _ isDescribed: Bool) throws {
        let content = Content.text(1, 3_000)
        let comment = [UInt8](repeating: 0x61, count: commentByteCount)
        let member = try Self.member(content, level: 6)
        let blob =
            member + [0x1f, 0x8b, 8, 16] + [UInt8](repeating: 0, count: 6) + comment + [0] + member[10...]
        let description = try Self.described(blob, content + content, .whereItPays)
        #expect((description != nil) == isDescribed)
        guard let description else { return }
        #expect(description.count < commentByteCount / 100)
        #expect(try Self.rebuilt(description, content + content) == blob)
    }

    static func member(
        _ content: [UInt8], level: Int, memory: Int = 8, flushedAt flushes: [Int] = []
    ) throws -> [UInt8] {
        let size = (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
        let checksum = Checksum.crc32(content[...])
        return try [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
            + Programs.zlib(content, .zlib(level, memory), flushedAt: flushes)
            + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt32($0))) } + size
    }

    /// Keeps a description that is not there yet, when told to.
    static func record(_ repack: Repack, _ name: String) throws {
        let path = folder.appendingPathComponent("\(name).sltz")
        if ProcessInfo.processInfo.environment["RECORD"] == "1",
            !FileManager.default.fileExists(atPath: path.path)
        {
            try Data(repack.bytes).write(to: path)
            Issue.record("recorded \(name)")
        }
    }

    @Test(arguments: names) func `a description makes what it always made`(_ name: String) throws {
        let blob = try Self.file("\(name).gz")
        #expect(try Self.rebuilt(Self.file("\(name).sltz"), Self.content(of: blob)) == blob)
    }

    @Test func `bits that were taken ahead are given back, wherever the blob is read in parts`() throws {
        // The blob is read in parts of 2^16 or 2^17 bytes. A block with a code, which is read ahead, ends near their ends,
        // and the stored block behind it starts with a whole byte.
        func stored(_ content: ArraySlice<UInt8>) -> [UInt8] {
            let count = [UInt8(content.count & 255), UInt8(content.count >> 8)]
            return count + count.map { ~$0 } + content
        }
        let content = Content.random(1, 131_200)
        for end in Array(65_506...65_517) + Array(131_037...131_048) {
            var blob: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
            let cut = end - min(end, 60_000)
            for part in [content[..<cut], content[cut..<end]] where !part.isEmpty {
                for start in stride(from: part.startIndex, to: part.endIndex, by: 65_535) {
                    blob += [0] + stored(part[start..<min(start + 65_535, part.endIndex)])
                }
            }
            // An empty block with the fixed code, and the header of the last block.
            blob += [0x02, 0x04] + stored(content[end..<end + 30]) + [0, 0, 0, 0, 0, 0, 0, 0]
            let plain = Array(content[..<(end + 30)])
            let repack = try #require(
                try Repack.describe(blob: ByteSource(blob), plain: ByteSource(plain), limit: 1_000))
            #expect(try Self.rebuilt(repack.bytes, plain) == blob)
        }
    }

    @Test func `a damaged description makes nothing wrong and ends`() throws {
        let blob = try Self.file("pgzip-5.gz")
        let content = try Self.content(of: blob)
        let description = try Self.file("pgzip-5.sltz")
        for index in description.indices {
            try Self.expectHarmless(description, damagedAt: index, bits: 0..<8, content)
        }
    }

    @Test func `other data than the described are refused`() throws {
        let description = try Self.file("zlib-6.sltz")
        #expect(throws: RecompressionError.self) { try Self.rebuilt(description, [1, 2, 3]) }
    }
}
