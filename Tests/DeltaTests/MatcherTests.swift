@testable import Delta
import TestSupport
import Testing

struct MatcherTests {
    /// All contents over an alphabet up to a length.
    private static func every(alphabet: UInt8, upTo length: Int) -> [[UInt8]] {
        var all: [[UInt8]] = [[]]
        var last = all
        for _ in 0..<length {
            last = last.flatMap { content in (0..<alphabet).map { content + [$0] } }
            all += last
        }
        return all
    }

    @Test(arguments: [(2, 5, 6), (3, 3, 4), (1, 20, 40)] as [(UInt8, Int, Int)])
    func `every tiny content is made of every other`(alphabet: UInt8, oldLength: Int, newLength: Int) throws {
        let olds = Self.every(alphabet: alphabet, upTo: oldLength)
        let news = Self.every(alphabet: alphabet, upTo: newLength).filter { !$0.isEmpty }
        var pairs: [(old: Int, new: [UInt8], patch: Patch)] = []
        for (index, old) in olds.enumerated() {
            for (count, new) in news.enumerated() {
                let method = count % 2 == 0 ? MatchMethod.sorted : .hashed(depth: 8)
                pairs.append((index, new, try Patch.between(old, new, method: method)))
            }
        }
        #expect(try Recipe.apply(pairs, of: olds) == pairs.map(\.new))
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let name: String
        let old: [UInt8]
        let new: [UInt8]
        /// How many bytes the patch may take at most.
        let limit: Int

        init(_ name: String, _ old: [UInt8], _ new: [UInt8], limit: Int) {
            self.name = name
            self.old = old
            self.new = new
            self.limit = limit
        }

        var testDescription: String { name }
    }

    private static let noise = Content.random(1, 20_000)
    private static let text = Content.text(2, 20_000)
    private static let zeros = [UInt8](repeating: 0, count: 20_000)
    private static let block = Content.random(3, 500)

    /// Bytes whose every sixteenth moved on by a constant: operands that shifted with their targets.
    private static func shifted(_ content: [UInt8]) -> [UInt8] {
        content.enumerated().map { $0 % 16 == 3 ? $1 &+ 0x10 : $1 }
    }

    static let pairs: [Pair] = [
        Pair("of nothing", [], noise, limit: 20_100), Pair("one byte of one", [1], [2], limit: 60),
        Pair("one byte of many", noise, [7], limit: 60), Pair("many of one byte", [7], noise, limit: 20_100),
        Pair("the same", noise, noise, limit: 100), Pair("zeros of zeros", zeros, zeros + zeros, limit: 100),
        Pair("fewer zeros", zeros, Array(zeros.dropLast(7_777)), limit: 100),
        Pair("zeros with one byte in them", zeros, zeros + [1] + zeros, limit: 120),
        Pair("noise of zeros", zeros, noise, limit: 20_100), Pair("zeros of noise", noise, zeros, limit: 100),
        Pair("a repeated block", block, (0..<40).flatMap { _ in block }, limit: 400),
        Pair(
            "a repeated block with changes", (0..<20).flatMap { _ in block },
            shifted((0..<40).flatMap { _ in block }), limit: 3_000),
        Pair("reversed", noise, Array(noise.reversed()), limit: 20_200),
        Pair("something before it", noise, block + noise, limit: 650),
        Pair("something gone from its start", noise, Array(noise.dropFirst(333)), limit: 100),
        Pair("two halves changed places", noise, Array(noise[10_000...] + noise[..<10_000]), limit: 120),
        Pair(
            "code that shifted", noise, Array(noise[..<9_000]) + block + shifted(Array(noise[9_000...])),
            limit: 1_600),
        Pair("text that was edited", text, Content.mutated(text, seed: 5, edits: 30), limit: 2_500),
        Pair("unrelated noise", noise, Content.random(9, 20_000), limit: 20_200),
        Pair(
            "an ELF header and nothing else", Array([0x7f, 0x45, 0x4c, 0x46, 2, 1] + zeros),
            Array([0x7f, 0x45, 0x4c, 0x46, 2, 1] + noise), limit: 20_200),
    ]

