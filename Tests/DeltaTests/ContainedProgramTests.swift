@testable import Delta
import TestSupport
import Testing

/// Programs in compressed files are predicted as they are outside.
struct ContainedProgramTests {
    private static let old: [LinkedProgram.Function] = (0..<400).map { .init("f\($0)", 16 + $0 % 7 * 8) }

    private static let new: [LinkedProgram.Function] = {
        var functions = old
        functions[200].size += 12
        functions.append(functions.remove(at: 300))
        for place in [350, 40, 3] { functions.insert(.init("new\(place)", 40 + place % 7 * 4), at: place) }
        return functions
    }()

    /// A program; hidden ones are of an unknown version, which nothing predicts.
    private static func program(
        _ machine: ELFBuilder.Machine, _ functions: [LinkedProgram.Function], isHidden: Bool = false
    ) -> [UInt8] {
        var program = LinkedProgram.file(machine, functions, isGo: machine == .x86)
        if isHidden { program[6] = 2 }
        return program
    }

    /// An archive with programs for two machines and a text, before which another program may stand.
    private static func archive(
        _ functions: [LinkedProgram.Function], _ text: [UInt8], hasLibrary: Bool = false,
        isHidden: Bool = false
    ) -> [UInt8] {
        let library = program(.x86, Array(old.prefix(250)), isHidden: isHidden)
        return ZipBuilder.file(
            (hasLibrary ? [.init("l", library)] : []) + [
                .init("x", program(.x86, functions, isHidden: isHidden)), .init("text", text),
                .init("a", program(.arm, functions, isHidden: isHidden)),
            ])
    }

    private static let oldText = Content.text(1, 5_000)
    private static let newText = Content.mutated(oldText, seed: 2)

    @Test(arguments: [false, true], [false, true])
    func `programs in archives are predicted, also where others went away or came`(
        hadLibrary: Bool, hasLibrary: Bool
    ) throws {
        func patch(isHidden: Bool) throws -> UnpackedPatch {
            let old = Self.archive(Self.old, Self.oldText, hasLibrary: hadLibrary, isHidden: isHidden)
            let new = Self.archive(Self.new, Self.newText, hasLibrary: hasLibrary, isHidden: isHidden)
            let patch = try #require(try UnpackedPatch.between(old, new, method: .sorted))
            try Recipe.expectRoundTrip(old, new, patch)
            return patch
        }
        let (patch, other) = (try patch(isHidden: false), try patch(isHidden: true))
        #expect(patch.patch.isPredicted && !other.patch.isPredicted)
        let (count, otherCount) = (patch.patch.estimatedByteCount, other.patch.estimatedByteCount)
        // A library that came is new bytes; of one that went away some functions are taken, which then are not predicted.
        let hasMoved = hadLibrary != hasLibrary
        #expect(hasMoved ? count < otherCount : count * 3 < otherCount * 2, "\(count), \(otherCount)")
    }

    /// Every number of a program may be wrong: then nothing is predicted, or something useless, but nothing fails.
    @Test func `damaged programs in archives do no harm`() throws {
        let program = Self.program(.x86, Array(Self.old.prefix(120)))
        let new = try Packing.gzip(6).pack(Self.oldText + Self.program(.x86, Array(Self.new.prefix(124))))
        var random = SplitMix64(seed: 9)
        var predictedCount = 0
        for _ in 0..<60 {
            var damaged = program
            let range = random.below(2) == 0 ? 7..<240 : 0x1000..<program.count
            for _ in 0...random.below(4) {
                let index = range.lowerBound + random.below(range.count)
                damaged[index] = [0, 0x7f, 0xff, UInt8(random.below(256))][random.below(4)]
            }
            let old = try Packing.gzip(6).pack(Self.newText + damaged)
            let patch = try #require(try UnpackedPatch.between(old, new, method: .hashed(depth: 8)))
            try Recipe.expectRoundTrip(old, new, patch)
            predictedCount += patch.patch.isPredicted ? 1 : 0
        }
        #expect(predictedCount > 20)
    }

    @Test func `programs are found by their headers alone, and each byte belongs to one`() throws {
        let program = Self.program(.arm, Array(Self.old.prefix(200)))
        #expect((1 << 14)...(1 << 16) ~= program.count)
        func found(_ content: [UInt8]) -> [Range<Int>] {
            ContainedPrograms.find(byteCount: content.count) { content[$0..<$0 + $1] }
        }
        let end = program.count
        #expect(found(program) == [0..<end])
        // Wherever a piece that is looked through ends.
        for start in [1, 65_529, 65_530, 65_533, 65_536, 131_060] {
            let content = [UInt8](repeating: 0x7f, count: start) + program + program
            #expect(found(content) == [start..<start + end, start + end..<start + 2 * end])
        }
        #expect(found(Array(program.dropLast())) == [])
        // A start that is none, right before one.
        #expect(found(Array(program.prefix(7)) + program) == [7..<7 + end])
        #expect(found(Self.program(.x86, Array(Self.old.prefix(3)))).isEmpty)
        #expect(found(Array(repeating: program.prefix(7), count: 5_000).flatMap(\.self) + program) == [])
    }
}
