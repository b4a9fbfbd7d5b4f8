@testable import Delta
import TestSupport
import Testing

struct TextStepsTests {
    /// A module of functions that resemble each other, with what is put
    /// among the lines of each, and at a certain place of each, for some of them another thing.
    private static func module(
        _ count: Int, among: String = "", inserted: (Int) -> String = { _ in "" }
    ) -> [UInt8] {
        let words = ["alpha", "beta", "gamma", "delta", "color", "width", "marker", "opacity"]
        var random = SplitMix64(seed: 5)
        var text = ""
        for index in 0..<count {
            text += "    def add_\(words[index % 8])_\(index)(\n        self,\n"
            for place in 0..<12 {
                text += "        \(words[random.below(8)])\(words[random.below(8)])=None,\n"
                if place == 6 { text += among }
            }
            text += "        hovertemplate=None,\n"
            text += inserted(index)
            text += "        textsrc=None,\n    ):\n        return self\n\n"
        }
        return Array(text.utf8)
    }

    private static let old = module(300)
    private static let new = module(300) { $0 % 3 == 1 ? "" : "        hovertemplatefallback=None,\n" }

    @Test(arguments: [MatchMethod.hashed(depth: 8), .sorted])
    func `what is inserted in many places is told in their order`(method: MatchMethod) throws {
        // The line is there in many other places, where the longest matches lie.
        let new = Self.module(300, among: "        alphabeta=None,\n        gammadelta=None,\n")
        let patch = try Patch.between(Self.old, new, method: method)
        #expect(try Recipe.apply([(0, new, patch)], of: [Self.old]) == [new])
        // Whose order is not followed: it is no text.
        let zeros = [UInt8](repeating: 0, count: 5_000)
        let other = try Patch.between(zeros + Self.old, zeros + new, method: method)
        #expect(
            patch.estimatedByteCount * 2 < other.estimatedByteCount,
            "\(patch.estimatedByteCount), \(other.estimatedByteCount)")
    }

    @Test func `insertions begin with their lines`() throws {
        let matcher = try Matcher(old: Self.old, method: .sorted)
        let content = try MatchedContent(Self.new)
        let steps = try matcher.match(content, content.bytes.indices).steps
        var position = 0
        var literals: Set<[UInt8]> = []
        for step in steps {
            position += step.copyCount
            literals.insert(Array(Self.new[position..<position + step.literalCount]))
            position += step.literalCount
        }
        #expect(literals.subtracting([[]]) == [Array("        hovertemplatefallback=None,\n".utf8)])
    }

    @Test func `texts in another order, and what is no text, are patched as before`() throws {
        let lines = Self.new.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let turned = Array(lines.reversed().joined(separator: [UInt8(ascii: "\n")]))
        let steps = [PatchStep(oldStart: 0, copyCount: 0, literalCount: Self.new.count)]
        #expect(try TextSteps(old: Content.random(1, 5_000), new: Self.new, steps: steps) == nil)
        for (old, new) in [(Self.old, turned), (turned, Self.old), (Self.old, Self.old + turned)] {
            let patch = try Patch.between(old, new)
            #expect(try Recipe.apply([(0, new, patch)], of: [old]) == [new])
        }
    }

    @Test func `of what both contents hold the series with most bytes is taken`() throws {
        let parts = (0..<4 as Range<UInt64>).map { Content.random($0, [300, 500, 200, 400][Int($0)]) }
        let old = parts[0] + parts[1] + parts[2] + parts[3]
        let new = parts[1] + parts[0] + parts[3] + parts[2] + [7] + parts[2]
        let patch = [
            PatchStep(oldStart: 300, copyCount: 500, literalCount: 0),
            PatchStep(oldStart: 0, copyCount: 300, literalCount: 0),
            PatchStep(oldStart: 1_000, copyCount: 400, literalCount: 0),
            PatchStep(oldStart: 800, copyCount: 200, literalCount: 1),
            PatchStep(oldStart: 800, copyCount: 200, literalCount: 0),
        ]
        let marks = try Landmarks.inOrder(of: patch, old: old, new: new, leastByteCount: 100)
        #expect(marks.map(\.old) == [300, 1_000])
        #expect(marks.map(\.count) == [500, 400])
    }
}
