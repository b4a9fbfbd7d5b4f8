@testable import Delta
import Compression
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
        return [
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
        try expectRoundTrip(pair.old, pair.new, patch)
    }

    private func expectRoundTrip(_ old: [UInt8], _ new: [UInt8], _ patch: UnpackedPatch) throws {
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = [TarEntry.file("f", new)].tar
        let encoder = try RecipeEncoder(level: nil, references: references) { MemoryStore() }
        let part = try #require(try LayerParts(tar).parts.first)
        try Recipe.add(part, predictor: 0, .unpackedPatch(reference: 0, patch), to: encoder)
        try encoder.finish(zeroCount: 1024, restCount: 0) { _ in }
        #expect(try Recipe.decode(try Recipe.bytes(encoder), references: references) == tar)
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
        #expect(patch.makings.prefix(2) == [.described, .described])
        #expect(patch.makings.count == 3 && patch.makings[2] != nil && patch.makings[2] != .described)
        #expect(patch.description.count < 60)
        try expectRoundTrip(old, new, patch)
    }

    @Test func `a description of members that is damaged is refused, or makes something else`() throws {
        let (old, new) = (
            try Packing.foreignGzip.pack(Self.text), try Packing.foreignGzip.pack(Self.edited)
        )
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = [TarEntry.file("f", new)].tar
        var refusedCount = 0
        for place in patch.description.indices {
            var flipped = patch
            flipped.description[place] ^= 0x10
            var cut = patch
            cut.description = Array(patch.description[..<place])
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
        #expect(refusedCount > patch.description.count)
    }

    @Test func `files without members are left alone`() throws {
        let old = try Packing.gzip(6).pack(Self.text)
        #expect(try UnpackedPatch.between(Self.text, old, method: .hashed(depth: 8)) == nil)
        #expect(try UnpackedPatch.between(old, Self.text, method: .hashed(depth: 8)) == nil)
        #expect(try UnpackedPatch.between(old, Array(old.dropLast(30)), method: .hashed(depth: 8)) == nil)
    }

    @Test func `files pieced together of headers and rubbish come out the same`() throws {
        let zip = ZipBuilder.file([.init("a", Self.text), .init("b", Self.other, hasDescriptor: true)])
        let gzip = try Packing.gzip(9).pack(Self.edited)
        let pieces: [[UInt8]] = [
            [0x50, 0x4b, 3, 4], [0x50, 0x4b, 1, 2], [0x50, 0x4b, 7, 8], [0x50, 0x4b, 5, 6], [0x50],
            [0x1f, 0x8b, 8],
            zip, gzip, Array(zip.dropLast(40)), Array(gzip.dropLast(3)), Array(zip[..<200]),
            Array(gzip[..<100]),
        ]
        for seed in 0..<60 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            func file() -> [UInt8] {
                (0..<8).reduce(into: seed % 2 == 0 ? gzip : zip) { file, _ in
                    file +=
                        random.below(3) == 0
                        ? random.bytes(random.below(60)) : pieces[random.below(pieces.count)]
                }
            }
            let (old, new) = (file(), file())
            guard let patch = try UnpackedPatch.between(old, new, method: .hashed(depth: 8)) else { continue }
            try expectRoundTrip(old, new, patch)
        }
    }
}
