import TestSupport
import Testing

@testable import RegularExpressions

struct ByteRegexTests {
    private func matches(_ pattern: String, _ text: some Sequence<UInt8>, beyond place: Int? = nil) throws
        -> Bool
    {
        try RegexMatcher(try ByteRegex(pattern)).matches(Array(text)[...], beyond: place)
    }

    @Test(arguments: [
        ("perl", "usr/bin/perl5", true), ("perl", "usr/bin/per", false), ("", "anything", true),
        ("", "", true),
        ("^usr", "usr/bin", true), ("^bin", "usr/bin", false), ("bin$", "usr/bin", true),
        (#"\.so(\.\d+)*$"#, "libc.so.6.1", true), (#"\.so$"#, "libcxso", false), ("^$", "a", false),
        ("gr(a|e)y", "grey", true), ("^a{2,3}$", "aaaa", false), ("[[:alpha:]]-[[:digit:]]", "x-1", true),
        ("(?<!lib)ssl", "libssl", false), (#"(.)\1"#, "book", true), ("a.b", "a\nb", true),
        ("b$", "b\n", false),
        ("readme", "README", true), ("Readme", "README", false), (#"\Dx"#, "aX", true),
        ("é+$", "caféé", true), ("^[éa]+$", "aéa", true), ("^a.b$", "a\u{e9}b", true), ("É", "é", true),
    ])
    func `patterns match what they are known to match`(pattern: String, text: String, expected: Bool) throws {
        #expect(try matches(pattern, text.utf8) == expected)
    }

    @Test func `bytes that are no text are passed over`() throws {
        #expect(try !matches("a.b", [0x61, 0xff, 0x62]))
        #expect(try matches("^.*b$|b$", [0x61, 0xff, 0x62]))
        #expect(try matches("so", [0xc3, 0x73, 0x6f]))
    }

    @Test func `a match may have to reach beyond a place`() throws {
        let path = "usr/bin/usr".utf8
        #expect(try matches("usr", path, beyond: 8))
        #expect(try !matches("bin", path, beyond: 8))
        #expect(try matches("bin/.*", path, beyond: 8))
        #expect(try matches("x*", path, beyond: 8))
        // The matches before it are of letters of several bytes.
        #expect(try matches("é", "éé/é".utf8, beyond: 5))
        #expect(try !matches("é", "éé/e".utf8, beyond: 5))
        #expect(try !matches(#"^u\Ks"#, path, beyond: 8))
    }

    @Test(arguments: [
        ("a(", "missing closing parenthesis, at byte 2"),
        ("[a", "missing terminating ] for character class, at byte 2"),
        ("*a", "quantifier does not follow a repeatable item, at byte 0"),
        ("(((a{200}){200}){200}){200}", "regular expression is too large, at byte 27"),
    ])
    func `what cannot be looked for says why`(pattern: String, reason: String) {
        #expect(throws: RegexError(reason)) { try ByteRegex(pattern) }
    }

    @Test func `patterns of any length and depth are bounded`() {
        #expect(throws: RegexError.self) {
            try ByteRegex(String(repeating: "(", count: 400) + String(repeating: ")", count: 400))
        }
        #expect(throws: RegexError("it is longer than 1000 bytes")) {
            try ByteRegex(String(repeating: "a", count: 2000))
        }
    }

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]$"])
    func `patterns that try ever new ways are given up`(pattern: String) {
        let text = String(repeating: "a", count: 20_000) + "!"
        #expect(throws: RegexError("it is too complex for these names: make it simpler")) {
            try matches(pattern, text.utf8)
        }
    }

    @Test func `any text is read or refused, never trapped on`() {
        var random = SplitMix64(seed: 7)
        let letters = Array("ab(|)[]^$.*+?{}1,9\\dxKCG-:é")
        var readCount = 0
        for _ in 0..<20_000 {
            let pattern = String(
                (0..<Int(random.next() % 12)).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
            )
            guard let regex = try? ByteRegex(pattern), let matcher = try? RegexMatcher(regex) else {
                continue
            }
            readCount += 1
            _ = try? matcher.matches(Array("abéba".utf8)[...], beyond: 3)
        }
        #expect(readCount > 1000)
    }
}
