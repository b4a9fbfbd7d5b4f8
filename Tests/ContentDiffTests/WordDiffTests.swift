import TestSupport
import Testing

@testable import ContentDiff

struct WordDiffTests {
    private func runs(_ old: [UInt8], _ new: [UInt8]) throws -> [DiffRun] {
        var diff = WordDiff(old: old, new: new)
        return try diff.runs(old.indices, new.indices)
    }

    /// The new text with what differs in brackets: old > new.
    private func marked(_ old: String, _ new: String) throws -> String {
        let (old, new) = (Array(old.utf8), Array(new.utf8))
        return try runs(old, new).map { run in
            let (oldPart, newPart) = (
                String(decoding: old[run.old], as: UTF8.self), String(decoding: new[run.new], as: UTF8.self)
            )
            return run.isSame ? newPart : "[\(oldPart)>\(newPart)]"
        }.joined()
    }

    @Test func `inserted lines are whole, and of changed lines the bytes that differ are told`() throws {
        #expect(
            try marked("  a=None,\n  b=None,\nend\n", "  a=None,\n  ab=None,\n  b=None,\nend\n")
                == "  a=None,\n[>  ab=None,\n]  b=None,\nend\n")
        #expect(
            try marked("\"core\": ^4.4.9\n\"ui\": ^4.4.9\n", "\"core\": ^4.4.10\n\"ui\": ^4.4.10\n")
                == "\"core\": ^4.4.[9>10]\n\"ui\": ^4.4.[9>10]\n")
        #expect(try marked("one two three\n", "one three four\n") == "one [two >]three[> four]\n")
        #expect(try marked("removed\nkept", "kept") == "[removed\n>]kept")
        #expect(try marked("", "new") == "[>new]")
        #expect(try runs([], []).isEmpty)
    }

    @Test func `the runs are all of both parts, and what is called the same is the same`() throws {
        for seed in 0..<40 as Range<UInt64> {
            let old = Content.text(seed, 2_000)
            let new = Content.mutated(old, seed: seed &+ 7, edits: 12)
            let (oldPart, newPart) = (100..<1_500, 50..<1_700)
            var diff = WordDiff(old: old, new: new)
            var (oldEnd, newEnd) = (oldPart.lowerBound, newPart.lowerBound)
            for run in try diff.runs(oldPart, newPart) {
                #expect(run.old.lowerBound == oldEnd && run.new.lowerBound == newEnd)
                if run.isSame { #expect(old[run.old] == new[run.new]) }
                (oldEnd, newEnd) = (run.old.upperBound, run.new.upperBound)
            }
            #expect(oldEnd == oldPart.upperBound && newEnd == newPart.upperBound)
        }
    }

    @Test func `many parts that have nothing in common share one budget`() throws {
        // Words that each side has several times give no landmarks; each part alone stays within what one may take.
        func text(_ letter: UInt8) -> [UInt8] { (0..<150).flatMap { [letter + UInt8($0 % 7), 0x20] } }
        let (old, new) = (text(0x41) + [0x58], text(0x61) + [0x58])
        var diff = WordDiff(old: old, new: new)
        var counts: [Int] = []
        for _ in 0..<300 {
            counts.append(try diff.runs(old.indices, new.indices).count { $0.isSame })
        }
        #expect(counts.first ?? 0 > 1)
        #expect(counts.last == 1)
    }
}
