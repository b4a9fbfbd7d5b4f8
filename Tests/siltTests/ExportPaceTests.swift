import Explorer
import Testing
import Work

@testable import silt

struct ExportPaceTests {
    @Test func `probing moves the bar, which never goes back`() {
        var pace = ExportPace()
        var last = 0.0
        var second = 0
        for (phase, total) in [(Progress.Phase.probing, 3_000), (.comparing, 1_000), (.checking, 500)] {
            for done in [0, total / 2, total] {
                second += 1
                let progress = pace.progress(
                    Progress(phase, done: UInt64(done), total: UInt64(total)), .seconds(second))
                #expect(progress.total > 0)
                let share = Double(progress.done) / Double(max(1, progress.total))
                #expect(share > last || done == 0 && share == last, "\(phase) \(done)")
                last = share
            }
        }
        #expect(last == 1)
    }

    @Test func `without probing the bar begins with the comparing`() {
        var pace = ExportPace()
        let progress = pace.progress(Progress(.comparing, done: 500, total: 1_000), .seconds(1))
        #expect(progress.done * 10 == progress.total * 4 && progress.left != nil)
    }
}
