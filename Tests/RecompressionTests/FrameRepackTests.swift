import Compression
import Foundation
import TestSupport
import Testing

@testable import Recompression

/// Blobs of zstd frames, described and made again; see `Fixtures/make`.
@Suite struct FrameRepackTests {
    static let names = RepackTests.blobs(".zst")

    /// What a fixture holds: all of the fixtures' content, its front, twice all, a piece twice far apart, a layer of it, or
    /// pieces of it around many zeros.
    static func content(_ name: String) throws -> [UInt8] {
        if name.hasPrefix("zstd-chunked") || name.hasPrefix("zstd-libzstd") {
            return try content(of: RepackTests.file("\(name).zst"))
        }
        let content = try RepackTests.content(of: RepackTests.file("zlib-6.gz"))
        if name.hasSuffix("-small") { return Array(content.prefix(20_000)) }
        if name.hasSuffix("-far") {
            return content.prefix(2000) + [UInt8](repeating: 0, count: 9 << 20) + content.prefix(2000)
        }
        return name == "zstd-frames" ? content + content : content
    }

    /// What all frames of a blob hold.
    static func content(of blob: [UInt8]) throws -> [UInt8] {
        var content: [UInt8] = []
        var rest = blob[...]
        while !rest.isEmpty {
            // A byte at a time, so that nothing of the next frame is taken; klauspost/compress's level "best" asks for 32 MiB.
            let decompressor = try ZstdDecompressor(windowLogLimit: 25) { rest.popFirst().map { [$0] } ?? [] }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var count = 0
            repeat {
                count = try decompressor.read(into: &buffer)
                content += buffer[..<count]
            } while count == buffer.count
        }
        return content
    }

    private static func described(_ blob: [UInt8], _ content: [UInt8], limit: Int? = nil) throws -> Repack? {
        try Repack.describe(
            blob: ByteSource(blob), plain: ByteSource(content), limit: limit ?? blob.count + 200)
    }

    /// Describes a blob and makes it again.
    @discardableResult private static func remade(_ blob: [UInt8], _ content: [UInt8]) throws -> Repack {
        let repack = try #require(try described(blob, content))
        #expect(try RepackTests.rebuilt(repack.bytes, content) == blob)
        return repack
    }

    /// The levels that `zstd` and `pzstd` had.
    private static let levelsOfCommandLine = [
        "zstd-frames": 3, "zstd-other-1": 1, "zstd-other-3": 3, "zstd-pzstd-1": 1, "zstd-pzstd-3": 3,
    ]

    /// Whose encoder made a fixture, in words.
    private static func encoder(_ name: String) -> String {
        let parts = name.split(separator: "-")
        if name.hasPrefix("zstd-libzstd") { return "libzstd, level \(parts[3])" }
        if let level = levelsOfCommandLine[name] { return "libzstd, level \(level)" }
        if name == "zstd-other-19" { return "an unknown encoder" }
        if name.hasSuffix("-11") || name.hasPrefix("zstd-chunked") && !name.hasSuffix("-3") {
            return "klauspost/compress, best"
        }
        let levels = ["1": "fastest", "7": "better"]
        return "klauspost/compress, \(levels[parts.count > 3 ? String(parts[3]) : ""] ?? "default")"
    }

    // MARK: - Blobs of real programs

