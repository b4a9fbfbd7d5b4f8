import OCI
import Testing

@testable import silt

/// How reports are written as JSON.
@Suite struct JSONOutputTests {
    @Test func `numbers are written as the document spells them`() throws {
        let numbers = [
            "0", "-0", "1.0", "1.50", "1e2", "100000000000000000000", "18446744073709551617",
            "-9223372036854775809",
            "1E+400", "0.1000000000000000055511151231257827", "-12",
        ]
        for number in numbers {
            let value = try JSONValue(parsing: Array(#"{"a":[\#(number)]}"#.utf8))
            let text = try JSONOutput.text(value)
            #expect(text.filter { !$0.isWhitespace } == #"{"a":[\#(number)]}"#)
        }
    }

    private struct Row: Encodable {
        let name: String
        let parts: [Int]
    }

    private struct Report: Encodable {
        struct Group: Encodable {
            let title: String
            @LongList var rows: [Row]
        }

        @LongList var empty: [Row] = []
        @LongList var rows: [Row]
        let groups: [Group]
        let words = ["a"]
    }

    private struct PlainReport: Encodable {
        struct Group: Encodable {
            let title: String
            let rows: [Row]
        }

        let empty: [Row] = []
        let rows: [Row]
        let groups: [Group]
        let words = ["a"]
    }

    private static func rows(_ count: Int) -> [Row] {
        (0..<count).map { Row(name: "\"row\"\n \($0)\u{e9}", parts: $0 % 2 == 0 ? [] : [$0, 1]) }
    }

    @Test(arguments: [0, 1, 2, 255, 256, 257, 600]) func `long lists are written as others are`(_ count: Int)
        throws
    {
        let rows = Self.rows(count)
        let few = Self.rows(3)
        let text = try JSONOutput.text(
            Report(rows: rows, groups: [.init(title: "long list 0 ", rows: few), .init(title: "", rows: [])]))
        let plain = try JSONOutput.text(
            PlainReport(
                rows: rows, groups: [.init(title: "long list 0 ", rows: few), .init(title: "", rows: [])]))
        #expect(text == plain)
    }

    @Test func `a long list is never held whole`() throws {
        let report = Report(rows: Self.rows(10_000), groups: [])
        var longest = 0
        var total = 0
        try JSONOutput.forEachPart(report) {
            longest = max(longest, $0.utf8.count)
            total += $0.utf8.count
        }
        #expect(total > 20 * longest)
    }
}
