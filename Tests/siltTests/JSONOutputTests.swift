import OCI
import Testing

@testable import silt

struct JSONOutputTests {
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
}
