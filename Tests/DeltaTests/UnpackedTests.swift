@testable import Delta
import Compression
import Recompression
import TestSupport
import Testing

struct UnpackedTests {
    private static let text = Content.text(1, 6_000)
    private static let other = Content.text(2, 9_000)
    private static let edited = Content.mutated(text, seed: 3, edits: 4)

    struct Pair: Sendable, CustomTestStringConvertible {
        let name: String
        let old: [UInt8]
        let new: [UInt8]
        /// How many bytes the patch may take at most.
        let limit: Int
        var testDescription: String { name }
    }

    static let pairs: [Pair] = {
        func gzip(_ content: [UInt8], _ level: Int = 6) -> [UInt8] {
            (try? Packing.gzip(level).pack(content)) ?? []
        }
        func members(_ content: [UInt8], hasDescriptor: Bool = false) -> [ZipBuilder.Member] {
            [
                .init("a.class", content, hasDescriptor: hasDescriptor), .init("stored", other, level: 0),
                .init("same", other, hasDescriptor: hasDescriptor), .init("empty", [], level: 0),
            ]
        }
        func package(_ content: [UInt8]) -> [UInt8] {
            ArchiveBuilder.file([
                ("debian-binary", Array("2.0\n".utf8)), ("control.tar.gz", gzip(content, 9)),
                ("data.tar.gz", gzip(other)),
            ])
        }
        func resources(_ content: [UInt8]) -> [UInt8] {
            [0xda, 0xda, 0xfe, 0xca] + other.prefix(200) + PNGBuilder.stream(other) + [0x78, 0x9c, 7]
                + PNGBuilder.stream(content, level: 6) + [1, 2]
        }
        return [
            Pair(name: "run-time image", old: resources(text), new: resources(edited), limit: 300),
            Pair(
                name: "zlib stream", old: PNGBuilder.stream(text), new: PNGBuilder.stream(edited), limit: 300),
            Pair(name: "Debian package", old: package(text), new: package(edited), limit: 300),
            Pair(name: "image", old: PNGBuilder.file(text), new: PNGBuilder.file(edited), limit: 300),
            Pair(
                name: "image in chunks", old: PNGBuilder.file(text, chunkByteCount: 512),
                new: PNGBuilder.file(edited, chunkByteCount: 512), limit: 300),
            Pair(
                name: "image in other chunks", old: PNGBuilder.file(text, level: 6, chunkByteCount: 512),
                new: PNGBuilder.file(edited, chunkByteCount: 1000), limit: 300),
            Pair(
                name: "images behind each other", old: PNGBuilder.file(text) + PNGBuilder.file(other),
                new: PNGBuilder.file(other, chunkByteCount: 256) + PNGBuilder.file(edited), limit: 400),
            Pair(
                name: "image in a zip", old: ZipBuilder.file([.init("i", PNGBuilder.file(text), level: 0)]),
                new: ZipBuilder.file([.init("i", PNGBuilder.file(edited), level: 0)]), limit: 400),
            Pair(
                name: "gzip behind a cpio archive", old: Array("070701".utf8) + other + gzip(text),
                new: Array("070701".utf8) + other + gzip(edited), limit: 300),
            Pair(name: "gzip", old: gzip(text), new: gzip(edited), limit: 300),
            Pair(name: "gzip of other levels", old: gzip(text, 1), new: gzip(edited, 9), limit: 300),
            Pair(
                name: "gzip members", old: gzip(text) + gzip(other), new: gzip(edited) + gzip(other),
                limit: 300),
            Pair(name: "gzip and more", old: gzip(text), new: gzip(edited) + text, limit: 3_500),
            Pair(
                name: "zip", old: ZipBuilder.file(members(text)), new: ZipBuilder.file(members(edited)),
                limit: 400),
            Pair(
                name: "zip with descriptors", old: ZipBuilder.file(members(text, hasDescriptor: true)),
                new: ZipBuilder.file(members(edited, hasDescriptor: true)), limit: 400),
            Pair(
                name: "zip behind a program", old: ZipBuilder.file(members(text), prefix: other),
                new: ZipBuilder.file(members(edited), prefix: other), limit: 400),
            Pair(
                name: "zip in another order", old: ZipBuilder.file(members(text)),
                new: ZipBuilder.file(members(edited).reversed()), limit: 500),
            Pair(
                name: "zip in a zip",
                old: ZipBuilder.file([.init("z", ZipBuilder.file(members(text)), level: 0)]),
                new: ZipBuilder.file([.init("z", ZipBuilder.file(members(edited)), level: 0)]), limit: 500),
            Pair(
                name: "zip whose member says nothing true",
                old: ZipBuilder.file(members(text)),
                new: Array(ZipBuilder.file(members(edited)).dropFirst(18)).reduce(into: [0x50, 0x4b, 3, 4]) {
                    $0.append($1)
                } + ZipBuilder.file(members(edited)), limit: 1_700),
        ]
    }()

