import Foundation
import Recompression
import TestSupport
import Testing

/// Blobs described in the light of an old blob that the same encoder made of similar data.
@Suite struct OldBlobTests {
    /// Keeps matches in memory.
    final class Memory: TokenStore, @unchecked Sendable {
        private var bytes: [UInt8] = []

        func append(_ bytes: [UInt8]) { self.bytes += bytes }

        func finish() -> @Sendable (UInt64, Int) throws -> [UInt8] {
            let bytes = bytes
            return { Array(bytes[Int($0)...].prefix($1)) }
        }
    }

    private static func old(_ blob: [UInt8], _ content: [UInt8]) throws -> OldBlob {
        try OldBlob(blob: ByteSource(blob), plain: ByteSource(content), store: Memory())
    }

    private static func described(
        _ blob: [UInt8], _ content: [UInt8], beside old: OldBlob?, _ use: Repack.OldUse = .always
    ) throws -> Repack? {
        try Repack.describe(
            blob: ByteSource(blob), plain: ByteSource(content), old: { old }, use,
            limit: 3 * blob.count + 2_000)
    }

    private static func rebuilt(
        _ description: [UInt8], _ content: [UInt8], beside old: OldBlob?, partByteCount: Int = 1 << 16
    ) throws -> [UInt8] {
        var made: [UInt8] = []
        let rebuilder = try Rebuilder(ByteSource(description), old: old) { made += $0 }
        for start in stride(from: 0, to: content.count, by: partByteCount) {
            try rebuilder.write(content[start..<min(start + partByteCount, content.count)])
        }
        try rebuilder.finish()
        return made
    }

    /// Describes a blob beside an old one and makes it again, by parts of several sizes.
    private static func proven(_ blob: [UInt8], _ content: [UInt8], beside old: OldBlob) throws -> Repack {
        let repack = try #require(try described(blob, content, beside: old))
        for count in [977, 1 << 20] {
            #expect(try rebuilt(repack.bytes, content, beside: old, partByteCount: count) == blob)
        }
        return repack
    }

    // MARK: - Real encoders

