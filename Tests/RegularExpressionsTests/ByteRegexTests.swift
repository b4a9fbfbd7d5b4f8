import TestSupport
import Testing

@testable import RegularExpressions

struct ByteRegexTests {
    @Test(arguments: [
        ("perl", "usr/bin/perl5", true), ("perl", "usr/bin/per", false), ("", "anything", true),
        ("", "", true),
        ("^usr", "usr/bin", true), ("^bin", "usr/bin", false), ("bin$", "usr/bin", true),
        ("usr$", "usr/bin", false), ("^usr/bin$", "usr/bin", true), ("^$", "", true), ("^$", "a", false),
        (#"\.so$"#, "libc.so", true), (#"\.so$"#, "libcxso", false), (#"\.so(\.\d+)*$"#, "libc.so.6.1", true),
        ("a.c", "abc", true), ("a.c", "ac", false), ("ab*c", "ac", true), ("ab+c", "ac", false),
        ("ab?c", "abbc", false), ("ab{2}c", "abbc", true), ("ab{2}c", "abc", false),
        ("^a{2,3}$", "aaaa", false), ("^a{2,}$", "aaaaa", true), ("a{0}b", "b", true),
        ("x{,3}", "x{,3}", true),
        ("a{", "a{", true), ("gr(a|e)y", "grey", true), ("^(cat|dog|)$", "", true), ("a|b|c", "xxc", true),
        ("(?:ab)+$", "abab", true), ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("[]x]", "]", true),
        ("[^]x]", "]", false), ("[a-]", "-", true), (#"[\d.]+$"#, "5.36.0", true), (#"\S\s\S"#, "a b", true),
        ("[[:alpha:]]-[[:digit:]]", "x-1", true), ("[[:punct]", "[", true), (#"\x2f"#, "/", true),
        ("readme", "README", true), ("Readme", "README", false), (#"\Dx"#, "aX", true),
        ("[r-t]ea", "READ", true),
        ("é+$", "caféé", true), ("^[éa]+$", "aéa", true), ("a.?b", "a\u{e9}b", false),
        ("a.{2}b", "a\u{e9}b", true),
        ("(a*)*b", "aaaab", true), ("(a|a)*$", "aaaa", true), ("a$b", "a", false), ("(^a|b)c", "xbc", true),
        ("(^a|b)c", "xac", false), ("a+?b", "aab", true),
    ])
    func `patterns match what they are known to match`(pattern: String, text: String, expected: Bool) throws {
        #expect(try ByteRegex(pattern).matches(text.utf8) == expected)
    }

    @Test func `bytes that are no text are matched by their numbers`() throws {
        #expect(try ByteRegex(#"^\xff.$"#).matches([0xff, 0x80]))
        #expect(try ByteRegex("a.b").matches([0x61, 0xff, 0x62]))
        #expect(try !ByteRegex(#"\xfe"#).matches([0x61, 0xff, 0x62]))
    }

    @Test(arguments: [
        ("a(", "a ( is not closed"), ("a)", "a ) closes no ("), ("[a", "a [ is not closed"),
        ("*a", "there is nothing before the * to repeat"),
        ("a**", "it repeats a repetition: put brackets around one"),
        ("a\\", "there is nothing behind the last \\"),
        (#"(a)\1"#, "it refers back to a group, which cannot be looked for"),
        ("(?=a)", "it looks ahead or behind, or names a group: only (…) and (?:…) are known"),
        (#"\bword"#, #"\b is not known"#), ("a{3,2}", "{3,2}: the least is more than the most"),
        ("a{1000}", "it repeats something more than 255 times"),
        ("a{99999999999999999999}", "it repeats something more than 255 times"),
        ("((a{200}){200}){200}", "it is too large: repetitions of repetitions take a lot"),
        ("((((){255}){255}){255}){255}", "it is too large: repetitions of repetitions take a lot"),
        (#"\x4"#, #"\x takes two hexadecimal digits"#),
        ("[z-a]", "[…] has a range that does not go from one letter of ASCII up to another"),
        ("[[:word:]]", "there is no class of that name in […]"),
    ])
    func `what cannot be looked for says why`(pattern: String, reason: String) {
        #expect(throws: RegexError(reason)) { try ByteRegex(pattern) }
    }

    @Test func `brackets in brackets in brackets are refused, not followed`() {
        #expect(throws: RegexError.self) {
            try ByteRegex(String(repeating: "(", count: 400) + String(repeating: ")", count: 400))
        }
        #expect(throws: RegexError.self) { try ByteRegex(String(repeating: "a", count: 2000)) }
    }

    /// Engines that try again take for ever for these; here every byte is looked at once.
    @Test func `hostile patterns end`() throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        for pattern in ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)(.*)(.*)(.*)x$", "^(([a-z])+.)+[A-Z]$"] {
            #expect(try !ByteRegex(pattern).matches(text.utf8), "\(pattern)")
        }
    }

    @Test func `a pattern of too many states says so`() {
        var random = SplitMix64(seed: 5)
        let text = (0..<50_000).map { _ in random.next() & 1 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b") }
        #expect(throws: RegexError("it is too complex for these names: make it simpler")) {
            try ByteRegex("a.{40}x").matches(text)
        }
    }

    @Test func `any text is read or refused, never trapped on`() {
        var random = SplitMix64(seed: 7)
        let letters = Array("ab(|)[]^$.*+?{}1,9\\dx-:é")
        var readCount = 0
        for _ in 0..<20_000 {
            let pattern = String(
                (0..<Int(random.next() % 12)).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
            )
            guard let regex = try? ByteRegex(pattern) else { continue }
            readCount += 1
            _ = try? regex.matches("abba".utf8)
        }
        #expect(readCount > 1000)
    }

    /// Beside a matcher that follows the pattern as it is written.
    @Test func `random patterns match what the plainest matcher matches`() throws {
        var random = SplitMix64(seed: 11)
        var agreed = 0
        for _ in 0..<3000 {
            let pattern = Self.pattern(&random, depth: 3)
            let text = (0..<Int(random.next() % 7)).map { _ in UInt8(ascii: "a") + UInt8(random.next() % 3) }
            var parser = RegexParser(Array(pattern.utf8), ignoresCase: false)
            let syntax = try parser.parse()
            let expected =
                text.indices.contains { Self.ends(syntax, text, at: $0).isEmpty == false }
                || !Self.ends(syntax, text, at: text.count).isEmpty
            #expect(try ByteRegex(pattern).matches(text) == expected, "\(pattern) in \(text)")
            agreed += expected ? 1 : 0
        }
        #expect(agreed > 300 && agreed < 2900)
    }

    private static func pattern(_ random: inout SplitMix64, depth: Int) -> String {
        let choice = random.next() % (depth > 0 ? 9 : 4)
        switch choice {
        case 0: return "a"
        case 1: return "b"
        case 2: return "[^a]"
        case 3: return random.next() % 4 == 0 ? "^" : random.next() % 4 == 0 ? "$" : "."
        case 4: return "(\(pattern(&random, depth: depth - 1)))*"
        case 5: return "(\(pattern(&random, depth: depth - 1))|\(pattern(&random, depth: depth - 1)))"
        case 6: return "(\(pattern(&random, depth: depth - 1))){1,2}"
        default: return pattern(&random, depth: depth - 1) + pattern(&random, depth: depth - 1)
        }
    }

    /// Where a match may end that begins at a place.
    private static func ends(_ syntax: RegexSyntax, _ text: [UInt8], at place: Int) -> Set<Int> {
        switch syntax {
        case .empty: return [place]
        case .start: return place == 0 ? [place] : []
        case .end: return place == text.count ? [place] : []
        case .set(let set): return place < text.count && set.contains(text[place]) ? [place + 1] : []
        case .choice(let branches):
            return branches.reduce(into: []) { $0.formUnion(ends($1, text, at: place)) }
        case .sequence(let parts):
            return parts.reduce([place]) { places, part in
                places.reduce(into: []) { $0.formUnion(ends(part, text, at: $1)) }
            }
        case .repeated(let part, let least, let most):
            var places: Set<Int> = [place]
            for _ in 0..<least { places = places.reduce(into: []) { $0.formUnion(ends(part, text, at: $1)) } }
            var all = places
            for _ in 0..<(most.map { $0 - least } ?? text.count + 1) {
                places = places.reduce(into: []) { $0.formUnion(ends(part, text, at: $1)) }
                all.formUnion(places)
            }
            return all
        }
    }
}
