@testable import Delta
import Compression
import Recompression
import TestSupport
import Testing

/// Compressed members of what compressed members hold.
struct NestedTests {
    private static let text = Content.text(1, 6_000)
    private static let other = Content.text(2, 9_000)
    private static let edited = Content.mutated(text, seed: 3, edits: 4)

    private static func gzip(_ content: [UInt8], _ level: Int = 6) -> [UInt8] {
        (try? Packing.gzip(level).pack(content)) ?? []
    }

    /// An archive of classes, one of which may change.
    private static func jar(_ content: [UInt8], sameCount: Int = 3) -> [UInt8] {
        ZipBuilder.file(
            (0..<sameCount).map {
                .init("same\($0)", Content.text(UInt64(10 + $0), 2_000), hasDescriptor: true)
            }
                + [.init("changed", content, level: 9), .init("stored", Array(other.prefix(300)), level: 0)])
    }

    /// An archive of archives, one of which may change.
    private static func war(_ content: [UInt8], level: Int = 6) -> [UInt8] {
        ZipBuilder.file([
            .init("same.jar", jar(other)), .init("app.jar", jar(content), level: level),
            .init("page", Array(other.prefix(2_000))),
        ])
    }

    private static func repeated(_ count: Int, _ content: [UInt8], _ wrap: ([UInt8]) -> [UInt8]) -> [UInt8] {
        (0..<count).reduce(content) { content, _ in wrap(content) }
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let name: String
        let old: [UInt8]
        let new: [UInt8]
        /// How many bytes the patch may take at most.
        var limit = 500
        var testDescription: String { name }
    }

    static let pairs: [Pair] = {
        func both(_ name: String, limit: Int = 500, _ file: ([UInt8]) -> [UInt8]) -> Pair {
            Pair(name: name, old: file(text), new: file(edited), limit: limit)
        }
        return [
            both("archive in an archive") { war($0) },
            Pair(name: "of other levels", old: war(text), new: war(edited, level: 9), limit: 500),
            both("gzip in gzip") { gzip(gzip($0)) },
            both("gzip members in gzip") { gzip(gzip(other) + gzip($0) + gzip(other, 1)) },
            both("image in an archive") {
                ZipBuilder.file([.init("i.png", PNGBuilder.file($0)), .init("t", other)])
            },
            both("image in chunks in an archive") {
                ZipBuilder.file([.init("i.png", PNGBuilder.file($0, chunkByteCount: 512))])
            },
            both("gzip in a compressed tar") {
                gzip([TarEntry.file("page", gzip($0, 9)), .file("text", other)].tar)
            },
            both("Debian package") {
                ArchiveBuilder.file([
                    ("debian-binary", Array("2.0\n".utf8)),
                    ("control.tar.gz", gzip([TarEntry.file("c", other)].tar)),
                    ("data.tar.gz", gzip([TarEntry.file("page.gz", gzip($0, 9))].tar)),
                ])
            },
            both("compressed initial file system") { gzip(Array("070701".utf8) + other + gzip($0)) },
            both("document in an archive") {
                ZipBuilder.file([.init("d", Array("%PDF-1.7 ".utf8) + PNGBuilder.stream($0) + other)])
            },
            both("three deep") { ZipBuilder.file([.init("app.war", war($0)), .init("t", other)]) },
            both("program with an archive in an archive") {
                ZipBuilder.file([.init("run", ZipBuilder.file([.init("c", $0)], prefix: other))])
            },
        ]
    }()

    @Test(arguments: pairs)
    func `what is in what compressed members hold is compared, and comes out the same`(_ pair: Pair) throws {
        for method in [MatchMethod.hashed(depth: 8), .sorted] {
            let patch = try #require(try UnpackedPatch.between(pair.old, pair.new, method: method))
            #expect(patch.isNested)
            #expect(patch.patch.estimatedByteCount <= pair.limit)
            try Recipe.expectRoundTrip(pair.old, pair.new, patch)
        }
    }

