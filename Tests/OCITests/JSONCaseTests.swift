import OCI
import Testing

struct JSONCaseTests {
    private func check(_ text: String, _ fields: [String]) throws {
        try JSONValue(parsing: Array(text.utf8)).checkCase(of: fields)
    }

    @Test(arguments: [
        #"{"Size":1}"#, #"{"SIZE":1}"#, #"[{"\u017fize":1}]"#, #"{"size":1,"x":{"\u0053ize":2}}"#,
        #"[[{"sizE":1}]]"#,
    ])
    func `a known key in another case is refused`(_ text: String) {
        #expect {
            try check(text, ["size"])
        } throws: {
            ($0 as? OtherCaseError)?.meant == "size"
        }
    }

    @Test(arguments: [#"{"size":1}"#, #"{"sizes":1,"Other":2}"#, #"["Size"]"#, #"{"x":"SIZE"}"#])
    func `keys that are known or unknown are no matter`(_ text: String) throws { try check(text, ["size"]) }

    @Test func `the Kelvin sign is a letter to Go`() {
        #expect(throws: OtherCaseError.self) { try check("{\"\u{212a}ey\":1}", ["key"]) }
    }

    @Test func `keys that are data have their own case`() throws {
        try check(#"{"Labels":{"Size":1,"size":2,"SIZE":3},"size":1}"#, ["size"])
        #expect(throws: OtherCaseError.self) { try check(#"{"Labels":{"a":{"Size":1}}}"#, ["size"]) }
    }
}
