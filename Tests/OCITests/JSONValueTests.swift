import Testing

@testable import OCI

struct JSONValueTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test func `a document keeps its numbers' spelling and sorts its keys`() throws {
        let value = try parse(#" {"b": [1.50, -0, 1e9, true, null], "a": "x\n\u00e9\ud83d\ude00\ud800"} "#)
        #expect(value.text == "{\"a\":\"x\\né😀\u{fffd}\",\"b\":[1.50,-0,1e9,true,null]}")
        #expect(
            value["b"]
                == .array([
                    .number(Array("1.50".utf8)), .number(Array("-0".utf8)),
                    .number(Array("1e9".utf8)), .bool(true), .null,
                ]))
        #expect(value["c"] == nil && value["a"]?["b"] == nil)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "tru", "\"a", "\"\t\"", "\"\\x\"",
        "\"\\u12g4\"",
        "[] []", "\u{feff}{}", "{'a':1}", "{a:1}", "nul", "-", "[1 2]", "{\"a\" 1}", "NaN",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test func `each byte that is no UTF-8 is U+FFFD, as in Go`() throws {
        func text(_ bytes: [UInt8]) throws -> JSONValue { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
        #expect(try text(Array("caf".utf8) + [0xe9]) == .string("caf\u{fffd}"))
        // Not once for what one character was to begin with.
        #expect(try text([0xe2, 0x82, 0x41]) == .string("\u{fffd}\u{fffd}A"))
        #expect(try text([0xed, 0xa0, 0x80, 0xc0, 0x80]) == .string(String(repeating: "\u{fffd}", count: 5)))
        #expect(try text([0xf0, 0x9f, 0x98, 0x80, 0xff]) == .string("😀\u{fffd}"))
        // Outside of strings there is none.
        #expect(throws: JSONError.malformed(offset: 1)) { try JSONValue(parsing: [0x5b, 0xff, 0x5d]) }
    }

    @Test func `a key that is there twice is refused, however it is spelled`() {
        #expect(throws: JSONError.duplicateKey(Array("ab".utf8))) {
            try parse(#"{"ab":1,"c":2,"\u0061b":1}"#)
        }
    }

    @Test func `differently composed letters are different`() throws {
        #expect(try parse("\"\u{e9}\"") != parse("\"e\u{301}\""))
        #expect(try parse("{\"\u{e9}\":1,\"e\u{301}\":2}").members.count == 2)
    }

    @Test func `nesting is bounded`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try parse(nested(512)) != .null)
        #expect(throws: JSONError.tooDeep) { try parse(nested(513)) }
        #expect(throws: JSONError.tooDeep) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func `what would disturb a terminal is escaped in text`() {
        #expect(
            JSONValue.string("\u{1b}[m\u{85}\u{202e}\\\"\u{e0001}").text
                == #""\u001b[m\u0085\u202e\\\"\udb40\udc01""#)
    }
}