    @Test(arguments: names) func `a blob is described in a few bytes and made again`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).zst")
        let content = try Self.content(name)
        let repack = try Self.remade(blob, content)
        #expect(try RepackTests.rebuilt(repack.bytes, content, partByteCount: 977) == blob)
        let isChunked = name.hasPrefix("zstd-chunked")
        let isOfLibzstd = name.hasPrefix("zstd-libzstd") || Self.levelsOfCommandLine[name] != nil
        let isOfKlauspost = isChunked || name == "zstd-skopeo" || name.hasPrefix("zstd-klauspost")
        #expect(
            repack.bytes.count < (isChunked ? 400 : isOfKlauspost ? 60 : isOfLibzstd ? 48 : blob.count / 2))
        #expect(repack.encoder == "zstd by \(Self.encoder(name))")
        try RepackTests.record(
            repack, isChunked ? "\(name)-made" : Self.respelled.contains(name) ? "\(name)-cut" : name)
    }

    /// Blobs with a description of each form: first came the one that spells headers out.
    private static let respelled = [
        "zstd-chunked", "zstd-klauspost-1.15.12-11", "zstd-klauspost-1.19.1-11",
        "zstd-klauspost-1.19.1-1-small", "zstd-klauspost-1.19.1-3-small", "zstd-klauspost-1.15.12-7",
        "zstd-klauspost-1.19.1-7",
    ]

    @Test(arguments: respelled) func `a description makes headers of what frames hold`(_ name: String) throws
    {
        let blob = try RepackTests.file("\(name).zst")
        let content = try Self.content(name)
        #expect(try RepackTests.rebuilt(RepackTests.file("\(name)-cut.sltz"), content) == blob)
    }

    @Test(arguments: names) func `a description makes what it always made`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).zst")
        let content = try Self.content(name)
        // Layers whose tables were kept as they are came first.
        for form in name.contains("-odd-")
            ? ["-made"] : name.hasPrefix("zstd-chunked") ? ["", "-made"] : [""]
        {
            #expect(try RepackTests.rebuilt(RepackTests.file("\(name)\(form).sltz"), content) == blob)
        }
    }

    @Test func `an encoder is known by what comes after data that do not compress`() throws {
        var random = SplitMix64(seed: 9)
        let noise = random.bytes(3 << 19)
        let blocks = stride(from: 0, to: noise.count, by: 1 << 17).map { start in
            (kind: 0, byteCount: 1 << 17, content: Array(noise[start..<start + 1 << 17]))
        }
        let name = "zstd-chunked-1.18.0"
        let layer = try RepackTests.file("\(name).zst")
        let repack = try Self.remade(Self.frame(blocks) + layer, noise + Self.content(name))
        #expect(repack.encoder == "zstd by klauspost/compress, best")
        // The tar is not known behind the noise, and neither are the tables.
        #expect(repack.bytes.count < 4_000)
    }

    // MARK: - Frames of every kind

    private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// A frame of such blocks, with a window of 8 MiB and without a checksum.
    private static func frame(_ blocks: [(kind: Int, byteCount: Int, content: [UInt8])]) -> [UInt8] {
        var frame = magic + [0x00, 0x68]
        for (index, block) in blocks.enumerated() {
            let header = (index == blocks.count - 1 ? 1 : 0) | block.kind << 1 | block.byteCount << 3
            frame += (0..<3).map { UInt8(truncatingIfNeeded: header >> (8 * $0)) } + block.content
        }
        return frame
    }

    @Test func `stored blocks, runs and empty blocks are described`() throws {
        var random = SplitMix64(seed: 7)
        let noise = random.bytes(5000)
        let blob = Self.frame([
            (0, 5000, noise), (1, 70_000, [7]), (0, 0, []), (1, 1, [9]), (0, 3, [1, 2, 3]), (0, 0, []),
        ])
        let content = noise + [UInt8](repeating: 7, count: 70_000) + [9, 1, 2, 3]
        #expect(try Self.remade(blob, content).bytes.count < 80)
    }

    @Test func `no data, frames without data and frames to skip are described`() throws {
        let empty = Self.frame([(0, 0, [])])
        let skippable: [UInt8] = [0x5f, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]
        try Self.remade(empty, [])
        try Self.remade(skippable + empty + skippable + empty, [])
        try Self.remade(skippable, [])
    }

    @Test func `a literal of a block that nobody writes so is kept as it is`() throws {
        // Three literals whose header takes three bytes, and no sequences.
        let blob = Self.frame([(2, 7, [0x3c, 0, 0, 1, 2, 3, 0]), (0, 1, [4])])
        try Self.remade(blob, [1, 2, 3, 4])
        // The number of sequences takes two bytes where one would do.
        let odd = Self.frame([(2, 6, [0x18, 1, 2, 3, 128, 0]), (0, 1, [4])])
        try Self.remade(odd, [1, 2, 3, 4])
    }

    @Test func `a frame that copies from too far back is refused for that`() throws {
        var random = SplitMix64(seed: 8)
        let noise = random.bytes(70_000)
        let options = ZstdOptions(level: 3, windowLog: 25, findsLongMatches: true)
        for isTooFar in [false, true] {
            let gap = FrameProgram.usualReach - (isTooFar ? 0 : 100_000)
            let content = noise + [UInt8](repeating: 7, count: gap) + noise
            let blob = try Zstd.compress(content, options)
            // The noise is there once.
            #expect(blob.count < 80_000)
            let outcome = try Repack.attempt(
                blob: ByteSource(blob), plain: ByteSource(content), limit: blob.count)
            if case .refused(let refusal) = outcome {
                #expect(isTooFar && refusal == .reachesTooFar)
            } else {
                #expect(!isTooFar)
            }
        }
    }

    @Test func `a wrong checksum is kept`() throws {
        var blob = try RepackTests.file("zstd-klauspost-1.19.1-3.zst")
        blob[blob.count - 1] ^= 1
        #expect(try Self.remade(blob, Self.content("zstd-klauspost-1.19.1-3")).bytes.count < 60)
    }

    /// Contents of several sizes, of which zstd makes blocks of every kind.
    private static func sample(_ seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var content: [UInt8] = []
        let words = (0..<60).map { _ in random.bytes(2 + Int(random.next() % 12)).map { $0 & 31 + 96 } }
        let byteCount = Int(random.next() % 400_000)
        while content.count < byteCount {
            switch random.next() % 8 {
            case 0: content += random.bytes(Int(random.next() % 3000))
            case 1: content += [UInt8](repeating: random.bytes(1)[0], count: Int(random.next() % 60_000))
            case 2 where content.count > 100:
                let start = Int(random.next() % UInt64(content.count - 50))
                content += content[start...].prefix(Int(random.next() % 5000))
            default:
                for _ in 0..<200 { content += words[Int(random.next() % 60)] }
            }
        }
        return content
    }

    @Test func `libzstd's order of equally frequent literals, and what it takes for noise, are followed`()
        throws
    {
        var random = SplitMix64(seed: 11)
        // Forty bytes as often as each other, more often than those have lists of their own, in any order.
        var even = (0..<40).flatMap { [UInt8](repeating: UInt8($0 * 5), count: 300) }
        for place in even.indices.reversed() { even.swapAt(place, Int(random.next() % UInt64(place + 1))) }
        // Noise at both ends of what would compress well.
        let ends =
            random.bytes(5000) + (0..<70_000).map { _ in UInt8(random.next() % 16) } + random.bytes(5000)
        for content in [even, even + even.reversed(), ends] {
            let blob = try Zstd.compress(content, ZstdOptions(level: 3))
            #expect(try Self.remade(blob, content).bytes.count < 48)
        }
    }

    @Test(arguments: [-5, 1, 2, 3, 5, 7, 12, 16, 19, 22]) func `whatever libzstd makes is described`(
        _ level: Int
    )
        throws
    {
        for seed: UInt64 in 1...3 {
            let content = Self.sample(seed &* 31 &+ UInt64(bitPattern: Int64(level)))
            let blob = try Zstd.compress(content, ZstdOptions(level: level))
            try Self.remade(blob, content)
        }
    }

    // MARK: - What is refused

    @Test func `every front of a blob, and every blob with a flipped bit, is described or refused`() throws {
        let content = try Self.content("zstd-klauspost-1.19.1-3-small")
        for name in ["zstd-klauspost-1.19.1-3-small", "zstd-klauspost-1.19.1-1-small"] {
            let blob = try RepackTests.file("\(name).zst")
            for index in stride(from: 0, to: blob.count, by: 29) {
                #expect(try Self.described(Array(blob[..<index]), content) == nil)
                var damaged = blob
                damaged[index] ^= 1 << (index % 8)
                // What describes other data is found out when the blob is made again.
                if let repack = try Self.described(damaged, content) {
                    #expect(try RepackTests.rebuilt(repack.bytes, content) == damaged)
                }
            }
        }
    }

    @Test(arguments: [
        "zstd-klauspost-1.19.1-7", "zstd-libzstd-1.4.4-3", "zstd-libzstd-1.5.5-3-ring",
        "zstd-libzstd-1.5.7-4", "zstd-libzstd-1.4.8-1", "zstd-libzstd-1.5.2-2-ring",
    ]) func `a damaged description makes nothing wrong and ends`(_ name: String) throws {
        let content = try Self.content(name)
        let description = try RepackTests.file("\(name).sltz")
        for index in description.indices where index < 60 || index % 17 == 0 {
            let bit = index % 8
            try RepackTests.expectHarmless(description, damagedAt: index, bits: bit..<bit + 1, content)
        }
    }

    @Test func `a dictionary and a match before the frame are refused`() throws {
        #expect(try Self.described(Self.magic + [0x01, 0x68, 5, 1, 0, 0], []) == nil)
        // One sequence: no literals, a distance of 100, three bytes.
        let block: [UInt8] = [0x08, 65, 1, 0b0101_0100, 1, 6, 0, 0b1_100111]
        #expect(try Self.described(Self.frame([(2, block.count, block)]), [65, 65, 65, 65]) == nil)
    }
}