    @Test(arguments: pairs)
    func `what is in compressed files is compared, and they come out the same`(_ pair: Pair) throws {
        let patch = try #require(try UnpackedPatch.between(pair.old, pair.new, method: .hashed(depth: 8)))
        #expect(patch.patch.estimatedByteCount <= pair.limit)
        try Recipe.expectRoundTrip(pair.old, pair.new, patch)
    }

    @Test func `what both files hold compressed stays compressed`() throws {
        let same = (0..<5).map { ZipBuilder.Member("same\($0)", Content.text(UInt64(10 + $0), 2_000)) }
        let old = ZipBuilder.file(same + [.init("changed", Self.text)])
        let new = ZipBuilder.file(same + [.init("changed", Self.edited)])
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        #expect(patch.unpacksOld == [false, false, false, false, false, true])
        #expect(patch.makings.map { $0 == nil } == [true, true, true, true, true, false])
    }

    @Test func `what no known compressor makes is described`() throws {
        func foreign(_ content: [UInt8]) throws -> [UInt8] { try Packing.foreignGzip.pack(content) }
        let old = try foreign(Self.text) + foreign(Self.other)
        let new = try foreign(Self.edited) + foreign(Self.other) + Packing.gzip(6).pack(Self.edited)
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        // The second stays as it is: the old file has it.
        #expect(patch.makings.prefix(2) == [.described(depth: 0), nil])
        #expect(
            patch.makings.count == 3 && patch.makings[2] != nil && patch.makings[2] != .described(depth: 0))
        #expect(patch.descriptions[0].count < 60)
        try Recipe.expectRoundTrip(old, new, patch)
    }

    @Test func `what holds far more than its size is described`() throws {
        // As pictures do: much of the same ground, with something on it here and there.
        func picture(_ texts: [[UInt8]]) -> [UInt8] {
            texts.flatMap { $0 + [UInt8](repeating: 7, count: 250_000) }
        }
        let texts = (0..<6).map { Content.text(UInt64(20 + $0), 400) }
        let content = picture(texts)
        let old = try Packing.oddGzip.pack(content)
        let new = try Packing.oddGzip.pack(picture(texts.dropLast() + [Content.text(30, 300)]))
        #expect(content.count > 80 * new.count)
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        #expect(patch.makings == [.described(depth: 0)])
        #expect(patch.patch.estimatedByteCount + patch.descriptions[0].count < new.count / 4)
        try Recipe.expectRoundTrip(old, new, patch)
    }

    @Test func `large members are compared by what they hold`() throws {
        // A table of 17.8 MB in a file of a twelfth of that: noise between zeros.
        let (rowCount, rowByteCount, noiseByteCount) = (17_400, 1_024, 80)
        let noise = Content.random(5, rowCount * noiseByteCount)
        func table(_ change: UInt8) -> [UInt8] {
            var table = [UInt8](repeating: 0, count: rowCount * rowByteCount)
            for row in 0..<rowCount {
                let part = noise[row * noiseByteCount..<(row + 1) * noiseByteCount]
                let start = row * rowByteCount
                table.replaceSubrange(start..<start + noiseByteCount, with: part)
            }
            table[9_000_000] = change
            return table
        }
        let old = try Packing.gzip(6).pack(table(1))
        let new = try Packing.gzip(6).pack(table(2))
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 3)))
        #expect(patch.patch.estimatedByteCount < 200)
        try Recipe.expectRoundTrip(old, new, patch)
    }

    @Test func `members that do not fit stay as they are`() throws {
        func file(_ seed: UInt64) throws -> [UInt8] {
            try (0..<4).flatMap {
                try Packing.gzip(6).pack(Content.mutated(Content.text($0, 40_000), seed: seed + $0, edits: 4))
            }
        }
        let (old, new) = (try file(10), try file(20))
        for count in 1...4 {
            let limit = new.count + count * 40_000
            let patch = try #require(
                try UnpackedPatch.between(old, new, method: .hashed(depth: 8), limit: limit))
            #expect(patch.unpacksOld == (0..<4).map { $0 < count })
            #expect(patch.makings.map { $0 == nil } == (0..<4).map { $0 >= count })
            try Recipe.expectRoundTrip(old, new, patch)
        }
        #expect(try UnpackedPatch.between(old, new, method: .hashed(depth: 8), limit: new.count) == nil)
    }

    @Test func `a description of members that is damaged is refused, or makes something else`() throws {
        let (old, new) = (
            try Packing.foreignGzip.pack(Self.text), try Packing.foreignGzip.pack(Self.edited)
        )
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = [TarEntry.file("f", new)].tar
        var refusedCount = 0
        for place in patch.descriptions[0].indices {
            var flipped = patch
            flipped.descriptions[0][place] ^= 0x10
            var cut = patch
            cut.descriptions[0] = Array(patch.descriptions[0][..<place])
            for damaged in [flipped, cut] {
                let recipe = try Recipe.encode(tar, references: references, level: .fast) { _, _ in
                    .unpackedPatch(reference: 0, damaged)
                }
                do {
                    _ = try Recipe.decode(recipe, references: references)
                } catch {
                    #expect(error is DeltaError)
                    refusedCount += 1
                }
            }
        }
        #expect(refusedCount > patch.descriptions[0].count)
    }

    @Test func `files without members are left alone`() throws {
        let old = try Packing.gzip(6).pack(Self.text)
        #expect(try UnpackedPatch.between(Self.text, old, method: .hashed(depth: 8)) == nil)
        #expect(try UnpackedPatch.between(old, Self.text, method: .hashed(depth: 8)) == nil)
        #expect(try UnpackedPatch.between(old, Array(old.dropLast(30)), method: .hashed(depth: 8)) == nil)
    }

    @Test func `what follows the header of a zlib stream is one if its check is right`() throws {
        let stream = PNGBuilder.stream(Self.text)
        let wrong = stream.dropLast() + [stream[stream.count - 1] ^ 1]
        let start = Array("%PDF-1.7 ".utf8)
        #expect(try UnpackedContent.members(of: start + stream).count == 1)
        for rest in [
            wrong, stream.dropLast(), [0x78, 0xbb] + stream.dropFirst(2), [0x58] + stream.dropFirst(),
        ] {
            #expect(try UnpackedContent.members(of: start + rest).isEmpty)
        }
        // Where none are expected two bytes are no sign.
        #expect(try UnpackedContent.members(of: Array("GIF89a".utf8) + stream).isEmpty)
        #expect(try UnpackedContent.members(of: [0xda, 0xda, 0xfe, 0xca, 0x78, 0x9c]).isEmpty)
    }

    @Test func `images whose chunks are irregular are left alone`() throws {
        let image = PNGBuilder.file(Self.edited, chunkByteCount: 512)
        let start = 8 + 25
        let data = { (chunk: Int) in start + chunk * (512 + 12) + 8 }
        func with(_ place: Int, _ byte: UInt8) -> [UInt8] {
            image.enumerated().map { $0.offset == place ? byte : $0.element }
        }
        let small = PNGBuilder.file(Self.edited, chunkByteCount: 255)
        let between = PNGBuilder.chunk("tEXt", [1])
        let irregular = [
            // A wrong checksum, a wrong one of the stream, chunks that are too small, one of another type between.
            with(data(1) + 512, image[data(1) + 512] ^ 1), with(data(0) + 100, image[data(0) + 100] ^ 1),
            small,
            Array(image[..<(data(1) - 8)] + between + image[(data(1) - 8)...]),
            // Two chunks that are shorter, and an empty one.
            Array(image.dropLast(12)) + PNGBuilder.chunk("IDAT", [1]),
            Array(image.dropLast(12)) + PNGBuilder.chunk("IDAT", []),
        ]
        #expect(try UnpackedContent.members(of: image).count == 1)
        for file in irregular {
            #expect(try UnpackedContent.members(of: file).isEmpty)
            #expect(try UnpackedPatch.between(image, file, method: .hashed(depth: 8)) == nil)
        }
    }

    @Test func `a form whose chunks would be too small is refused`() throws {
        let content = Content.text(3, 3_000)
        let header = PNGBuilder.chunk("IDAT", [0x78, 0xda]).prefix(10)
        for (count, isRight) in [(0, true), (256, true), (1 << 30, true), (1, false), (255, false)] {
            let form =
                BigEndian.bytes(UInt32(count)) + header.dropFirst(4)
                + LittleEndian.bytes(UInt32(content.count))
                + content
            var made: [UInt8] = []
            let pass = UnpackedContent.repacker {
                { Deflate.compress(Array($0), DeflateParameters(encoder: .zlib, level: 9, memoryLevel: 8)) }
            } into: {
                made += $0
            }
            func run() throws {
                try pass.write(form[...])
                try pass.finish()
            }
            if isRight {
                try run()
                let stream = PNGBuilder.file(content, chunkByteCount: count == 256 ? 256 : nil)
                #expect(made == Array(stream[33...].dropLast(12)))
            } else {
                #expect(throws: DeltaError.self) { try run() }
            }
        }
    }

    @Test func `files pieced together of headers and rubbish come out the same`() throws {
        let zip = ZipBuilder.file([.init("a", Self.text), .init("b", Self.other, hasDescriptor: true)])
        let gzip = try Packing.gzip(9).pack(Self.edited)
        let image = PNGBuilder.file(Self.text, chunkByteCount: 512)
        let stream = PNGBuilder.stream(Self.text)
        let pieces: [[UInt8]] = [
            [0x50, 0x4b, 3, 4], [0x50, 0x4b, 1, 2], [0x50, 0x4b, 7, 8], [0x50, 0x4b, 5, 6], [0x50],
            [0x1f, 0x8b, 8], Array("IDAT".utf8), [0, 0, 2, 0], image, Array(image.dropFirst(33)),
            Array(image[..<700]),
            Array(image.dropLast(20)),
            zip, gzip, Array(zip.dropLast(40)), Array(gzip.dropLast(3)), Array(zip[..<200]),
            Array(gzip[..<100]), [0x78, 0x9c], stream, Array(stream[..<500]), Array(stream.dropFirst(2)),
            [0x78, 0xda, 1, 2, 0x49, 0x44, 0x41, 0x54],
        ]
        for seed in 0..<80 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            func file() -> [UInt8] {
                (0..<8).reduce(into: [gzip, zip, image, stream][Int(seed % 4)]) { file, _ in
                    file +=
                        random.below(3) == 0
                        ? random.bytes(random.below(60)) : pieces[random.below(pieces.count)]
                }
            }
            let (old, new) = (file(), file())
            guard let patch = try UnpackedPatch.between(old, new, method: .hashed(depth: 8)) else { continue }
            try Recipe.expectRoundTrip(old, new, patch)
        }
    }
}

extension Recipe {
    /// A recipe with that patch makes the new file of the old one.
    static func expectRoundTrip(_ old: [UInt8], _ new: [UInt8], _ patch: UnpackedPatch) throws {
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = [TarEntry.file("f", new)].tar
        let encoder = try RecipeEncoder(level: nil, references: references) { MemoryStore() }
        let part = try #require(try LayerParts(tar).parts.first)
        try add(part, predictor: 0, .unpackedPatch(reference: 0, patch), to: encoder)
        try encoder.finish(zeroCount: 1024, restCount: 0) { _ in }
        #expect(try decode(try bytes(encoder), references: references) == tar)
    }
}
