import Canvas
import FileTree
import OCI
import RegularExpressions
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// Regular expressions where text is typed.
struct PatternTests {
    private func narrowed(_ text: String) -> [String] {
        var script = Script()
        script.press("c c ` &")
        script.type(text)
        return script.paths
    }

    @Test func `the list is narrowed by regular expressions over paths`() {
        let all = narrowed("")
        #expect(all.count > 8)
        #expect(narrowed("/lib.*ssl/") == all.filter { $0.contains(/lib.*ssl/) })
        #expect(narrowed(#"/\.(so|py)$/"#) == all.filter { $0.hasSuffix(".so") || $0.hasSuffix(".py") })
        #expect(narrowed("!/lib/") == all.filter { !$0.contains("lib") })
        #expect(narrowed("/^usr/") == all.filter { $0.hasPrefix("usr") })
        #expect(narrowed("/^/usr/") == narrowed("/^usr/"))
        // What is in a directory that matches is shown with it.
        #expect(narrowed("/^usr$/") == all.filter { $0.hasPrefix("usr/") })
    }

    @Test func `what cannot be read says why, changes nothing and is not left by enter`() {
        var script = Script()
        let before = script.paths
        script.press("&")
        script.type("/lib(")
        let typed = script.paths
        script.type("/")
        #expect(script.paths == typed)
        #expect(script.screen().text.contains("missing closing parenthesis"))
        script.press("enter")
        #expect(script.explorer.context == .narrow)
        script.press("backspace backspace /")
        #expect(script.paths != before)
        script.press("esc")
        #expect(script.paths == before)
    }

    @Test func `what a filter hides of what matches is told, with what shows it`() {
        var script = Script(answersFirst: true)
        script.press("& *")
        #expect(script.paths.isEmpty)
        #expect(script.screen().text.contains("0 matches, 1 more hidden by content changes"))
        script.press("enter")
        #expect(script.explorer.status?.text == "0 shown, 1 hidden by content changes: c shows them")
        #expect(script.screen().text.contains("1 match hidden by content changes"))
        script.press("c E")
        #expect(script.paths.contains("app/README"))
        // Of other filters, f is the way: esc gives up what was narrowed first.
        script.press("esc + & *")
        script.press("enter")
        #expect(script.explorer.status?.text == "0 shown, 1 hidden by added only: f chooses")
    }

    @Test func `the filters count what the list does`() throws {
        var script = Script(answersFirst: true)
        script.press("= E")
        let count = try #require(script.explorer.files?.listedCount)
        script.press("f")
        let shown = script.screen().text.firstMatch(of: /= unchanged +(\d+)/)
        #expect(shown.map { String($0.1) } == String(count))
    }

    @Test(arguments: [">10x", "<", "!>1..5k", ">k", ">99999999999G"])
    func `a size that is none is named`(word: String) {
        var script = Script()
        script.press("&")
        script.type(word)
        guard word != "<" else { return #expect(!script.screen().text.contains("is no size")) }
        #expect(script.screen().text.contains("is no size: 100, 100k, 1.5M, 2G"), "\(word)")
        script.press("enter")
        #expect(script.explorer.context == .narrow)
    }

    @Test func `search and pick take them, too`() {
        var script = Script()
        script.press("/")
        script.type("/^usr/lib/.*l$/")
        let found = script.explorer.files.map { files in
            files.matches.map { String(decoding: files.tree.path(of: $0).bytes, as: UTF8.self) }
        }
        #expect(found?.isEmpty == false)
        #expect(found?.allSatisfy { $0.hasPrefix("usr/lib/") && $0.hasSuffix("l") } == true)
        script.press("esc /")
        script.type("/[/")
        #expect(script.screen().text.contains("missing terminating ]"))
        script.press("enter")
        #expect(script.explorer.context == .search)
        script.press("esc p")
        script.type("/*/")
        #expect(script.screen().text.contains("quantifier does not follow"))
        script.press("enter ^u")
        #expect(script.explorer.picks == nil)
        script.type(#"/\.(so|py)/"#)
        script.press("enter")
        #expect(script.explorer.picks != nil)
    }

    /// In a tree, a match counts for what it ends in, not for all that is in there.
    @Test func `random patterns are found in trees as in whole paths`() throws {
        var random = SplitMix64(seed: 3)
        let names = ["a", "b", "ab", "ba", "lib", "b.so"]
        let entries = try (0..<120).map { _ in
            let path = (0...random.below(4)).map { _ in random.pick(names) }.joined(separator: "/")
            return Entry(path: try #require(TreePath(path)), kind: .file, size: 1)
        }
        let tree = DiffTree(old: [], new: [LayerListing(entries: entries)])
        for pattern in ["a", "^a", "^/a", "b$", "a/b", "^[^/]*$", "a.*b", "(a|lib)/", ".so", "^(a|b)+$", "/"]
        {
            let regex = try ByteRegex(pattern)
            let found = try regex.found(in: tree, isCancelled: { false })
            for node in tree.nodes.indices.dropFirst() {
                let path = tree.path(of: node).bytes
                // Whether a match of the path ends in the name: in some beginning of the path that reaches into it.
                let start = path.count - tree.name(of: node).count
                let whole = path + (tree.nodes[node].isDirectory ? [UInt8(ascii: "/")] : [])
                func ends(at end: Int, isEnd: Bool) throws -> Bool {
                    let anchored = try RegexMatcher(ByteRegex("(\(pattern))\(isEnd ? "" : "\\x01")$"))
                    let text = Array(whole[..<end]) + (isEnd ? [] : [1])
                    let matches = try anchored.matches(text[...])
                    return try matches || anchored.matches(([UInt8(ascii: "/")] + text)[...])
                }
                var expected = try ends(at: path.count, isEnd: true)
                for end in start + 1..<whole.count + 1 where !expected {
                    expected = try ends(at: end, isEnd: false)
                }
                #expect(found[node] == expected, "\(pattern) in \(tree.path(of: node))")
            }
        }
    }
}
