import TestSupport
import Testing

@testable import ContentDiff

struct TextDiffTests {
    private func diff(_ old: String, _ new: String) throws -> TextDiff {
        try TextDiff(old: Array(old.utf8), new: Array(new.utf8))
    }

    private func lines(_ count: Int, _ change: [Int: String] = [:]) -> String {
        (0..<count).map { (change[$0] ?? "line \($0)") + "\n" }.joined()
    }

    @Test func `one changed line is one run, whatever is around it`() throws {
        let diff = try diff(lines(100), lines(100, [40: "another"]))
        #expect(diff.runs.map(\.isSame) == [true, false, true])
        #expect(diff.runs[1].old == 40..<41 && diff.runs[1].new == 40..<41)
        #expect((diff.addedCount, diff.removedCount) == (1, 1))
    }

    @Test func `added and removed lines are found between lines that are often there`() throws {
        let old = "a\n{\n}\nb\n{\n}\nc\n{\n}\n"
        let new = "a\n{\n}\nx\n{\n}\nb\n{\n}\nc\n{\n}\n"
        let diff = try diff(old, new)
        #expect((diff.addedCount, diff.removedCount) == (3, 0))
    }

    @Test func `the ends of lines are not part of them`() throws {
        let diff = try diff("a\r\nb\n", "a\nb")
        #expect(diff.isSame)
        #expect(diff.oldLines.count == 2 && diff.newLines.count == 2)
        #expect(try self.diff("", "").runs.isEmpty)
        #expect(try self.diff("", "a\n").runs == [DiffRun(old: 0..<0, new: 0..<1, isSame: false)])
    }

    @Test func `the words that differ are marked, and none where nearly all of them do`() throws {
        let diff = try diff("for line in lines:\n", "for line in lines if lines else ():\n")
        let words = diff.changedWords(in: diff.runs[0])
        #expect(words.old.isEmpty)
        #expect(words.new.map { String(decoding: diff.new[$0], as: UTF8.self) } == [" if lines else ()"])
        let other = try self.diff("alpha beta\n", "gamma delta\n")
        #expect(other.changedWords(in: other.runs[0]).new.isEmpty)
    }

    /// The sizes of the runs have to be those of the texts, and what is called the same has to be so.
    private func check(_ diff: TextDiff) {
        var (old, new) = (0, 0)
        for run in diff.runs {
            #expect(run.old.lowerBound == old && run.new.lowerBound == new)
            (old, new) = (run.old.upperBound, run.new.upperBound)
            guard run.isSame else { continue }
            #expect(run.old.count == run.new.count)
            for index in 0..<min(run.old.count, run.new.count) {
                #expect(
                    diff.old[diff.oldLines[run.old.lowerBound + index]]
                        == diff.new[diff.newLines[run.new.lowerBound + index]])
            }
        }
        #expect((old, new) == (diff.oldLines.count, diff.newLines.count))
        #expect(zip(diff.runs, diff.runs.dropFirst()).allSatisfy { $0.isSame != $1.isSame })
    }

    /// How many lines the shortest edit adds and removes: by the table of all common series.
    private func shortest(_ old: [Int], _ new: [Int]) -> Int {
        var row = Array(repeating: 0, count: new.count + 1)
        for line in old {
            var diagonal = 0
            for (index, other) in new.enumerated() {
                let above = row[index + 1]
                row[index + 1] = line == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return old.count + new.count - 2 * (row.last ?? 0)
    }

    @Test func `random texts: runs fit together, and without landmarks nothing is shorter`() throws {
        var random = SplitMix64(seed: 3)
        for round in 0..<400 {
            // Few different lines leave none that is there once.
            let kinds = round % 2 == 0 ? 2 : 30
            let old = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Int.random(in: 0..<kinds, using: &random)
            }
            let new = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Int.random(in: 0..<kinds, using: &random)
            }
            let diff = try diff(old.map { "\($0)\n" }.joined(), new.map { "\($0)\n" }.joined())
            check(diff)
            let counts = Set(old).union(new).map { kind in
                (old.count { $0 == kind }, new.count { $0 == kind })
            }
            if !counts.contains(where: { $0 == (1, 1) }), old.count + new.count > 0 {
                #expect(diff.addedCount + diff.removedCount == shortest(old, new))
            }
        }
    }

    @Test func `texts of which every line differs, or that repeat one line, end soon`() throws {
        var polls = 0
        let count = 30_000
        let some = Array((0..<count).map { "a\($0)\n" }.joined().utf8)
        let others = Array((0..<count).map { "b\($0)\n" }.joined().utf8)
        let two = Array((0..<count).map { $0 % 2 == 0 ? "x\n" : "y\n" }.joined().utf8)
        let three = Array((0..<count).map { $0 % 3 == 0 ? "x\n" : "y\n" }.joined().utf8)
        for (old, new) in [(some, others), (two, three), (some, two)] {
            check(try TextDiff(old: old, new: new) { polls += 1 })
        }
        #expect(polls < 2000)
    }

    @Test func `a comparison can be given up`() {
        struct Enough: Error {}
        #expect(throws: Enough.self) { try TextDiff(old: [1], new: [2]) { throw Enough() } }
    }
}

extension TextDiff {
    /// Compares texts in UTF-8.
    init(old: [UInt8], new: [UInt8], poll: () throws -> Void = {}) throws {
        try self.init(old: StoredText(utf8: old), new: StoredText(utf8: new), poll: poll)
    }
}
