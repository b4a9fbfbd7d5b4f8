import Canvas
import FileTree
import OCI
import TestSupport
import Testing
import Shipping

@testable import Explorer

/// Drives an explorer by keys and plays the session: comparisons are answered at once, other effects are
/// kept.
struct Script {
    var explorer: ExplorerModel
    let fixture: Fixture
    /// Those that nobody took yet.
    private(set) var effects: [Effect] = []
    /// All effects from the beginning.
    private(set) var allEffects: [Effect] = []
    /// Whether work for the screen waits until it is asked for.
    var holdsWork = false
    /// Work that was asked for and is not done.
    private(set) var heldWork: [ScreenWork] = []

    /// The sizes that every view is recorded at, columns and rows.
    static let sizes = [(80, 24), (120, 40), (200, 60), (40, 10)]

    /// Stages of reading that a script can begin at.
    enum Stage {
        case nothing, reading, summaries, compared, estimated
    }

    /// A script that begins somewhere; `answersFirst` leaves the files as the explorer opens on them.
    init(
        _ fixture: Fixture = .application, columns: Int = 80, rows: Int = 24, at stage: Stage = .estimated,
        glyphs: Glyphs = .unicode, answersFirst: Bool = false,
        change: (inout Options) -> Void = { _ in }
    ) {
        self.fixture = fixture
        var options = Options(oldSource: "shop-1.4.tar", newSource: "shop-1.5.tar", glyphs: glyphs)
        change(&options)
        explorer = ExplorerModel(options, size: Size(rows: rows, columns: columns))
        guard stage != .nothing else { return }
        send(.loading(.old, LoadProgress(phase: "indexing layer 3", done: 130_000_000, total: 169_900_544)))
        send(.loading(.new, LoadProgress(phase: "reading", done: 9_000_000, total: nil)))
        guard stage != .reading else { return }
        send(.summary(.old, fixture.oldSummary))
        var unread = fixture.newSummary
        for index in unread.layers.indices { unread.layers[index].byteCount = nil }
        send(.summary(.new, unread))
        guard stage != .summaries else { return }
        for layer in fixture.newSummary.layers { send(.layerIndexed(.new, layer)) }
        send(.aligned(fixture.pairs))
        // Most scripts begin with everything in its place: all files by name, all directories shut.
        if !answersFirst { press("c c , n C g") }
        guard stage != .compared else { return }
        send(.costs(fixture.costs(isExact: false)))
        send(.totals(Fixture.totals))
        send(.estimates(.exact(done: 1, of: 3, left: .seconds(40))))
        send(.layerCosts([1: Figure(guess: 1_012_400), 2: Figure(exact: 12_000)]))
    }

    mutating func send(_ message: Message) {
        for effect in explorer.update(message) {
            allEffects.append(effect)
            // The dialog asks for that with every letter: who tests something else need not know.
            if case .measureRoom = effect { continue }
            effects.append(effect)
            if case .compare(let scope, let rules, let generation) = effect {
                send(.compared(scope, generation: generation, fixture.tree(scope, ignoring: rules)))
            }
            if case .work(let work) = effect {
                heldWork.append(work)
                if !holdsWork { self.work() }
            }
            if case .merge = effect { send(.merged(fixture.tree(.squashed))) }
            if case .summarize(let request) = effect { send(.summarized(fixture.summary(request))) }
            if case .read(let key) = effect { send(.content(key, fixture.content(key))) }
        }
    }

    /// Does the work that has waited longest, and what comes of it; tells which that was.
    mutating func workOnce() -> ScreenWork.Kind? {
        guard !heldWork.isEmpty else { return nil }
        let work = heldWork.removeFirst()
        if let outcome = work.run(isCancelled: { false }) { send(.worked(outcome)) }
        return work.kind
    }

    /// Does the work of a kind that waits, and what comes of it.
    mutating func workOnce(_ kind: ScreenWork.Kind) {
        guard let place = heldWork.firstIndex(where: { $0.kind == kind }) else { return }
        let work = heldWork.remove(at: place)
        if let outcome = work.run(isCancelled: { false }) { send(.worked(outcome)) }
    }

    /// Does the work that waits, and what comes of it.
    mutating func work() {
        while workOnce() != nil {}
    }

    /// Presses keys: one character each, or a name (`down`, `enter`, `^c`), with blanks between them.
    mutating func press(_ keys: String) {
        for key in keys.split(separator: " ") { send(.input(.key(Self.key(String(key))))) }
    }

    mutating func type(_ text: String) {
        for character in text { send(.input(.key(.character(character)))) }
    }

    mutating func mouse(_ action: MouseEvent.Action, row: Int, column: Int) {
        send(.input(.mouse(MouseEvent(action, at: Point(row: row, column: column)))))
    }

    /// The effects since the last call.
    mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    static func key(_ name: String) -> Key {
        let named: [String: Key] = [
            "ins": .insert, "space": " ", "enter": .enter, "tab": .tab, "backtab": .backTab, "esc": .escape,
            "backspace": .backspace,
            "del": .delete, "up": .up, "down": .down, "left": .left, "right": .right, "home": .home,
            "end": .end,
            "pgup": .pageUp, "pgdn": .pageDown,
        ]
        if let key = named[name] { return key }
        if name.hasPrefix("^"), let letter = name.dropFirst().first { return .control(letter) }
        guard name.count == 1, let character = name.first else {
            Issue.record("no key is called '\(name)'")
            return .escape
        }
        return .character(character)
    }

    func screen() -> Frame { explorer.view() }

    func expectScreen(
        _ name: String, file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        TestSupport.expectScreen(screen(), name, file: file, sourceLocation: sourceLocation)
    }

    /// The paths on the list, from top to bottom.
    var paths: [String] {
        guard let files = explorer.files else { return [] }
        return files.rows.map { String(decoding: files.tree.path(of: $0.node).bytes, as: UTF8.self) }
    }

    /// The path under the cursor.
    var path: String {
        guard let files = explorer.files, let row = files.current else { return "" }
        return String(decoding: files.tree.path(of: row.node).bytes, as: UTF8.self)
    }
}

extension FileTable {
    /// What the search found and the list shows, from its top to its bottom, as one key after the other goes there.
    var matches: [Int] {
        var matches: [Int] = []
        var node = match(from: nil, isForward: true, includingNode: false)
        while let next = node, next != matches.first {
            matches.append(next)
            node = match(from: next, isForward: true, includingNode: false)
        }
        return matches
    }
}
