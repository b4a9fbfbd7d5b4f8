import Bytes
import Delta
import TestSupport
import Testing

/// Programs with the tables that linkers make: what only moved costs next to nothing.
struct LinkedProgramTests {
    private static let old: [LinkedProgram.Function] = (0..<400).map {
        .init("f\($0)", 16 + $0 % 7 * 8)
    }

    /// New functions here and there, one that grew, and one that went elsewhere.
    private static let new: [LinkedProgram.Function] = {
        var functions = old
        functions[200].size += 12
        functions.append(functions.remove(at: 300))
        functions.insert(.init("new1", 40), at: 350)
        functions.insert(.init("new2", 72), at: 40)
        functions.insert(.init("new3", 24), at: 3)
        return functions
    }()

    @Test(arguments: ELFBuilder.Machine.allCases, [false, true])
    func `a program's tables follow its functions`(machine: ELFBuilder.Machine, isGo: Bool) throws {
        let tars = [Self.old, Self.new].map { functions in
            [TarEntry.file("p", LinkedProgram.file(machine, functions, isGo: isGo))].tar
        }
        let old = try MemoryReferences([tars[0]])
        let recipe = try Recipe.encode(tars[1], references: old, level: .default)
        #expect(try Recipe.decode(recipe, references: old) == tars[1])
        // The functions alone, without what tells of them, would change as little.
        #expect(recipe.count < 2_000, "\(recipe.count) of \(tars[1].count)")
    }

    /// Every number that a table holds may be wrong: then nothing is predicted, or something useless, but nothing fails.
    @Test(arguments: ELFBuilder.Machine.allCases)
    func `damaged tables do no harm`(machine: ELFBuilder.Machine) throws {
        let file = LinkedProgram.file(machine, Array(Self.old.prefix(40)), isGo: true)
        let new = LinkedProgram.file(machine, Array(Self.new.prefix(44)), isGo: true)
        let newTar = [TarEntry.file("p", new)].tar
        var random = SplitMix64(seed: 9)
        for _ in 0..<300 {
            var damaged = file
            // Headers of sections and tables more often than code.
            let range = random.below(2) == 0 ? 0..<240 : 0x1000..<file.count
            for _ in 0...random.below(6) {
                let index = range.lowerBound + random.below(range.count)
                damaged[index] = [0, 0x7f, 0xff, UInt8(random.below(256))][random.below(4)]
            }
            let old = try MemoryReferences([[TarEntry.file("p", damaged)].tar])
            let recipe = try Recipe.encode(newTar, references: old, level: nil)
            #expect(try Recipe.decode(recipe, references: old) == newTar)
        }
    }

    /// Places that contradict each other, one field of the header after the other.
    @Test func `a damaged table of Go functions does no harm`() throws {
        let file = LinkedProgram.file(.x86, Array(Self.old.prefix(40)), isGo: true)
        let newTar = [TarEntry.file("p", LinkedProgram.file(.x86, Self.new, isGo: true))].tar
        let start = try #require(
            file.indices.first { file[$0...].starts(with: [0xf1, 0xff, 0xff, 0xff, 0, 0]) })
        for field in 0..<8 {
            for value in [[0, 0], [0xff, 0], [0, 2], [0xff, 0xff]] as [[UInt8]] {
                var damaged = file
                damaged.replaceSubrange(start + 8 + field * 8..<start + 10 + field * 8, with: value)
                let old = try MemoryReferences([[TarEntry.file("p", damaged)].tar])
                let recipe = try Recipe.encode(newTar, references: old, level: nil)
                #expect(try Recipe.decode(recipe, references: old) == newTar)
            }
        }
    }
}
