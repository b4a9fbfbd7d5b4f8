import Routes
import Testing

struct BoundTests {
    @Test(arguments: [
        ("delta > 20MB", 20_000_001, true), ("delta > 20MB", 20_000_000, false),
        ("delta>=20MB", 20_000_000, true),
        ("delta > 1.5 KiB", 1537, true), ("delta > 1.5KiB", 1536, false), ("wasted < 1kB", 999, true),
        ("pull <= 7", 7, true), ("added > 500", 501, true), ("setuid>0", 0, false), ("changed >= 1", 1, true),
        ("delta > 3 GB", 3_000_000_001, true),
    ])
    func boundsHold(text: String, value: UInt64, holds: Bool) throws {
        let bound = try Bound(parsing: text)
        #expect(bound.holds(for: value) == holds)
    }

    @Test(arguments: [
        "", "delta", "delta >", "> 5", "delta = 5", "size > 5", "delta > x", "delta > -1", "added > 5MB",
        "delta > 5 parsecs", "delta > 1e9", "delta > 99999999999999999999GB", "delta > 1.2.3", "delta > nan",
        "delta >> 5",
    ])
    func otherTextIsRefused(text: String) {
        #expect(throws: BoundError.self) { try Bound(parsing: text) }
    }

    @Test func whatIsWrongIsNamed() {
        func error(_ text: String) -> BoundError? {
            do {
                _ = try Bound(parsing: text)
                return nil
            } catch {
                return error
            }
        }
        #expect(error("delta>20mb") == .noValue("20mb", of: .delta))
        #expect(error("delta>20mb")?.description.contains("'20mb' is no size") == true)
        #expect(error("added>5MB")?.description.contains("added counts paths") == true)
        #expect(error("size > 5") == .noMeasure("size"))
        #expect(error("delta = 5") == .noComparison)
    }

    @Test func valuesAreTextWithTheirUnit() {
        #expect(Measure.delta.text(1234) == "1,234 bytes")
        #expect(Measure.added.text(1234) == "1,234")
    }
}