    @Test func `what holds far more than its size is asked for inside of members, too`() throws {
        let zeros = [UInt8](repeating: 0, count: 4 << 20)
        let files = [Self.text, Self.edited].map {
            ZipBuilder.file([.init("i.png", PNGBuilder.file(zeros + $0 + zeros)), .init("t", Self.other)])
        }
        func patch(beyond byteCount: Int, asksForMore: Bool) throws -> UnpackedPatch? {
            try UnpackedPatch.between(
                files[0], files[1], method: .hashed(depth: 8), unusualInflation: byteCount,
                asksForMore: asksForMore)
        }
        #expect(throws: UnpackedPatch.HoldsMore.self) { try patch(beyond: 0, asksForMore: true) }
        // Who has no more to give compares the members as they are.
        #expect(try patch(beyond: 0, asksForMore: false)?.isNested == false)
        let nested = try #require(try patch(beyond: 16 << 20, asksForMore: true))
        #expect(nested.isNested && nested.unusualInflation > 0)
        #expect(nested.patch.estimatedByteCount <= 500)
        try Recipe.expectRoundTrip(files[0], files[1], nested)
    }

    @Test func `members are three deep at most`() throws {
        for count in 2...5 {
            let (old, new) = (
                Self.repeated(count, Self.text) { Self.gzip($0) },
                Self.repeated(count, Self.edited) { Self.gzip($0) }
            )
            let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
            #expect(patch.makings.count == min(count, 3) && patch.makings.allSatisfy { $0 != nil })
            // What is deeper stands compressed.
            #expect((patch.patch.estimatedByteCount < 300) == (count <= 3))
            try Recipe.expectRoundTrip(old, new, patch)
        }
    }

    @Test func `of files that hold files that hold files no end is looked for`() throws {
        let (old, new) = (
            Self.repeated(200, Self.text) { Self.gzip($0) },
            Self.repeated(200, Self.edited) { Self.gzip($0) }
        )
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        #expect(patch.makings.count == 3)
        try Recipe.expectRoundTrip(old, new, patch)
    }

