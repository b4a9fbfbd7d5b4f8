import Canvas
import Testing
import Work

@testable import silt

struct ProgressTextTests {
    private func line(_ label: String, columns: Int) -> String {
        ProgressText.line(label, done: 34_000_000, total: 100_000_000, columns: columns)
    }

    @Test func `what is done is its phase, or the large file that is made ready`() {
        var progress = Progress(.comparing, done: 1, total: 2)
        #expect(ProgressText.words(progress) == "comparing")
        progress.indexedByteCount = 120_000_000
        #expect(ProgressText.words(progress) == "indexing 120.0 MB")
    }

    @Test func `figures go first, then the middle of the name`() {
        let label = "reading some/very/long/folder/old.tar"
        #expect(
            line(label, columns: 120) == label + "  [########................] 34%  34.0 MB of 100.0 MB")
        #expect(line(label, columns: 79) == label + "  [########................] 34%")
        #expect(line(label, columns: 60) == "reading some/..older/old.tar  [########................] 34%")
        #expect(line(label, columns: 40) == "reading some/ver..ng/folder/old.tar  34%")
    }

    @Test func `it never takes more than there is`() {
        for columns in 5...150 {
            for label in ["comparing", "reading 日本語の名前/" + String(repeating: "long", count: 30)] {
                #expect(TextWidth.of(line(label, columns: columns)) <= columns)
                let open = ProgressText.line(label, done: 34_000_000, total: 0, columns: columns)
                #expect(columns < 12 || TextWidth.of(open) <= columns)
            }
        }
    }
}
