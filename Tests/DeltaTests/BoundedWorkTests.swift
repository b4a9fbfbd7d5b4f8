import Bytes
import Recompression
import SuffixSorting
import TestSupport
import Testing

@testable import Delta

/// What hostile files ask for is bounded by their size.
struct BoundedWorkTests {
    // MARK: - Tables of programs

    private static let symbols = 2
    private static let relocations = 4

    /// A program with section headers that all tell of the same bytes.
    private static func program(_ type: Int, sectionCount: Int, tableByteCount: Int, isCode: Bool = false)
        -> [UInt8]
    {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
        }
        let table = 64 + 56
        let headers = table + tableByteCount
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + little(0, 9)
        file += little(3, 2) + little(62, 2) + little(1, 4) + little(0x1000, 8) + little(64, 8)
        file += little(headers, 8) + little(0, 4) + little(64, 2) + little(56, 2) + little(1, 2)
        file += little(64, 2) + little(sectionCount, 2) + little(0, 2)
        file += little(1, 4) + little(5, 4)
        file += [0, 0x1000, 0x1000, tableByteCount, tableByteCount, 0x1000].flatMap { little($0, 8) }
        file += [UInt8](repeating: 0x41, count: tableByteCount)
        for index in 0..<sectionCount {
            // A little later and a little longer than the one before, which is no less an overlap.
            let shift = index * 24 % 240
            file += little(0, 4) + little(type, 4) + little(isCode ? 6 : 2, 8) + little(0x1000, 8)
            file += [table + shift, tableByteCount - 240 + shift % 48].flatMap { little($0, 8) }
            file += little(0, 4) + little(0, 4) + little(8, 8) + little(24, 8)
        }
        return file
    }

    private static func tables(_ file: [UInt8]) -> ElfTables {
        ElfTables(head: file.prefix(ElfImage.headByteCount), byteCount: file.count) { file[$0..<$0 + $1] }
    }

    @Test func `each byte belongs to one table of a kind, however many a program claims`() {
        let symbols = Self.tables(
            Self.program(Self.symbols, sectionCount: 200, tableByteCount: 24_000)
        ).symbols
        #expect(!symbols.isEmpty && symbols.reduce(0) { $0 + $1.range.count } <= 24_000)
        let relocations = Self.tables(
            Self.program(Self.relocations, sectionCount: 200, tableByteCount: 24_000)
        ).relocations
        #expect(!relocations.isEmpty && relocations.reduce(0) { $0 + $1.range.count } <= 24_000)
        let code = Self.tables(
            Self.program(1, sectionCount: 200, tableByteCount: 24_000, isCode: true)
        ).code
        #expect(!code.isEmpty && code.reduce(0) { $0 + $1.count } <= 24_000)
    }

    @Test(arguments: [(symbols, false), (relocations, false), (1, true)])
    func `programs with overlapping tables are patched`(type: Int, isCode: Bool) throws {
        let old = Self.program(type, sectionCount: 200, tableByteCount: 24_000, isCode: isCode)
        let new = Content.mutated(old, seed: 3, edits: 30)
        let references = try MemoryReferences([[TarEntry.file("p", old)].tar])
        let tar = [TarEntry.file("p", new)].tar
        let recipe = try Recipe.encode(tar, references: references, level: .fast)
        #expect(try Recipe.decode(recipe, references: references) == tar)
    }

    @Test func `elements without overlaps`() {
        let ranges = [5..<9, 0..<4, 3..<6, 4..<4, 0..<4, 4..<5, 9..<20, 10..<11]
        let kept = ranges.withoutOverlaps { $0 }
        #expect(kept == [0..<4, 4..<5, 5..<9, 9..<20])
        #expect(Array(kept.reaching(into: 4..<6) { $0 }) == [4..<5, 5..<9])
        #expect(Array(kept.reaching(into: 20..<30) { $0 }).isEmpty)
    }

    @Test func `names are hashed a bounded number of times`() {
        let content = [UInt8](repeating: 0x61, count: 10_000)
        var names = NeutralNames(in: content)
        let first = names.hash(at: 0, in: content)
        #expect(names.byteCountLeft == 160_000 - 4_096)
        let hashes = (0..<5_000).map { _ in names.hash(at: 0, in: content) }
        // From then on only the first 32 bytes count: 4,096 more at most are hashed at length.
        #expect(names.byteCountLeft >= -4_096 - 32 * 5_000)
        #expect(hashes.first == first && hashes.last != first)
    }

    @Test func `entries of Go functions do not reach into each other`() throws {
        let functions = (0..<50).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        let go = try #require(Self.tables(LinkedProgram.file(.x86, functions, isGo: true)).goFunctions)
        let ranges = go.entries.indices.map(go.range(ofEntry:))
        #expect(ranges.count >= 50 && ranges.withoutOverlaps { $0 } == ranges)
        #expect(Array(go.entries(in: go.range)) == ranges)
    }

    // MARK: - Matching

    @Test func `extensions are cut short when they go over the same bytes again and again`() {
        var walk = Matcher.Walk()
        var byteCount = 0
        for position in stride(from: 100_000, to: 10_000_000, by: 100) {
            byteCount += walk.limit(position, at: position)
        }
        #expect(byteCount == walk.byteCount)
        #expect(byteCount < 10_000_000 * 9 + 1 << 20 + 100_000 * 256)
    }

    @Test func `contents in which everything resembles everything are patched`() throws {
        var random = SplitMix64(seed: 4)
        let old = (0..<60_000).map { _ in UInt8(random.below(10) < 7 ? 0 : 1) }
        let new = (0..<60_000).map { _ in UInt8(random.below(10) < 7 ? 0 : 1) }
        for method in [MatchMethod.hashed(depth: 8), .sorted] {
            let patch = try Patch.between(old, new, method: method)
            #expect(try Recipe.apply([(0, new, patch)], of: [old]) == [new])
        }
    }

    // MARK: - Compressed members

    @Test func `files that hold far more than their size are compared as they are`() throws {
        let zeros = [UInt8](repeating: 0, count: 9 << 20)
        let half = try Packing.gzip(9).pack(zeros)
        #expect(try UnpackedContent.members(of: half).count == 1)
        let bomb = half + half
        #expect(throws: UnpackedContent.TooLarge.self) { try UnpackedContent.members(of: bomb) }
        #expect(try UnpackedPatch.between(bomb, bomb + [1], method: .hashed(depth: 3)) == nil)
        let other = try Packing.gzip(9).pack(zeros + [1])
        #expect(throws: UnpackedPatch.HoldsMore.self) {
            try UnpackedPatch.between(half, other, method: .hashed(depth: 3), unusualInflation: 0)
        }
        #expect(throws: UnpackedPatch.HoldsMore.self) {
            try UnpackedPatch.between(half, other, method: .hashed(depth: 3), unusualInflation: 8 << 20)
        }
        let patch = try #require(
            try UnpackedPatch.between(half, other, method: .hashed(depth: 3), unusualInflation: 10 << 20))
        #expect(patch.unusualInflation > 8 << 20 && patch.unusualInflation <= 10 << 20)
    }

    /// Headers that all lead to the same data, which hold nothing: blocks of no bytes, and then an end or something else.
    private static func crowd(_ count: Int, blockCount: Int, end: [UInt8]) -> [UInt8] {
        let headers = (0..<count).reversed().flatMap { index -> [UInt8] in
            let skipped = 12 * index
            return [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, UInt8(skipped & 0xff), UInt8(skipped >> 8)]
        }
        return headers + (0..<blockCount).flatMap { _ in [0, 0, 0, 0xff, 0xff] as [UInt8] } + end
    }

    @Test(arguments: [[3, 0], [7]])
    func `data that hold nothing count as what they take`(end: [UInt8]) throws {
        let zeros = [UInt8](repeating: 0, count: 8)
        #expect(throws: Never.self) {
            try UnpackedContent.members(of: Self.crowd(10, blockCount: 4_000, end: end + zeros))
        }
        let file = Self.crowd(2_000, blockCount: 4_000, end: end + zeros)
        let budget = InflationBudget()
        #expect(throws: UnpackedContent.TooLarge.self) { try UnpackedContent.members(of: file, budget) }
        #expect(budget.most <= UnpackedContent.inflationLimit(ofFile: UInt64(file.count)))
        #expect(try UnpackedPatch.between(file, file + [1], method: .hashed(depth: 3)) == nil)
    }

    @Test func `attempts count, however little they take`() throws {
        let member = try Packing.gzip(6).pack([])
        let file = (0..<40_000).flatMap { _ in member }
        #expect(throws: UnpackedContent.TooLarge.self) { try UnpackedContent.members(of: file) }
    }

    @Test func `what is gone through is counted of a file, and of all together`() throws {
        let budget = InflationBudget(total: 40_000, each: 30_000)
        budget.begin(1 << 20)
        try budget.take(1)
        #expect(budget.left == 30_000 - UnpackedContent.leastAttempt)
        #expect(throws: UnpackedContent.TooLarge.self) { try budget.take(30_000) }
        try budget.take(budget.left)
        budget.begin(1 << 20)
        #expect(budget.left == 10_000 && budget.most == 30_000)
        #expect(throws: UnpackedContent.TooLarge.self) { try budget.take(10_001) }
        try budget.take(10_000)
        #expect(budget.left == 0)
    }

    @Test func `a recipe cannot have files unpacked again and again`() throws {
        // Each time 15 MiB come out of a few thousand bytes: what an entry takes in a recipe is less than that.
        let zeros = [UInt8](repeating: 0, count: 15 << 20)
        let old = try Packing.gzip(9).pack(zeros)
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        func recipe(_ count: Int) throws -> [UInt8] {
            try Recipe.encode(
                (0..<count).map { TarEntry.file("f\($0)", old) }.tar, references: references, level: .fast
            ) { _, _ in
                .unpackedPatch(
                    reference: 0,
                    UnpackedPatch(
                        patch: StoredPatch(
                            try Patch.between(
                                old, old, method: .hashed(depth: 3), place: .unpredicted)),
                        makings: [nil], unpacksOld: []))
            }
        }
        #expect(throws: Never.self) { try Recipe.decode(try recipe(2), references: references) }
        #expect {
            _ = try Recipe.decode(try recipe(20), references: references)
        } throws: {
            "\($0)".contains("too large")
        }
    }

    @Test func `looking for members in vain ends`() throws {
        let member = try Packing.gzip(6).pack(Content.text(3, 6_000))
        let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 7]
        func file(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in header } + member }
        #expect(try UnpackedContent.members(of: file(100)).count == 1)
        #expect(try UnpackedContent.members(of: file(1 << 14)).isEmpty)
    }

    @Test func `names of members that are remembered take little memory`() throws {
        // Each header's name is all that follows, as far as names go.
        let header: [UInt8] = [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + [0xff, 0xff, 0, 0]
        let form = (0..<8_000).flatMap { header + [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        for direction in [MemberPass.Direction.unpacking, .repacking] {
            let pass = MemberPass(direction, body: { _, _, _ in .left }, sink: { _ in })
            try pass.write(form[...])
            try pass.finish()
            #expect(pass.rememberedByteCount > 7 << 20 && pass.rememberedByteCount <= 8 << 20)
        }
    }

    @Test func `a description of members that is longer than any writer makes is refused`() throws {
        let (old, new) = (
            try Packing.foreignGzip.pack(Content.text(1, 6_000)),
            try Packing.foreignGzip.pack(Content.text(2, 6_000))
        )
        var patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
        patch.descriptions[0] = [UInt8](repeating: 0, count: UnpackedContent.descriptionByteLimit + 1)
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let recipe = try Recipe.encode([TarEntry.file("f", new)].tar, references: references, level: .fast) {
            _, _ in
            .unpackedPatch(reference: 0, patch)
        }
        #expect(throws: DeltaError.self) { try Recipe.decode(recipe, references: references) }
    }

    @Test func `members that share their data count each by itself`() throws {
        let content = Content.text(3, 60_000)
        let file = ZipBuilder.file([.init("a", content)])
        #expect(try UnpackedContent.members(of: file).count == 1)
        // Headers whose names are as long as it is to the data of the last one.
        let headerByteCount = 30
        let count = 300
        var overlapping: [UInt8] = []
        for index in (1...count).reversed() {
            var header = Array(file.prefix(headerByteCount))
            let skipped = headerByteCount * (index - 1) + 1
            header[26] = UInt8(skipped & 0xff)
            header[27] = UInt8(skipped >> 8)
            overlapping += header
        }
        overlapping += file.dropFirst(headerByteCount)
        #expect(throws: UnpackedContent.TooLarge.self) { try UnpackedContent.members(of: overlapping) }
    }

    @Test func `making members again takes no more work than a writer spends`() throws {
        // Every place resembles thousands before it, and none well.
        var random = SplitMix64(seed: 5)
        let content = (0..<4_000).flatMap { _ in
            [UInt8](repeating: 0x61, count: 150 + random.below(100)) + [UInt8(random.below(90))]
        }
        let file = try Packing.gzip(9).pack(content)
        var form = Array(file[..<10])
        form += LittleEndian.bytes(UInt32(content.count)) + content
        form += [UInt8](repeating: 0, count: 8)
        let old = Content.text(1, 100)
        let patch = try Patch.between(old, form, method: .hashed(depth: 3), place: .unpredicted)
        let unpacked = UnpackedPatch(
            patch: StoredPatch(patch),
            makings: [.compressed(DeflateParameters(encoder: .zlib, level: 9, memoryLevel: 8))],
            unpacksOld: [])
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let recipe = try Recipe.encode([TarEntry.file("f", file)].tar, references: references, level: .fast) {
            _, _ in .unpackedPatch(reference: 0, unpacked)
        }
        #expect {
            _ = try Recipe.decode(recipe, references: references)
        } throws: {
            "\($0)".contains("more work")
        }
    }

    // MARK: - Waiting patches

    @Test func `large patches wait in a file`() throws {
        let old = Content.random(1, 1_200_000)
        // Every third byte changes, and something is inserted.
        let new =
            old.enumerated().map { $0.offset % 3 == 0 ? $0.element &+ 1 : $0.element }
            + Content.random(2, 50_000)
        for keepsHints in [true, false] {
            var place = PatchPlace()
            place.keepsHints = keepsHints
            let patch = try Patch.between(old, new, method: .hashed(depth: 3), place: place)
            #expect(patch.differences.changes.count > 300_000)
            #expect(patch.differences.changeHints.isEmpty == !keepsHints)
            var storeCount = 0
            let stored = try StoredPatch(patch).stored {
                storeCount += 1
                return MemoryScratch()
            }
            let again = try stored.patch()
            // Without hints it is less than a mebibyte.
            #expect(storeCount == (keepsHints ? 1 : 0))
            #expect(again.literal == patch.literal && again.control == patch.control)
            #expect(
                again.copyCounts == patch.copyCounts && again.literalCounts == patch.literalCounts)
            #expect(again.differences.gapBytes == patch.differences.gapBytes)
            #expect(again.differences.changes == patch.differences.changes)
            #expect(again.differences.otherGapHints == patch.differences.otherGapHints)
            #expect(again.differences.changeHints == patch.differences.changeHints)
            #expect(stored.byteCount == new.count && again.differences.rest == patch.differences.rest)
        }
    }

    // MARK: - Cancelling

    private func isCancelled(_ body: @escaping @Sendable () throws -> Void) async -> Bool {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try body()
        }
        do {
            try await task.value
            return false
        } catch {
            return error is CancellationError
        }
    }

    @Test func `whatever goes through a large content can be cancelled`() async {
        let content = Content.random(1, 1 << 20)
        let program = Self.program(Self.symbols, sectionCount: 2, tableByteCount: 400_000)
        let object = ObjectFile.archive(
            .x86, [("o", (0..<3_000).map { LinkedProgram.Function("f\($0)", 16) })])
        #expect(await isCancelled { _ = try Matcher(old: content, method: .hashed(depth: 3)) })
        #expect(await isCancelled { _ = try Matcher(old: content, method: .sorted) })
        #expect(await isCancelled { _ = try SuffixSearch(content) })
        #expect(await isCancelled { _ = try WordFilter(content) })
        #expect(await isCancelled { _ = try NeutralContent.of(program) })
        #expect(await isCancelled { _ = try NeutralContent.of(object) })
        let steps = [PatchStep(oldStart: 0, copyCount: content.count, literalCount: 0)]
        #expect(
            await isCancelled {
                _ = try Patch(steps: steps, old: content, new: content, place: PatchPlace())
            })
        let zip = ZipBuilder.file([.init("a", Content.text(3, 60_000))])
        #expect(await isCancelled { _ = try UnpackedContent.members(of: zip) })
    }

    @Test func `matching asks while it searches`() async throws {
        let matcher = try Matcher(old: Content.random(1, 1 << 16), method: .hashed(depth: 3))
        let new = try MatchedContent(Content.random(2, 1 << 16))
        #expect(await isCancelled { _ = try matcher.match(new, new.bytes.indices) })
    }

    @Test func `who is cancelled does not wait until suffixes are sorted`() throws {
        let content = Content.random(1, 1 << 20)
        var askedCount = 0
        #expect(throws: CancellationError.self) {
            try SuffixArray.sort(content) {
                askedCount += 1
                return true
            }
        }
        #expect(askedCount == 1)
        // Whoever comes next gets a place all the same.
        let suffixes = try SuffixArray.sort(content) { false }
        #expect(suffixes.count == content.count)
        let places = [0, 1, 1_000, 500_000, suffixes.count - 2]
        for place in places {
            let (left, right) = (Int(suffixes[place]), Int(suffixes[place + 1]))
            #expect(content[left...].lexicographicallyPrecedes(content[right...]))
        }
    }
}