    @Test(arguments: pairs)
    func `a patch makes the new content and is as small as it should be`(_ pair: Pair) throws {
        for method in [MatchMethod.hashed(depth: 8), .sorted] {
            let patch = try Patch.between(pair.old, pair.new, method: method)
            #expect(patch.byteCount == pair.new.count)
            #expect(try Recipe.apply([(0, pair.new, patch)], of: [pair.old]) == [pair.new])
            #expect(patch.estimatedByteCount <= pair.limit)
        }
    }

    /// Lists of checksums stand in every Debian package. What to add to one checksum to get another is longer than the other.
    @Test(arguments: [MatchMethod.hashed(depth: 8), .sorted])
    func `what is something else altogether stands for itself`(method: MatchMethod) throws {
        func list(_ seed: UInt64) -> [UInt8] {
            (0..<300 as Range<UInt64>).flatMap { line -> [UInt8] in
                let sum = Content.random(seed &+ line, 16).map {
                    String(256 + Int($0), radix: 16).dropFirst()
                }
                return Array(
                    "\(sum.joined())  usr/share/zoneinfo/posix/America/Argentina/place\(line)\n".utf8)
            }
        }
        let (old, new) = (list(1_000), list(2_000))
        let patch = try Patch.between(old, new, method: method)
        #expect(try Recipe.apply([(0, new, patch)], of: [old]) == [new])
        #expect(patch.differences.changes.count < 100)
        // 300 checksums of 16 bytes.
        #expect(patch.estimatedByteCount < 6_200)
    }

    @Test func `what is inserted again and again is not gathered from everywhere`() throws {
        let words = (0..<300 as Range<UInt64>).map { Content.text($0, 12) }
        let old = words.flatMap { $0 + Content.random(UInt64($0.count), 40) }
        let inserted = stride(from: 0, to: 300, by: 17).flatMap { words[$0] }
        let new = (0..<30).flatMap { old[$0 * 500..<min($0 * 500 + 500, old.count)] + inserted }
        let patch = try Patch.between(old, new)
        #expect(try Recipe.apply([(0, new, patch)], of: [old]) == [new])
        #expect(patch.literal.count > 29 * inserted.count)
    }

    @Test func `random edits are patched`() throws {
        var olds: [[UInt8]] = []
        var pairs: [(old: Int, new: [UInt8], patch: Patch)] = []
        for seed in 0..<60 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let old =
                seed % 2 == 0 ? random.bytes(random.below(3_000)) : Content.text(seed, random.below(3_000))
            let new = Content.mutated(old, seed: seed &+ 1000, edits: random.below(20)) + [1]
            pairs.append((olds.count, new, try Patch.between(old, new)))
            olds.append(old)
        }
        #expect(try Recipe.apply(pairs, of: olds) == pairs.map(\.new))
    }

    @Test(arguments: [MatchMethod.hashed(depth: 8), .sorted])
    func `a matcher can be used again, and always finds the same`(method: MatchMethod) throws {
        let matcher = try Matcher(old: Self.text, method: method)
        let new = try MatchedContent(Content.mutated(Self.text, seed: 8, edits: 12))
        let first = try matcher.match(new, new.bytes.indices).steps
        _ = try matcher.match(MatchedContent(Self.noise), Self.noise.indices)
        #expect(try matcher.match(new, new.bytes.indices).steps == first)
        #expect(try Matcher(old: Self.text, method: method).match(new, new.bytes.indices).steps == first)
    }

    @Test func `runs that are matched by themselves make the content together`() throws {
        let old = Content.random(30, 40_000)
        let new = Content.mutated(old, seed: 31, edits: 40)
        let matcher = try Matcher(old: old, method: .hashed(depth: 8))
        let content = try MatchedContent(new)
        let parts = try stride(from: 0, to: new.count, by: 7_000).map {
            try matcher.match(content, $0..<min($0 + 7_000, new.count))
        }
        let patch = try Patch(parts, old: old, new: new, place: PatchPlace())
        #expect(try Recipe.apply([(0, new, patch)], of: [old]) == [new])
        #expect(patch.literal.count < 2_000)
    }

    @Test(arguments: [nil, .default, .best] as [DeltaLevel?])
    func `a content patched in parts comes out whole`(level: DeltaLevel?) throws {
        let old = Content.random(20, 9_000)
        var new = Content.mutated(old, seed: 21)
        // Enough changes that the best level codes them by what stands around, which goes on from part to part.
        for index in stride(from: 0, to: new.count, by: 11) { new[index] &+= UInt8(1 + index / 11 % 3) }
        let cut = new.count / 2
        let first = try Patch.between(
            Array(old[..<5_000]), Array(new[..<cut]), place: PatchPlace(oldOffset: 0, after: nil))
        let second = try Patch.between(
            Array(old[4_000...]), Array(new[cut...]), place: PatchPlace(oldOffset: 4_000, after: first))
        let third = try Patch.between(old, new)
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let encoder = try RecipeEncoder(level: level, references: references) { MemoryStore() }
        let tar = [TarEntry.file("f", new), .file("g", new)].tar
        let parts = try LayerParts(tar).parts
        try Recipe.add(
            parts[0], predictor: 0, .patch(reference: 0, [StoredPatch(first), StoredPatch(second)]),
            to: encoder)
        try Recipe.add(parts[1], predictor: nil, .patch(reference: 0, [StoredPatch(third)]), to: encoder)
        try encoder.finish(zeroCount: 1024, restCount: 0) { _ in }
        let recipe = try Recipe.bytes(encoder)
        #expect(try Recipe.decode(recipe, references: references) == tar)
        let streams = try Recipe.decoder(recipe, references: references).header.streams
        let byContexts = streams.filter { $0.codec == .contexts }.map(\.name)
        #expect(byContexts.contains("difference") == (level == .best))
        #expect(byContexts.contains("gaps") == (level == .best))
    }
}

