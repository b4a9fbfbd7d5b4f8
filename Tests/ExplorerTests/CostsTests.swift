import Bytes
import Canvas
import ContentDiff
import FileTree
import Hashing
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// Why a file costs what it costs, large files piece by piece, and renamed files beside what they were.
struct CostsTests {
    /// A library of some hundred bytes, as the fixture's contents have it, of which most is new.
    private static var fixture: Fixture {
        func listing(_ size: UInt64, _ version: String) -> LayerListing {
            LayerListing(entries: [
                Entry(
                    path: TreePath("libsolver.so") ?? .root, kind: .file, mode: 0o644, size: size,
                    digest: Digest.of(Array(version.utf8)))
            ])
        }
        var fixture = Fixture.large(1)
        fixture.old = [listing(1000, "1")]
        fixture.new = [listing(1004, "2")]
        return fixture
    }

    private static let entry = EntryID(layer: 0, ordinal: 0)
    private static let key = ContentKey(old: entry, new: entry)

    private static var costs: PlaceCosts {
        var costs = PlaceCosts()
        for place in 400..<404 { costs.add(newByteAt: place, cost: 4) }
        costs.add(changeAt: 600, byteCount: 1, cost: 30)
        costs.add(predictedAt: 604, byteCount: 60, count: 14, rightCount: 12)
        return costs
    }

