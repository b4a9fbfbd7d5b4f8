import FileTree
import Testing

struct PathPatternTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let pattern: String
        let matching: String
        let others: String
        var testDescription: String { pattern }

        init(_ pattern: String, _ matching: String, not others: String) {
            self.pattern = pattern
            self.matching = matching
            self.others = others
        }
    }

    @Test(arguments: [
        Case("x", "x a/x x/y a/x/y", not: "xy a/xy yx"),
        Case("*.pyc", "a.pyc lib/a.pyc .pyc", not: "a.py a.pyc2"),
        Case("/etc", "etc etc/passwd", not: "usr/etc etcetera"),
        Case("etc/", "etc/passwd usr/etc/x", not: "etcetera etc"),
        Case("var/cache", "var/cache var/cache/x", not: "var a/var/cache cache"),
        Case("var/*/x", "var/a/x var/b/x/y", not: "var/x var/a/b/x"),
        Case("var/**", "var/a var/a/b", not: "var a/var/x"),
        Case("var/**/x", "var/x var/a/x var/a/b/x", not: "x var a/var/x"),
        Case("**/a/b", "a/b x/a/b x/y/a/b/c", not: "a x/b"),
        Case("a?c", "abc a/abc a.c", not: "ac abbc"),
        Case("[a-c]x", "ax bx cx", not: "dx x"),
        Case("[!a-c]x", "dx -x", not: "ax x"),
        Case("[]x]", "] x", not: "a"),
        Case("[a-]", "a -", not: "b"),
        Case("\\*", "*", not: "a"),
        Case("\\x41\\x2ac", "A*c", not: "x41x2ac Abc"),
        Case("\\\\x41", "\\x41", not: "A \\A"),
        Case("\\xy\\x4", "xyx4", not: "\\xy\\x4"),
        Case("a*b*c", "abc axbxc abbbc", not: "acb abcx"),
        Case("./a/b", "a/b", not: "b x/a/b"),
        Case("/", "a a/b", not: ""),
        Case(".", "a a/b .a", not: ""),
        Case("./", "a a/b", not: ""),
    ])
    func `patterns match whole names, and what is in them`(_ item: Case) throws {
        let pattern = try #require(PathPattern(item.pattern))
        for path in item.matching.split(separator: " ") {
            #expect(pattern.matches(try #require(TreePath(String(path)))), "\(path)")
        }
        for path in item.others.split(separator: " ") {
            #expect(!pattern.matches(try #require(TreePath(String(path)))), "\(path)")
        }
    }

    @Test(arguments: ["", "[a", "a/[", "[z-a]", String(repeating: "a/", count: 80)])
    func `what is no pattern is refused`(text: String) { #expect(PathPattern(text) == nil) }

    @Test func `bytes that are no text match as they are`() throws {
        let path = try #require(TreePath(tarName: [0xff, 0x2f, 0xfe, 0x61]))
        #expect(try #require(PathPattern([0xfe, 0x2a] as [UInt8])).matches(path))
        #expect(try #require(PathPattern("?a")).matches(path))
        #expect(try #require(PathPattern("/\\xff/\\xFEa")).matches(path))
        #expect(!(try #require(PathPattern("a"))).matches(path))
    }

    @Test(arguments: ["cache/", "var/cache/", "var/*/", "**/cache/"])
    func `a pattern that ends with a slash matches directories only, as in gitignore`(text: String) throws {
        let pattern = try #require(PathPattern(text))
        let path = try #require(TreePath("var/cache"))
        #expect(pattern.matches(path, isDirectory: true))
        #expect(!pattern.matches(path))
        #expect(pattern.matches(try #require(TreePath("var/cache/x"))))
    }
}
