import Bytes
import TestSupport
import Testing

@testable import Delta

/// Relocatable objects and static archives: what only moved costs next to nothing.
struct ObjectFileTests {
    private typealias Functions = [LinkedProgram.Function]

    private static let old: Functions = (0..<300).map { .init("f\($0)", 16 + $0 % 7 * 8) }

    /// New functions here and there, one that grew, and one that went elsewhere.
    private static let new: Functions = {
        var functions = old
        functions[150].size += 12
        functions.append(functions.remove(at: 250))
        functions.insert(.init("new1", 40), at: 200)
        functions.insert(.init("new2", 72), at: 20)
        return functions
    }()

    /// The same functions in objects: every tenth of the old ones starts one.
    private static func members(_ functions: Functions) -> [(name: String, functions: Functions)] {
        functions.reduce(into: []) { members, function in
            if members.isEmpty || function.name.hasPrefix("f") && function.name.hasSuffix("0") {
                members.append((name: "object-\(function.name)", functions: []))
            }
            members[members.count - 1].functions.append(function)
        }
    }

    private func recipe(_ old: [UInt8], _ new: [UInt8]) throws -> Int {
        let newTar = [TarEntry.file("p", new)].tar
        let references = try MemoryReferences([[TarEntry.file("p", old)].tar])
        let recipe = try Recipe.encode(newTar, references: references, level: .default)
        #expect(try Recipe.decode(recipe, references: references) == newTar)
        return recipe.count
    }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `an object's tables follow its functions`(machine: ELFBuilder.Machine) throws {
        let files = [Self.old, Self.new].map { ObjectFile.object(machine, $0) }
        let count = try recipe(files[0], files[1])
        // Without prediction it takes 1,359 or more, and without matching by what is referred to 2,204 or more.
        #expect(count < 1_000, "\(count) of \(files[1].count)")
    }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `an archive's tables follow its members`(machine: ELFBuilder.Machine) throws {
        let files = [Self.old, Self.new].map { ObjectFile.archive(machine, Self.members($0)) }
        let count = try recipe(files[0], files[1])
        // Without either it takes 970 or more.
        #expect(count < 900, "\(count) of \(files[1].count)")
    }

    /// Every number that a header or table holds may be wrong: something useless is predicted then, but nothing fails.
    @Test(arguments: ELFBuilder.Machine.allCases, [false, true])
    func `damaged objects do no harm`(machine: ELFBuilder.Machine, isArchive: Bool) throws {
        let functions = [Self.old.prefix(30), Self.new.prefix(33)].map(Array.init)
        let files = functions.map {
            isArchive
                ? ObjectFile.archive(machine, Self.members($0)) : ObjectFile.object(machine, $0)
        }
        let newTar = [TarEntry.file("p", files[1])].tar
        var random = SplitMix64(seed: 12)
        for _ in 0..<300 {
            var damaged = files[0]
            // Headers stand at either end.
            let headers = random.below(2) == 0 ? 0..<200 : damaged.count - 600..<damaged.count
            let range = random.below(3) == 0 ? damaged.indices : headers
            for _ in 0...random.below(6) {
                let index = range.lowerBound + random.below(range.count)
                damaged[index] = [0, 0x30, 0x39, 0x7f, 0xff, UInt8(random.below(256))][random.below(6)]
            }
            if random.below(4) == 0 { damaged.removeLast(random.below(damaged.count)) }
            let references = try MemoryReferences([[TarEntry.file("p", damaged)].tar])
            let recipe = try Recipe.encode(newTar, references: references, level: nil)
            #expect(try Recipe.decode(recipe, references: references) == newTar)
        }
    }

    /// Many headers may tell of the same bytes: the work stays in proportion to the file.
    @Test func `what is read of an object is bounded`() throws {
        let file = ObjectFile.object(.x86, Self.old)
        let start = file.count
        // Sections that are all tables of symbols over the whole file.
        var header: [UInt8] = [0, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 59)
        header.replaceSubrange(32..<40, with: (0..<8).map { UInt8(truncatingIfNeeded: start >> (8 * $0)) })
        header.replaceSubrange(44..<48, with: [0xff, 0xff, 0, 0])
        var damaged = file + (0..<1_000).flatMap { _ in header }
        damaged.replaceSubrange(40..<48, with: (0..<8).map { UInt8(truncatingIfNeeded: start >> (8 * $0)) })
        damaged.replaceSubrange(60..<64, with: [0xe8, 0x03, 0, 0])
        var readCount = 0
        let content = RelocatableContent(byteCount: damaged.count) {
            readCount += $1
            return damaged[$0..<$0 + $1]
        }
        #expect(content.objects.count == 1)
        #expect(readCount < 2 * damaged.count, "\(readCount) of \(damaged.count)")
    }
}