    @Test func `what both hold compressed stays compressed at every depth`() throws {
        let patch = try #require(
            try UnpackedPatch.between(Self.war(Self.text), Self.war(Self.edited), method: .hashed(depth: 8)))
        // The archive that is the same; the other one, and in it what is the same and what is not; the page.
        let unpacked = [false, true, false, false, false, true, false]
        #expect(patch.unpacksOld == unpacked)
        #expect(patch.makings.map { $0 != nil } == unpacked)
    }

    @Test func `an archive of which nothing inside changed that is compressed stays as it was`() throws {
        let jars = [Self.jar(Self.text), Self.jar(Self.text) + [7]]
        let files = jars.map { ZipBuilder.file([.init("app.jar", $0)]) }
        let patch = try #require(try UnpackedPatch.between(files[0], files[1], method: .hashed(depth: 8)))
        #expect(!patch.isNested && patch.makings.count == 1)
        try Recipe.expectRoundTrip(files[0], files[1], patch)
        // Nor does a tar without compressed files take anything.
        let tars = [Self.text, Self.edited].map { Self.gzip([TarEntry.file("t", $0)].tar) }
        let other = try #require(try UnpackedPatch.between(tars[0], tars[1], method: .hashed(depth: 8)))
        #expect(!other.isNested)
    }

    @Test func `compressed files in a tar are compared by what they hold`() throws {
        let tars = [Self.text, Self.edited].map {
            [TarEntry.file("a.gz", Self.gzip($0)), .file("b", Self.other)].tar
        }
        let patch = try #require(try UnpackedPatch.between(tars[0], tars[1], method: .hashed(depth: 8)))
        #expect(!patch.isNested && patch.patch.estimatedByteCount < 300)
        try Recipe.expectRoundTrip(tars[0], tars[1], patch)
    }

    @Test func `what no known compressor makes is described at every depth`() throws {
        func file(_ content: [UInt8]) throws -> [UInt8] {
            let inner = try Packing.foreignGzip.pack(content) + Packing.foreignGzip.pack(content + [1])
            return try Packing.foreignGzip.pack(inner)
                + Packing.foreignGzip.pack(Packing.foreignGzip.pack([3] + inner))
        }
        let (old, new) = (try file(Self.text), try file(Self.edited))
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        let depths = patch.makings.map { making in
            if case .described(let depth) = making { depth } else { -1 }
        }
        #expect(depths.contains(0) && depths.contains(1))
        try Recipe.expectRoundTrip(old, new, patch)
    }

    @Test func `forms of members that would be too large are not made`() throws {
        func texts(_ seed: UInt64) -> [UInt8] {
            (0..<4 as Range<UInt64>).flatMap {
                Self.gzip(Content.mutated(Content.text($0, 40_000), seed: seed + $0, edits: 4))
            }
        }
        let content = texts(20)
        let (old, new) = (Self.gzip(texts(10)), Self.gzip(content))
        for count in 1...4 {
            let limit = content.count + 100 + count * 40_000
            let patch = try #require(
                try UnpackedPatch.between(old, new, method: .hashed(depth: 8), limit: limit))
            #expect(patch.isNested)
            #expect(patch.makings.map { $0 != nil } == [true] + (0..<4).map { $0 < count })
            try Recipe.expectRoundTrip(old, new, patch)
        }
    }

    @Test func `what holds far more inside than outside is compared from outside`() throws {
        let zeros = [UInt8](repeating: 0, count: 20 << 20)
        let (old, new) = (Self.gzip(Self.gzip(zeros)), Self.gzip(Self.gzip(zeros + [1])))
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 3)))
        #expect(!patch.isNested && patch.unusualInflation < 1 << 20)
        try Recipe.expectRoundTrip(old, new, patch)
    }

    // MARK: - Damage

    /// The recipe of one file by that patch, and what it needs.
    private static func recipe(_ old: [UInt8], _ new: [UInt8], _ patch: UnpackedPatch) throws -> (
        recipe: [UInt8], references: MemoryReferences
    ) {
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let recipe = try Recipe.encode([TarEntry.file("f", new)].tar, references: references, level: nil) {
            _, _ in
            .unpackedPatch(reference: 0, patch)
        }
        return (recipe, references)
    }

    @Test func `damaged recipes of nested forms are refused, or make something else`() throws {
        let (old, new) = (Self.war(Self.text), Self.war(Self.edited))
        let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        let (recipe, references) = try Self.recipe(old, new, patch)
        var refusedCount = 0
        for place in recipe.indices {
            for change: UInt8 in [1, 0x10, 0xff] {
                var damaged = recipe
                damaged[place] ^= change
                do {
                    _ = try Recipe.decode(damaged, references: references)
                } catch {
                    #expect(error is DeltaError)
                    refusedCount += 1
                }
            }
        }
        #expect(refusedCount > recipe.count)
    }

    @Test func `a nested form that ends early, or is too large, is refused`() throws {
        let header = Array(Self.gzip(Self.text).prefix(10))
        let zlib = MemberMaking.compressed(DeflateParameters(encoder: .zlib, level: 6, memoryLevel: 8))
        func form(_ inner: [UInt8], _ count: Int? = nil) -> [UInt8] {
            header + LittleEndian.bytes(UInt32(count ?? inner.count)) + inner
                + [UInt8](repeating: 0, count: 8)
        }
        func decode(_ form: [UInt8]) throws {
            let patch = UnpackedPatch(
                patch: StoredPatch(
                    try Patch.between(Self.text, form, method: .hashed(depth: 3), place: .unpredicted)),
                makings: [zlib, zlib], unpacksOld: [], isNested: true)
            let new = Self.gzip(Self.gzip(Self.text))
            let (recipe, references) = try Self.recipe(Self.text, new, patch)
            #expect(try Recipe.decode(recipe, references: references) == [TarEntry.file("f", new)].tar)
        }
        #expect(throws: Never.self) { try decode(form(form(Self.text))) }
        for count in [Self.text.count + 9, 65 << 20] {
            #expect(throws: DeltaError.self) { try decode(form(form(Self.text, count))) }
            #expect(throws: DeltaError.self) { try decode(form(form(Self.text), count + 30)) }
        }
        #expect(throws: DeltaError.self) { try decode(form(Array(form(Self.text).prefix(12)))) }
    }

    @Test func `codes of deeper members are for nested forms alone`() throws {
        #expect(try MemberCode.making(165, depthLimit: 3) == .described(depth: 2))
        #expect(throws: DeltaError.self) { try MemberCode.making(166, depthLimit: 3) }
        #expect(throws: DeltaError.self) { try MemberCode.making(164, depthLimit: 1) }
    }

    // MARK: - Bounds

    @Test func `a recipe cannot have what is inside unpacked again and again`() throws {
        // Each time 15 MiB come out of what comes out of a few bytes, and are not unpacked after all.
        let old = Self.gzip(Self.gzip([UInt8](repeating: 0, count: 15 << 20), 9), 9)
        var form: [UInt8] = []
        let unpacking = Unpacking(InflationBudget(), isNested: false, room: 0) { _, _, depth in depth == 0 }
        try unpacking.pass(over: UInt64(old.count)) { form += $0 }.run(old[...])
        let zlib = MemberMaking.compressed(DeflateParameters(encoder: .zlib, level: 9, memoryLevel: 8))
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = (0..<20).map { TarEntry.file("f\($0)", old) }.tar
        func decode(isNested: Bool) throws -> [UInt8] {
            let patch = UnpackedPatch(
                patch: StoredPatch(
                    try Patch.between(form, form, method: .hashed(depth: 3), place: .unpredicted)),
                makings: isNested ? [zlib, nil] : [zlib], unpacksOld: isNested ? [true, false] : [true],
                isNested: isNested)
            let recipe = try Recipe.encode(tar, references: references, level: .fast) { _, _ in
                .unpackedPatch(reference: 0, patch)
            }
            return try Recipe.decode(recipe, references: references)
        }
        #expect {
            _ = try decode(isNested: true)
        } throws: {
            "\($0)".contains("too large")
        }
        // What is not gone into takes little.
        #expect(try decode(isNested: false) == tar)
    }

    @Test func `what nested forms become is bounded`() throws {
        // Members that no compressor makes smaller, but what holds many of them.
        let member = Self.gzip(Content.random(1, 8_000))
        let content = Array((0..<400).flatMap { _ in member })
        let file = Self.gzip(content, 9)
        let inner =
            Array(member.prefix(10)) + LittleEndian.bytes(8_000) + Content.random(1, 8_000)
            + [UInt8](repeating: 0, count: 8)
        let innerForm = Array((0..<400).flatMap { _ in inner })
        let form =
            Array(file.prefix(10)) + LittleEndian.bytes(UInt32(innerForm.count)) + innerForm
            + [UInt8](repeating: 0, count: 8)
        let makings: [MemberMaking?] =
            [.compressed(DeflateParameters(encoder: .zlib, level: 9, memoryLevel: 8))]
            + [MemberMaking](
                repeating: .compressed(DeflateParameters(encoder: .zlib, level: 6, memoryLevel: 8)),
                count: 400)
        func decode(_ count: Int) throws -> Bool {
            let forms = Array((0..<count).flatMap { _ in form })
            let patch = UnpackedPatch(
                patch: StoredPatch(
                    try Patch.between(inner, forms, method: .hashed(depth: 3), place: .unpredicted)),
                makings: Array((0..<count).flatMap { _ in makings }), unpacksOld: [], isNested: true)
            let new = Array((0..<count).flatMap { _ in file })
            let (recipe, references) = try Self.recipe(inner, new, patch)
            return try Recipe.decode(recipe, references: references) == [TarEntry.file("f", new)].tar
        }
        #expect(try decode(2))
        #expect {
            _ = try decode(6)
        } throws: {
            "\($0)".contains("becomes too large")
        }
    }

    @Test func `files pieced together of what holds others come out the same`() throws {
        let pieces: [[UInt8]] = [
            Self.gzip(Self.text), Self.gzip(Self.edited), Self.gzip(Self.gzip(Self.text)),
            Self.jar(Self.text),
            Self.war(Self.edited), PNGBuilder.file(Self.text, chunkByteCount: 512),
            Array(Self.war(Self.text).dropLast(30)),
            Array(Self.gzip(Self.jar(Self.edited)).dropLast(4)),
            [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18),
            [0x50, 0x4b, 3, 4], [0x1f, 0x8b, 8], PNGBuilder.stream(Self.jar(Self.text)),
            [TarEntry.file("t", Self.gzip(Self.edited))].tar,
        ]
        var nestedCount = 0
        for seed in 0..<60 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            func content(_ depth: Int) -> [UInt8] {
                let parts = (0..<1 + random.below(3)).flatMap { _ in
                    random.below(4) == 0 ? random.bytes(random.below(60)) : pieces[random.below(pieces.count)]
                }
                guard depth > 0 else { return parts }
                switch random.below(3) {
                case 0: return Self.gzip(content(depth - 1)) + parts
                case 1:
                    return ZipBuilder.file([
                        .init("a", content(depth - 1), hasDescriptor: random.below(2) == 0),
                        .init("b", parts),
                    ])
                default: return PNGBuilder.file(content(depth - 1)) + parts
                }
            }
            let (old, new) = (content(3), content(3))
            guard let patch = try UnpackedPatch.between(old, new, method: .hashed(depth: 8)) else { continue }
            nestedCount += patch.isNested ? 1 : 0
            try Recipe.expectRoundTrip(old, new, patch)
        }
        #expect(nestedCount > 20)
    }
}