struct ReferencePredictionTests {
    private static let oldSizes = (0..<300).map { 16 + $0 * 7 % 50 * 4 }
    /// One function grew and one is new: everything behind them moved.
    private static let newSizes = oldSizes.enumerated().map { $0 == 40 ? $1 + 64 : $0 == 90 ? $1 + 8 : $1 }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `calls and pointers to what moved are foretold`(machine: ELFBuilder.Machine) throws {
        let old = ELFBuilder.program(machine, seed: 1, sizes: Self.oldSizes, codeOffset: 0x4000)
        let new = ELFBuilder.program(machine, seed: 1, sizes: Self.newSizes, codeOffset: 0x4000)
        let patch = try Patch.between(old, new)
        let plain = try Patch.between(old, new, place: PatchPlace(oldOffset: 0, after: nil))
        #expect(patch.isPredicted)
        #expect(!plain.isPredicted)
        let missed = patch.differences.changes.count
        #expect(plain.differences.changes.count > 200)
        #expect(missed * 4 < plain.differences.changes.count)
        #expect(try Recipe.apply([(0, new, patch), (0, new, plain)], of: [old]) == [new, new])
    }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `headers that lie are no trap`(machine: ELFBuilder.Machine) throws {
        let old = ELFBuilder.program(machine, seed: 1, sizes: [16, 32, 64, 16])
        let new = ELFBuilder.program(machine, seed: 1, sizes: [16, 48, 64, 16])
        var random = SplitMix64(seed: 4)
        var olds: [[UInt8]] = []
        var pairs: [(old: Int, new: [UInt8], patch: Patch)] = []
        for place in 0..<176 {
            var lyingOld = old
            var lyingNew = new
            let value: UInt8 = [0xff, 0x7f, 0x80, 0][random.below(4)]
            if place % 3 != 0 { lyingOld[place] = value }
            if place % 3 != 1 { lyingNew[place] = value }
            pairs.append((olds.count, lyingNew, try Patch.between(lyingOld, lyingNew)))
            olds.append(lyingOld)
        }
        #expect(try Recipe.apply(pairs, of: olds) == pairs.map(\.new))
    }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `machines do not predict each other`(machine: ELFBuilder.Machine) throws {
        let old = ELFBuilder.program(machine, seed: 1, sizes: [16, 32])
        let new = ELFBuilder.program(machine == .x86 ? .arm : .x86, seed: 1, sizes: [16, 48])
        let patch = try Patch.between(old, new)
        #expect(!patch.isPredicted)
        #expect(try Recipe.apply([(0, new, patch)], of: [old]) == [new])
    }
}