    private func script(_ columns: Int, _ rows: Int, glyphs: Glyphs = .unicode) -> Script {
        var script = Script(Self.fixture, columns: columns, rows: rows, glyphs: glyphs, answersFirst: true)
        script.send(.costs([Self.entry: Figure(exact: 92)]))
        script.send(.estimates(.done))
        script.press("enter")
        return script
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `a map of the costs, blocks by cost, and their list`(columns: Int, rows: Int) {
        let name = "costs-\(columns)x\(rows)"
        var script = script(columns, rows)
        script.expectScreen("\(name)-1-waiting")
        script.send(.explained(Self.key, FileExplanation(Self.costs)))
        script.press("}")
        script.expectScreen("\(name)-2-costliest")
        script.press("}")
        script.expectScreen("\(name)-3-next")
        script.press("$")
        script.expectScreen("\(name)-4-list")
    }

    @Test func `costs add up to what the file costs`() throws {
        var script = script(80, 24)
        script.send(.explained(Self.key, FileExplanation(Self.costs)))
        let look = try #require(script.explorer.screens.last as? LookScreen)
        let map = try #require(look.costs)
        #expect(map.cost == 46)
        let parts = map.blocks.map { look.scaled($0.cost, script.explorer) }
        #expect(parts.map(\.byteCount) == [32, 60])
        #expect(parts.allSatisfy { $0.isExact })
    }

    @Test func `the list leads to the bytes, and keys say what is missing`() throws {
        var script = script(80, 24)
        script.press("}")
        #expect(script.explorer.status?.text == "what its places cost is still being found out")
        script.send(.explained(Self.key, FileExplanation(nil, remark: "its layer travels as it is")))
        #expect(script.screen().text.contains("its layer travels as it is"))
        script.press("}")
        #expect(script.explorer.status?.text == "its layer travels as it is")
        script.send(.explained(Self.key, FileExplanation(Self.costs)))
        script.press("$ j enter")
        #expect(script.screen().text.contains("2. at 0x190"))
        script.press("{")
        #expect(script.screen().text.contains("1. at 0x258"))
        script.press("{")
        #expect(script.explorer.status?.text == "no block costs more")
        script.press("} }")
        #expect(script.explorer.status?.text == "no other block costs anything")
        // A change that was gone to by itself is told of, too.
        script.press("]")
        #expect(script.screen().text.contains(" at 0x258"))
    }

    /// A text as long as the fixture's file, of which a line was changed and two were added.
    private static func text() throws -> TextDiff {
        let old = (0..<60).map { "line \($0) of it\n" }.joined()
        var lines = (0..<60).map { "line \($0) of it\n" }
        lines[9] = "a line that became another one\n"
        lines.insert("  here is something new\n", at: 41)
        lines.insert("short\n", at: 41)
        var new = Array(lines.joined().utf8)
        new += Array(repeating: UInt8(ascii: "x"), count: 1004 - new.count)
        return try TextDiff(old: Array(old.utf8), new: new)
    }

    /// Costs of the lines that are not in the old text.
    private static func costs(of text: TextDiff) -> PlaceCosts {
        var costs = PlaceCosts(byteCount: text.new.count)
        for run in text.runs where !run.isSame {
            for line in run.new {
                for place in text.newLines[line] { costs.add(newByteAt: place, cost: 0.5) }
            }
        }
        return costs
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `lines of a text by cost`(columns: Int, rows: Int) throws {
        let text = try Self.text()
        var script = script(columns, rows)
        script.send(.content(Self.key, .text(text, encoding: "ascii")))
        script.send(.explained(Self.key, FileExplanation(Self.costs(of: text))))
        let look = try #require(script.explorer.screens.last as? LookScreen)
        let costs = try #require(look.costs)
        // Each line that is new, the dearest one first, and nothing else.
        let lines = costs.ranked.compactMap { costs.line(at: costs.blocks[$0].range.lowerBound) }
        #expect(Set(lines) == Set(text.runs.flatMap { $0.isSame ? [] : Array($0.new) }))
        let sizes = lines.map { text.newLines[$0].count }
        #expect(sizes == sizes.sorted(by: >))
        script.press("} }")
        #expect(script.explorer.status?.text.hasPrefix("2. line 10: ") == true)
        script.expectScreen("costs-lines-\(columns)x\(rows)-1-second")
        script.press("$")
        script.expectScreen("costs-lines-\(columns)x\(rows)-2-list")
        script.press("down down enter")
        #expect((script.explorer.screens.last as? LookScreen)?.costRank == 2)
        #expect((script.explorer.screens.last as? LookScreen)?.wantsBytes == false)
    }

    @Test func `a block of the list is gone to by a press`() throws {
        var script = script(120, 40)
        script.send(.explained(Self.key, FileExplanation(Self.costs)))
        let rows = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)
        let row = try #require(rows.firstIndex { $0.contains("Blocks by cost: 1-2 of 2") })
        // There are two columns of them.
        script.mouse(.click, row: row + 1, column: 70)
        #expect((script.explorer.screens.last as? LookScreen)?.costRank == 1)
        script.mouse(.click, row: row + 1, column: 10)
        #expect((script.explorer.screens.last as? LookScreen)?.costRank == 0)
    }

    // MARK: - What differs

    @Test func `what differs is counted by content, whatever the width`() throws {
        var random = SplitMix64(seed: 5)
        let old = (0..<6000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        // Changes that are near enough for several to stand in one row, and some insertions.
        var new: [UInt8] = []
        var copies: [ByteDiff.Copy] = []
        var place = 0
        while place < old.count {
            let count = min(old.count - place, 150 + random.below(300))
            copies.append(ByteDiff.Copy(old: place, new: new.count, count: count))
            new += old[place..<place + count]
            var change = new.count - count + 20 + random.below(40)
            while change < new.count - 20 {
                new[change] ^= 0xff
                change += 18 + random.below(60)
            }
            place += count
            new += [1, 2, 3, 4, 5]
        }
        let diff = ByteDiff(old: old, new: new, copies: copies)
        let differing = diff.runs.indices.filter { !diff.runs[$0].isSame }
        #expect(differing.count > 60)
        for (columns, rows) in [(40, 10), (60, 15), (80, 24), (100, 30), (120, 40), (200, 60)] {
            var script = script(columns, rows)
            script.send(.content(Self.key, .bytes(diff, packing: nil)))
            var visited: [Int] = []
            for _ in 0..<differing.count + 3 {
                if let run = (script.explorer.screens.last as? LookScreen)?.currentRun,
                    visited.last != run
                {
                    visited.append(run)
                }
                script.press("]")
            }
            #expect(visited == differing, "\(columns) columns")
            if columns >= 80 {
                let text = script.screen().text
                #expect(text.contains("block \(differing.count) of \(differing.count)"))
            }
            script.press("[")
            #expect(
                (script.explorer.screens.last as? LookScreen)?.currentRun
                    == differing[differing.count - 2])
        }
    }

    @Test func `bytes of a text are aligned by its lines, then as the delta copies them`() throws {
        let text = try Self.text()
        var script = script(120, 40)
        script.send(.content(Self.key, .text(text, encoding: "ascii")))
        script.press("x")
        func shown() throws -> ByteDiff {
            let look = try #require(script.explorer.screens.last as? LookScreen)
            guard case .bytes(let diff, nil) = look.content(script.explorer) else {
                throw CancellationError()
            }
            return diff
        }
        // What differs is in the three places where lines differ, and nothing else.
        let byLines = try shown()
        #expect(byLines.isAligned)
        let added = text.new.count - text.old.count
        #expect(byLines.differingCount < added + 60, "\(byLines.differingCount)")
        #expect(byLines.runs.count { !$0.isSame } <= 6)
        let copies = [ByteDiff.Copy(old: 0, new: 0, count: 40), .init(old: 200, new: 300, count: 100)]
        script.send(.explained(Self.key, FileExplanation(nil, copies: copies)))
        // What is copied from far away makes more differ than lines do.
        #expect(try shown().runs == byLines.runs)
        let near = byLines.runs.filter(\.isSame).map {
            ByteDiff.Copy(old: $0.old.lowerBound, new: $0.new.lowerBound, count: $0.new.count)
        }
        #expect(
            TextBytes(text, near).diff.runs == ByteDiff(old: text.old, new: text.new, copies: near).runs)
        // Nothing is lost on the way, whatever ends lines.
        for (old, new) in [("a\r\nb\r\nc", "a\nb\nc\n"), ("", "x"), ("x", ""), ("a\n\nb", "a\nb")] {
            let text = try TextDiff(old: Array(old.utf8), new: Array(new.utf8))
            let runs = TextBytes(text, []).diff.runs
            #expect(runs.reduce(0) { $0 + $1.old.count } == text.old.count)
            #expect(runs.reduce(0) { $0 + $1.new.count } == text.new.count)
            #expect(
                runs.allSatisfy { !$0.isSame || text.old[$0.old].elementsEqual(text.new[$0.new]) })
        }
    }

    @Test func `costs in ASCII`() {
        var script = script(80, 24, glyphs: .ascii)
        script.send(.explained(Self.key, FileExplanation(Self.costs)))
        script.press("}")
        script.expectScreen("costs-ascii")
        #expect(script.screen().text.allSatisfy { $0.isASCII })
        script.press("$")
        #expect(script.screen().text.allSatisfy { $0.isASCII })
    }

    @Test func `better content stays where one is`() throws {
        var script = script(120, 30)
        guard case .bytes(let diff, _) = script.explorer.contents[Self.key]?.content else { return }
        script.send(.content(Self.key, .bytes(ByteDiff(old: diff.old, new: diff.new), packing: nil)))
        script.press("pgdn")
        /// Where the new side's first line of bytes begins.
        func offset() -> Int? {
            script.screen().text.split(separator: "\n").lazy.compactMap {
                Int($0.dropFirst(61).prefix(8), radix: 16)
            }.first
        }
        let before = try #require(offset())
        script.send(.content(Self.key, .bytes(diff, packing: nil)))
        let after = try #require(offset())
        #expect(before > 0 && abs(before - after) < 16)
    }

    // MARK: - Pieces

    private static func piece(_ index: Int, _ pieces: ContentPieces) -> FileContent {
        let piece = pieces.pieces[index]
        let old = piece.old.map { UInt8(truncatingIfNeeded: $0) }
        var new = piece.new.map { UInt8(truncatingIfNeeded: $0) }
        if !piece.isSame { new[0] ^= 0xff }
        return .piece(ByteDiff(old: old, new: new), of: pieces, packing: nil)
    }

    /// Ten pieces of 1024 bytes, of which the third and the last differ.
    private static let pieces = ContentPieces(
        oldCount: 10_240, newCount: 10_240,
        copies: [.init(old: 0, new: 0, count: 2048), .init(old: 3072, new: 3072, count: 6144)], limit: 1024)

    private func send(_ script: inout Script) -> Int? {
        for effect in script.takeEffects() {
            guard case .read(let key) = effect else { continue }
            script.send(.content(key, Self.piece(key.piece, Self.pieces)))
            return key.piece
        }
        return nil
    }

    @Test(arguments: Script.sizes)
    func `a large file, piece by piece`(columns: Int, rows: Int) {
        var script = Script(Self.fixture, columns: columns, rows: rows, answersFirst: true)
        let start = ByteDiff(old: Array(0..<200), new: Array(0..<200))
        script.press("enter")
        _ = script.takeEffects()
        script.send(.content(Self.key, .beginning(start, packing: nil)))
        script.send(.comparing(Self.key, done: 120_000_000, of: 1_000_000_000))
        script.expectScreen("pieces-\(columns)x\(rows)-1-comparing")
        script.send(.content(Self.key, Self.piece(0, Self.pieces)))
        #expect(Self.pieces.differingCount == 2)
        // The first piece is the same: the next change is in the third, then in the last.
        script.press("]")
        #expect(send(&script) == 2)
        script.expectScreen("pieces-\(columns)x\(rows)-2-differs")
        script.press("]")
        #expect(send(&script) == 9)
        script.press("]")
        #expect(script.explorer.status?.text.hasPrefix("no more changes") == true)
        // What was looked at last is still there.
        script.press("[")
        #expect((script.explorer.screens.last as? LookScreen)?.key.piece == 2)
        // Scrolling leads over the ends of pieces.
        script.press("g")
        #expect((script.explorer.screens.last as? LookScreen)?.key.piece == 0)
        // What it costs is not known yet: that is asked for again.
        #expect(send(&script) == 0)
        for _ in 0..<300 where (script.explorer.screens.last as? LookScreen)?.key.piece == 0 {
            script.press("pgdn")
        }
        #expect(send(&script) == 1)
        script.press("k")
        #expect((script.explorer.screens.last as? LookScreen)?.key.piece == 0)
        #expect(send(&script) == 0)
        script.press("G")
        #expect((script.explorer.screens.last as? LookScreen)?.key.piece == 9)
    }

    @Test func `blocks of a large file are gone to by cost, through its pieces`() throws {
        var explorer = Script(Self.fixture, columns: 120, rows: 40, answersFirst: true).explorer
        func send(_ message: Message) {
            var effects = explorer.update(message)
            while !effects.isEmpty {
                guard case .read(let key) = effects.removeFirst() else { continue }
                effects += explorer.update(.content(key, Self.piece(key.piece, Self.pieces)))
            }
        }
        func look() throws -> LookScreen { try #require(explorer.screens.last as? LookScreen) }
        send(.input(.key(.enter)))
        #expect(try look().showsCosts(explorer))
        var costs = PlaceCosts(byteCount: 10_240)
        costs.add(changeAt: 2048, byteCount: 1, cost: 3)
        for place in 9216..<9316 { costs.add(newByteAt: place, cost: 1) }
        send(.explained(Self.key, FileExplanation(costs)))
        send(.input(.key("}")))
        #expect(try look().key.piece == 9 && look().costRank == 0)
        #expect(explorer.view().text.contains("1. at 0x2400"))
        send(.input(.key("}")))
        #expect(try look().key.piece == 2 && look().costRank == 1)
        // What the cursor is on is found by its place in the whole file.
        send(.input(.key("$")))
        send(.input(.key(.enter)))
        #expect(try look().key.piece == 9)
    }

    @Test func `a text is looked for through all pieces until one holds it`() throws {
        var explorer = Script(Self.fixture, columns: 120, rows: 40, answersFirst: true).explorer
        /// Takes a message, and answers what is read then.
        func send(_ message: Message) {
            var effects = explorer.update(message)
            while !effects.isEmpty {
                guard case .read(let key) = effects.removeFirst() else { continue }
                effects += explorer.update(.content(key, Self.piece(key.piece, Self.pieces)))
            }
        }
        func press(_ keys: Key...) { for key in keys { send(.input(.key(key))) } }
        func look() throws -> LookScreen { try #require(explorer.screens.last as? LookScreen) }
        press(.enter, "/")
        // Only the two pieces that differ hold it, at their beginning.
        let text = "\\xff\\x01\\x02"
        for letter in text { press(.character(letter)) }
        press(.enter)
        #expect(try look().key.piece == 2)
        #expect(explorer.searched?.searchPlace.number == 1)
        press("n")
        #expect(try look().key.piece == 9)
        // Behind the last one there is none: one is where one was.
        press("n")
        #expect(try look().key.piece == 9)
        #expect(explorer.status?.text == "'\(text)' is in no further piece")
        press("N", "N")
        #expect(try look().key.piece == 2)
        press("N")
        #expect(try look().key.piece == 2)
        #expect(explorer.status?.text == "'\(text)' is in no earlier piece")
        press(.escape, "n")
        #expect(explorer.status?.text == "nothing was searched for: press /")
    }

    @Test func `esc stops what is still being compared`() {
        var script = Script(Self.fixture, answersFirst: true)
        script.press("enter")
        script.send(.content(Self.key, .beginning(ByteDiff(old: [1], new: [2]), packing: nil)))
        _ = script.takeEffects()
        script.press("esc")
        #expect(script.takeEffects().contains(.stopReading))
        script.press("enter")
        #expect(script.takeEffects().contains(.read(Self.key)))
    }

    // MARK: - Long lines

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `long lines go on in the next one`(columns: Int, rows: Int) throws {
        var script = Script(Self.fixture, columns: columns, rows: rows, answersFirst: true)
        script.press("enter")
        let words = (0..<60).map { "wörd\($0)" }.joined(separator: " ")
        let old = Array("first\n\(words)\n日本語\(String(repeating: "日本", count: 60))\nlast\n".utf8)
        let new = Array("first\n\(words) more\n日本語\(String(repeating: "日本", count: 60))\nlast\n".utf8)
        script.send(.content(Self.key, .text(try TextDiff(old: old, new: new), encoding: "utf-8")))
        script.expectScreen("wrap-\(columns)x\(rows)")
        // Nothing is lost at the ends of lines.
        script.press("|")
        let text = script.screen().text
        if rows >= 40 {
            #expect(text.filter { $0 == "日" }.count == 61)
            #expect(text.filter { $0 == "本" }.count == 61)
        }
        script.press("w")
        #expect(script.screen().text.contains("…"))
    }

    // MARK: - Renamed files

    @Test func `a file whose version is in its name stands beside the one that it is made of`() throws {
        func listing(_ name: String) -> LayerListing {
            LayerListing(entries: [
                Entry(
                    path: TreePath(name) ?? .root, kind: .file, mode: 0o644, size: 1000,
                    digest: Digest.of(Array(name.utf8)))
            ])
        }
        var fixture = Self.fixture
        fixture.old = [listing("lib/solver-1.2.so")]
        fixture.new = [listing("lib/solver-1.3.so")]
        var script = Script(fixture, columns: 80, rows: 24, answersFirst: true)
        script.press("/")
        script.type("1.3")
        script.press("enter enter")
        #expect((script.explorer.screens.last as? LookScreen)?.key == ContentKey(old: nil, new: Self.entry))
        script.send(.ancestors([Self.entry: Self.entry], layer: Self.entry.layer))
        #expect((script.explorer.screens.last as? LookScreen)?.key == Self.key)
        script.expectScreen("look-renamed")
        script.press("i")
        #expect(script.screen().text.contains("a patch against /lib/solver-1.2.so"))
    }
}
