import Canvas
import FileTree
import TestSupport
import Testing
import Shipping

@testable import Explorer

/// What the explorer opens on, and the ways through the changes.
struct AnswerTests {
    private func script(_ columns: Int = 80, _ rows: Int = 24, at stage: Script.Stage = .estimated) -> Script
    {
        Script(columns: columns, rows: rows, at: stage, answersFirst: true)
    }

    @Test func `the costliest change is under the cursor, and what fits is open`() {
        var script = script(80, 50)
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        #expect(script.paths.first == "usr/lib")
        // All of them are in sight, and nothing else.
        let tree = script.fixture.tree(.squashed)
        let changes = tree.nodes.indices.filter {
            tree.nodes[$0].change != .unchanged && tree.nodes[$0].change != .metadata
        }
        #expect(
            changes.allSatisfy { change in
                script.paths.contains { $0.hasSuffix(String(decoding: tree.name(of: change), as: UTF8.self)) }
            })
        #expect(!script.paths.contains("app/README") && !script.paths.contains("bin/dash"))
        #expect(
            script.screen().text.contains(
                "1 changed only in metadata · 16 unchanged  c shows more"))
        // As long as nobody pressed a key, better figures move it.
        let ping = EntryID(layer: 3, ordinal: 0)
        script.send(.costs([ping: Figure(exact: 9_000_000)]))
        script.send(.tick)
        #expect(script.path == "bin/ping")
        script.press("j")
        let path = script.path
        script.send(.costs([ping: Figure(exact: 1)]))
        script.send(.tick)
        #expect(script.path == path)
    }

    @Test(arguments: [(40, 8), (80, 24), (200, 60)])
    func `no more is open than the window holds`(columns: Int, rows: Int) {
        let script = script(columns, rows)
        let height = script.explorer.layout.files.rows
        let path = ["usr/lib", "usr/lib/ssl", "usr/lib/ssl/libcrypto.so.3"]
        // The way to the costliest change is open whatever the window is.
        #expect(script.paths.count <= max(height, 12))
        #expect(path.allSatisfy(script.paths.contains))
    }

    @Test func `the next change is found in what is shut, around the end, and back`() {
        var script = script()
        script.press("C g")
        var seen: [String] = []
        for _ in 0..<13 {
            script.press("]")
            seen.append(script.path)
        }
        #expect(Set(seen).count == 12)
        #expect(seen.first == "usr/lib/ssl/libcrypto.so.3")
        #expect(seen.last == seen.first)
        script.press("[")
        #expect(script.path == seen[11])
    }

    @Test func `changes by cost, down and up`() {
        var script = script()
        script.press("}")
        #expect(script.path == "usr/lib/ssl/libssl.so.3")
        script.press("}")
        #expect(script.path == "usr/lib/quic.so")
        script.press("} {")
        #expect(script.path == "usr/lib/quic.so")
        script.press("{ {")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        script.press("{")
        #expect(script.explorer.status?.text == "no change that is shown costs more")
    }

    @Test func `one list of all files, and back to the tree at the same file`() {
        var script = script()
        script.press("} `")
        #expect(script.path == "usr/lib/ssl/libssl.so.3")
        #expect(
            script.paths.prefix(3) == [
                "usr/lib/ssl/libcrypto.so.3", "usr/lib/ssl/libssl.so.3", "usr/lib/quic.so",
            ])
        #expect(script.paths.count == 12)
        script.press(", n")
        #expect(
            script.paths == script.paths.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        script.press("` `")
        #expect(script.path == "usr/lib/ssl/libssl.so.3" && !script.explorer.arrangement.isFlat)
    }

    private func narrowed(_ text: String, _ keys: String = "") -> [String] {
        var script = script()
        script.press(keys + " ` &")
        script.type(text)
        script.press("enter")
        return script.paths.sorted()
    }

    @Test func `words narrow the list, all of them together`() {
        let ssl = ["usr/lib/ssl/libcrypto.so.3", "usr/lib/ssl/libssl.so.3"]
        #expect(narrowed("ssl") == ssl)
        #expect(narrowed("ssl !crypto") == ["usr/lib/ssl/libssl.so.3"])
        #expect(narrowed("*.py") == ["app/main.py"])
        #expect(narrowed("usr/lib/*.so >200k") == ["usr/lib/quic.so"])
        #expect(narrowed(">300k") == ["usr/lib/quic.so"] + ssl)
        #expect(narrowed("<1k L3").count == 3)
        #expect(narrowed("L4") == ["bin/ping"])
        #expect(narrowed("+") == ["bin/ping", "usr/lib/quic.so"])
        #expect(narrowed("!~ !>") == ["bin/ping", "etc/build", "usr/lib/legacy.so", "usr/lib/quic.so"])
        #expect(narrowed("Crypto") == [])
        #expect(narrowed("CRYPTO", "c c") == [])
        #expect(narrowed("dash", "c c") == ["bin/dash"])
        #expect(narrowed("[[").isEmpty)
        #expect(narrowed("").count == 12)
    }

    @Test func `giving narrowing up leaves the list as it was, keeping it is told`() {
        var script = script()
        let (paths, path) = (script.paths, script.path)
        script.press("& q u i c")
        #expect(script.path == "usr/lib/quic.so")
        script.press("esc")
        #expect(script.paths == paths && script.path == path)
        script.press("& q u i c enter")
        #expect(script.screen().text.contains("&quic"))
        #expect(script.screen().text.contains("10 more that do not match  esc shows them"))
        script.press("esc")
        #expect(script.explorer.arrangement.narrowing == nil)
    }

    @Test(arguments: ["", "c", "c c", "+", "~", "=", "f enter", "`", "` c", "` +", "+ `"])
    func `the line about what is hidden names a key that shows it`(keys: String) throws {
        var script = Script(answersFirst: true)
        script.press(keys)
        let files = try #require(script.explorer.files)
        /// Nodes that the list may have and does not.
        func hidden(_ files: FileTable) -> Set<Int> {
            let isFlat = files.arrangement.isFlat
            return Set(
                files.facts.indices.dropFirst().filter {
                    files.isShown[$0] != .itself && !(isFlat && files.facts.hasChildren($0))
                })
        }
        let before = hidden(files)
        // What moved is one change of two paths.
        let changes = before.filter { !files.tree.nodes[$0].isMovedAway }
        let words = files.hiddenWords.joined(separator: " ")
        let told = words.split(separator: " ").compactMap { Int($0.replacing(",", with: "")) }
        #expect(told.reduce(0, +) == changes.count, "\(words)")
        guard !before.isEmpty else { return }
        let text = script.screen().text
        let key = try #require(
            ["c", "esc", "f"].first { text.contains("  \($0) shows") || text.contains("  \($0) chooses") })
        guard key != "f" else { return }
        let showsAll = text.contains("  \(key) shows them")
        script.press(key)
        let after = hidden(try #require(script.explorer.files))
        if showsAll { #expect(after.isDisjoint(with: before)) } else { #expect(!before.isSubset(of: after)) }
    }

    @Test func `paths are found by some of their letters, the best first`() {
        var script = script()
        script.press("^p")
        script.type("lcry")
        script.press("enter")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        // What is hidden is shown when it was asked for by name.
        script.press("^p d a s h enter")
        #expect(script.path == "bin/dash")
        #expect(script.explorer.arrangement.filter.isEverything)
        script.press("^p z z z enter")
        #expect(script.explorer.context == .finder)
    }

    @Test func `commands are found by name, and what does not work says why`() {
        var script = script()
        script.press(":")
        script.type("delta package")
        script.press("enter")
        #expect(script.explorer.context == .export)
        script.press("esc : t o space t h e space n e x t space m a t c h enter")
        #expect(script.explorer.status?.text == "nothing was searched for: press /")
        script.press(": @ enter")
        #expect(script.explorer.context == .log)
        #expect(script.screen().text.contains("nothing was searched for: press /"))
    }

    @Test func `what is typed between two frames is taken at once`() {
        var script = script()
        _ = script.explorer.update(
            [.key("/")] + "libssl".map { .key(.character($0)) } + [.key(.enter), .key("j")])
        #expect(script.explorer.files?.search?.query == "libssl")
        #expect(script.path != "usr/lib/ssl/libssl.so")
        #expect(script.explorer.screens.isEmpty)
    }

    // MARK: - Looking inside

    @Test func `enter on a file shows what differs, esc goes back to it`() {
        var script = script(130, 30)
        script.press("/")
        script.type("main.py")
        script.press("enter enter")
        #expect(script.explorer.context == .look)
        let text = script.screen().text
        #expect(text.contains("for line in lines if lines else ():"))
        #expect(text.contains("change 1 of 2") && text.contains("equal lines"))
        #expect(text.contains("é\\x1b[2J"))
        script.press("] ]")
        #expect(script.explorer.status?.text == "no more changes in this file: J and K go to other files")
        #expect(script.screen().text.contains("old = lines"))
        script.press("esc")
        #expect(script.path == "app/main.py")
    }

    @Test func `equal lines are opened by enter or a press, and more of them by plus`() {
        var script = script(80, 60)
        script.press("/")
        script.type("main.py")
        script.press("enter enter")
        func count() -> Int { script.screen().text.ranges(of: "step(").count }
        let first = count()
        script.press("+")
        #expect(count() > first)
        script.press("- -")
        #expect(count() < first)
        script.press("enter")
        #expect(script.screen().text.contains("step(2)"))
        let row = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
            $0.contains("equal lines")
        }
        script.mouse(.click, row: row ?? 0, column: 10)
        #expect(count() > first + 10)
    }

    @Test func `the next file is looked into without going back`() {
        var script = script()
        script.press("enter")
        #expect(script.screen().text.contains("libcrypto.so.3"))
        script.press("J")
        #expect(script.screen().text.contains("libssl.so.3"))
        #expect(script.explorer.context == .look)
        script.press("K")
        #expect(script.screen().text.contains("libcrypto.so.3"))
        script.press("i")
        #expect(script.explorer.context == .details)
        script.press("esc esc")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
    }

    @Test func `only the last contents are kept`() {
        var script = script()
        for _ in 0..<9 { script.press("] enter esc") }
        #expect(script.explorer.contents.count <= 4)
    }

    @Test func `ten thousand random keys, sizes and messages`() {
        var random = SplitMix64(seed: 1)
        let keys: [Key] =
            Command.table.flatMap(\.keys) + "abc/ >.*!".map { Key.character($0) } + [.backspace, .delete]
        for round in 0..<4 {
            var script = Script(at: round == 0 ? .nothing : .estimated, answersFirst: true)
            for step in 0..<2500 {
                let key = keys.randomElement(using: &random) ?? .enter
                script.send(.input(.key(key)))
                if step % 50 == 0 {
                    script.send(
                        .input(
                            .resize(
                                Size(
                                    rows: .random(in: 0...60, using: &random),
                                    columns: .random(in: 0...140, using: &random)))))
                }
                if step % 97 == 0 {
                    script.send(.tick)
                    script.send(
                        .exported(
                            ExportResult(path: "a", byteCount: 1, elapsed: .seconds(1), applyCommand: "b")))
                    script.send(
                        .costs([EntryID(layer: 1, ordinal: 1): Figure(exact: UInt64(step))]))
                }
                if step % 5 == 0 { _ = script.screen() }
                if step % 31 == 0 {
                    script.mouse(
                        .click, row: .random(in: 0...24, using: &random),
                        column: .random(in: 0...80, using: &random))
                }
            }
        }
    }

    @Test func `what is about a file goes with it when another tree takes the place of its own`() {
        for keys in ["enter", "enter i", "enter :"] {
            var explorer = script().explorer
            let fixture = Fixture.application
            for key in ["f", "j", "j", "j", "j", "j", "j", "x"] {
                _ = explorer.update(.input(.key(Key.character(Character(key)))))
            }
            _ = explorer.update(.input(.key(.escape)))
            for key in keys.split(separator: " ") {
                let named: [String: Key] = ["enter": .enter, "^p": .control("p")]
                _ = explorer.update(.input(.key(named[String(key)] ?? .character(Character(String(key))))))
            }
            let rules = IgnoreRules(fields: .mode, paths: [PathPattern("**")].compactMap(\.self))
            _ = explorer.update(.compared(.squashed, generation: 2, fixture.tree(.squashed, ignoring: rules)))
            #expect(explorer.screens.isEmpty)
            _ = explorer.view()
            _ = explorer.update(.input(.key(.escape)))
        }
    }

    // MARK: - Themes and keys

    @Test(arguments: [
        (theme: "dark", follows: true, isLight: true, shown: "light"),
        (theme: "light", follows: true, isLight: false, shown: "dark"),
        (theme: "dark", follows: true, isLight: false, shown: "dark"),
        (theme: "nord", follows: false, isLight: true, shown: "nord"),
    ])
    func `the theme follows the ground, unless one was chosen`(
        theme: String, follows: Bool, isLight: Bool, shown: String
    ) {
        var options = Options(oldSource: "old.tar", newSource: "new.tar")
        options.theme = theme
        options.followsGround = follows
        var explorer = ExplorerModel(options, size: Size(rows: 24, columns: 80))
        let effects = explorer.update(.input(.ground(isLight: isLight)))
        #expect(effects == (theme == shown ? [] : [.showTheme(shown)]))
        #expect(explorer.options.theme == shown)
    }

    @Test func `themes are shown as one goes through them, and esc goes back`() {
        var script = Script(answersFirst: true) {
            $0.theme = "b"
            $0.themes = ["a", "b", "c"]
        }
        _ = script.takeEffects()
        script.press("T j")
        #expect(script.takeEffects() == [.showTheme("c")])
        script.press("k k enter")
        #expect(script.takeEffects() == [.showTheme("b"), .showTheme("a")])
        #expect(script.explorer.status?.text == "'theme = a' in the settings file keeps it")
        script.press("T j esc")
        #expect(script.takeEffects() == [.showTheme("b"), .showTheme("a")])
    }

    @Test func `own keys take the place of others, and hints and help follow`() {
        var script = Script(columns: 120, rows: 30, answersFirst: true) {
            $0.keys = [.nextChange: [.control("n"), "x"], .narrow: ["e"], .quit: ["Z"]]
        }
        script.press("C g x")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        #expect(script.screen().text.contains("^N next") && script.screen().text.contains("e narrow"))
        script.press("]")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        script.press("?")
        #expect(script.screen().text.contains("^N x "))
        script.press("esc e")
        #expect(script.explorer.context == .narrow)
        // Where text is typed, nothing changes.
        script.press("x e")
        #expect(script.explorer.context == .narrow)
        script.press("esc")
        _ = script.takeEffects()
        script.press("q")
        #expect(script.takeEffects() == [])
        script.press("^c")
        #expect(script.takeEffects() == [.quit])
    }

    @Test func `every key has a name that is read back`() {
        for key in Set(Command.table.flatMap(\.keys)) {
            #expect(Key(label: key.label) == key, "\(key.label)")
        }
        #expect(
            Key(label: "nothing") == nil && Key(label: "") == nil && Key(label: "^") == Key.character("^"))
        #expect(Set(Command.allCases.map(\.name)).count == Command.allCases.count)
        #expect(Command.nextChange.name == "next-change")
    }
}
