import TestSupport
import Testing

@testable import Delta

/// What encoding is like besides its result.
struct EncodingTests {
    /// Streams of a large file are coded on other threads, which must learn of it, too.
    @Test(arguments: DeltaLevel.allCases)
    func `a cancelled encoder does not finish its streams`(level: DeltaLevel) async throws {
        let content = Content.random(1, 1_200_000)
        let tar = [TarEntry.file("f", content)].tar
        let references = try MemoryReferences([[TarEntry.file("f", "x")].tar])
        let steps = [PatchStep(oldStart: 0, copyCount: 0, literalCount: content.count)]
        let patch = try Patch(steps: steps, old: [0x78], new: content, place: .unpredicted)
        let part = try #require(try LayerParts(tar).parts.first)
        let encoding = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            let encoder = try RecipeEncoder(level: level, references: references) { MemoryStore() }
            try Recipe.add(part, predictor: 0, .patch(reference: 0, [StoredPatch(patch)]), to: encoder)
        }
        await #expect(throws: CancellationError.self) { try await encoding.value }
    }

    @Test(arguments: ELFBuilder.Machine.allCases)
    func `a quick guess knows that moved code costs little`(machine: ELFBuilder.Machine) throws {
        var functions = (0..<300).map { LinkedProgram.Function("f\($0)", 16 + $0 % 7 * 8) }
        let old = LinkedProgram.file(machine, functions)
        functions.insert(.init("new", 40), at: 100)
        let new = LinkedProgram.file(machine, functions)
        let share = try SimilarityEstimate.share(of: new, patching: old)
        #expect(share < 0.05, "\(share)")
    }
}
