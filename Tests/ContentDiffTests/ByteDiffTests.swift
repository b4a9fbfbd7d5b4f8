import TestSupport
import Testing

@testable import ContentDiff

struct ByteDiffTests {
    /// What both sides of the runs hold has to be the contents again, and what is called the same has to be so.
    private func check(_ diff: ByteDiff) {
        #expect(diff.runs.flatMap { diff.old[$0.old] } == diff.old)
        #expect(diff.runs.flatMap { diff.new[$0.new] } == diff.new)
        for run in diff.runs where run.isSame { #expect(diff.old[run.old] == diff.new[run.new]) }
        #expect(zip(diff.runs, diff.runs.dropFirst()).allSatisfy { $0.isSame != $1.isSame })
    }

    @Test func `what is inserted moves nothing of what follows`() {
        let old = [UInt8](0..<200)
        let new = old[..<50] + [1, 2, 3] + old[50...]
        let diff = ByteDiff(
            old: old, new: Array(new),
            copies: [.init(old: 0, new: 0, count: 50), .init(old: 50, new: 53, count: 150)])
        check(diff)
        #expect(diff.isAligned)
        #expect(diff.runs.map(\.isSame) == [true, false, true])
        #expect(diff.runs[1].old.isEmpty && diff.runs[1].new == 50..<53)
        #expect(diff.differingCount == 3)
    }

    @Test func `a copy from far ahead costs itself, not all that follows it`() {
        let content = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5) }
        let diff = ByteDiff(
            old: content, new: content,
            copies: [
                .init(old: 0, new: 0, count: 100), .init(old: 3500, new: 100, count: 20),
                .init(old: 120, new: 120, count: 3880),
            ])
        check(diff)
        #expect(diff.differingCount == 20)
    }

    @Test func `changed bytes close to each other are one run`() {
        let old = [UInt8](repeating: 0, count: 300)
        var new = old
        for place in [100, 110, 200] { new[place] = 1 }
        let diff = ByteDiff(old: old, new: new)
        check(diff)
        #expect(diff.runs.filter { !$0.isSame }.map(\.new) == [100..<111, 200..<201])
    }

    @Test func `any copies, right or not, give runs that make both contents`() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<300 {
            let old = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...3, using: &random)
            }
            let new = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...3, using: &random)
            }
            let copies = (0..<6).map { _ in
                ByteDiff.Copy(
                    old: .random(in: 0...90, using: &random), new: .random(in: 0...90, using: &random),
                    count: .random(in: -1...40, using: &random))
            }
            check(ByteDiff(old: old, new: new))
            check(ByteDiff(old: old, new: new, copies: copies))
        }
    }
}