    @Test(arguments: ["other-isal-1", "other-zlib-ng-6", "other-libdeflate-12"])
    func `the old blob tells what another program did`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).gz")
        let content = try RepackTests.content(of: blob)
        let oldBlob = try RepackTests.file("\(name)-old.gz")
        let old = try Self.old(oldBlob, try RepackTests.content(of: oldBlob))
        // What it would save is not worth that the receiver must have the old blob.
        let alone = try #require(try Self.described(blob, content, beside: old, .whereItPays))
        let repack = try Self.proven(blob, content, beside: old)
        #expect(!alone.takesOldBlob && repack.takesOldBlob)
        #expect(repack.bytes.count < blob.count / 10)
        try RepackTests.record(repack, "\(name)-beside")
        #expect(try Self.rebuilt(RepackTests.file("\(name)-beside.sltz"), content, beside: old) == blob)
        #expect(throws: RecompressionError.self) { try Self.rebuilt(repack.bytes, content, beside: nil) }
    }

    @Test(arguments: ["zlib-6", "go126-6", "go126-1", "pgzip-5", "zlib-huffman"])
    func `models go on behind tokens that the old blob told`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).gz")
        let content = try RepackTests.content(of: blob)
        let repack = try Self.proven(blob, content, beside: try Self.old(blob, content))
        #expect(repack.takesOldBlob && repack.bytes.count < 150)
    }

    // MARK: - An encoder that nobody knows

    /// New and old content, with something of everything that happens to files.
    private static func contents(_ seed: UInt64) -> (new: [UInt8], old: [UInt8]) {
        let parts = (0..<12).map { Content.text(seed &* 100 &+ $0, 2_000) }
        let zeros = [UInt8](repeating: 0, count: 9_000)
        let noise = Content.random(seed, 4_000)
        let old = parts[0..<6].joined() + zeros + noise + parts[6..<11].joined()
        var new = Array(parts[0]) + parts[11] + Content.mutated(parts[1], seed: seed, edits: 3)
        new +=
            parts[2..<5].joined() + zeros.dropLast(77) + parts[7..<11].joined() + noise + parts[5] + parts[6]
        return (new, Array(old))
    }

    @Test(arguments: 1...2) func `what stands elsewhere in the old data is known`(_ seed: Int) throws {
        let (new, old) = Self.contents(UInt64(seed))
        let blob = try Packing.oddGzip.pack(new)
        let beside = try Self.old(try Packing.oddGzip.pack(old), old)
        let alone = try #require(try Self.described(blob, new, beside: nil))
        let repack = try Self.proven(blob, new, beside: beside)
        #expect(repack.takesOldBlob && !alone.takesOldBlob)
        #expect(repack.bytes.count < alone.bytes.count / 2)
    }

    @Test func `an old blob of other data is of no use, and is not asked for`() throws {
        let (new, _) = Self.contents(1)
        let other = Content.text(999, 60_000)
        let blob = try Packing.oddGzip.pack(new)
        let old = try Self.old(try Packing.oddGzip.pack(other), other)
        let repack = try #require(try Self.described(blob, new, beside: old, .whereItPays))
        #expect(!repack.takesOldBlob)
        #expect(try Self.rebuilt(repack.bytes, new, beside: nil) == blob)
    }

    @Test func `what is learned behind the front counts when an old blob is weighed`() throws {
        // All of it resembles all the rest: the front takes most of what describes the whole, with an old blob and without.
        let texts = (0..<3).map { Content.text($0, 9_000) }
        let new = (0..<160).flatMap { Content.mutated(texts[$0 % 3], seed: UInt64($0), edits: 3) }
        let other = Content.text(999, 60_000)
        let blob = try Packing.oddGzip.pack(new)
        let old = try Self.old(try Packing.oddGzip.pack(other), other)
        let beside = try #require(try Self.described(blob, new, beside: old))
        let repack = try #require(try Self.described(blob, new, beside: old, .whereItPays))
        #expect(beside.takesOldBlob && !repack.takesOldBlob)
        #expect(repack.bytes.count < beside.bytes.count + beside.bytes.count / 3)
    }

    @Test func `an old blob is asked for where more follows than the front promises`() throws {
        // The front, which is all that encoders are tried on, repeats a text, and takes little. What follows takes
        // several times as much, and half of it stands in the old data.
        let texts = (0..<60).map { Content.text($0, 5_000) }
        let repeated = Content.text(999, 20_000)
        let front =
            (0..<50).flatMap { _ in repeated } + texts[0..<12].joined() + repeated + repeated + repeated
        let new = front + texts[12...].joined()
        let kept = texts.enumerated().filter { $0.offset % 2 == 0 }.flatMap(\.element)
        let blob = try Packing.oddGzip.pack(new)
        let old = try Self.old(try Packing.oddGzip.pack(repeated + kept), repeated + kept)
        let alone = try #require(try Self.described(blob, new, beside: nil, .whereItPays))
        let repack = try #require(try Self.described(blob, new, beside: old, .whereItPays))
        #expect(repack.takesOldBlob && !alone.takesOldBlob)
        #expect(repack.bytes.count < alone.bytes.count / 3 * 2)
        #expect(try Self.rebuilt(repack.bytes, new, beside: old) == blob)
    }

    @Test func `an old blob that holds other data than it should is refused`() throws {
        let content = Content.text(1, 3_000)
        let blob = try Packing.oddGzip.pack(content)
        for wrong in [content + [1], Array(content.dropLast()), []] {
            #expect(throws: RecompressionError.self) { try Self.old(blob, wrong) }
        }
        #expect(throws: RecompressionError.self) { try Self.old(Array(blob.dropLast(20)), content) }
        #expect(throws: RecompressionError.self) { try Self.old([1, 2, 3], content) }
    }

    @Test(arguments: 1...10) func `any valid stream is described beside any other`(_ seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed) &+ 7_000)
        var stream = RandomStream()
        for _ in 0...random.below(2) { stream.appendMember(&random) }
        var other = stream
        if random.below(2) == 0 { other.appendMember(&random) }
        let old = try Self.old(other.blob, other.content)
        // What the old stream has stands in the new one, behind something and before something.
        var new = RandomStream()
        new.appendMember(&random)
        new.append(stream)
        new.appendMember(&random)
        _ = try Self.proven(new.blob, new.content, beside: old)
    }

    @Test func `a damaged description makes nothing wrong and ends`() throws {
        let blob = try RepackTests.file("other-libdeflate-12.gz")
        let content = try RepackTests.content(of: blob)
        let oldBlob = try RepackTests.file("other-libdeflate-12-old.gz")
        let old = try Self.old(oldBlob, try RepackTests.content(of: oldBlob))
        let description = try RepackTests.file("other-libdeflate-12-beside.sltz")
        for index in description.indices {
            var damaged = description
            damaged[index] ^= 1 << UInt8(index % 8)
            do {
                _ = try Self.rebuilt(damaged, content, beside: old)
            } catch is RecompressionError {}
            #expect(throws: RecompressionError.self) {
                try Self.rebuilt(Array(description[..<index]), content, beside: old)
            }
        }
    }
}
