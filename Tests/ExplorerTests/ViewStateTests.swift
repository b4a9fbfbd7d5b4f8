import Bytes
import Canvas
import FileTree
import OCI
import TestSupport
import Testing

@testable import Explorer

/// Images that are shown as they were left.
struct ViewStateTests {
    private func script() -> Script { Script(answersFirst: true) { $0.remembersViews = true } }

    private func left(_ keys: String) throws -> ViewState {
        var script = script()
        script.press(keys)
        return try #require(script.explorer.viewState)
    }

    /// A script at the time when the trees come.
    private func opened(_ view: ViewState, _ change: (inout Options) -> Void = { _ in }) -> Script {
        var script = Script(at: .summaries, answersFirst: true) {
            $0.remembersViews = true
            change(&$0)
        }
        script.send(.viewRecalled(view))
        for layer in script.fixture.newSummary.layers { script.send(.layerIndexed(.new, layer)) }
        script.send(.aligned(script.fixture.pairs))
        return script
    }

    @Test func `the pair is asked for once both images are known`() throws {
        let script = script()
        let pairs = script.allEffects.compactMap { effect in
            if case .recallView(let pair) = effect { pair } else { nil }
        }
        #expect(
            pairs == [
                ImagePair(old: script.fixture.oldSummary.imageID, new: script.fixture.newSummary.imageID)
            ])
        #expect(
            !Script().allEffects.contains { effect in
                if case .recallView = effect { true } else { false }
            })
    }

    @Test(arguments: [
        "c c j j l j", "C , n O j", "` , s g j", "c E G", "| c", "& l i b enter j", "& / l i b / enter", "+",
        "f space esc",
    ])
    func `filter, order, narrowing, open directories and cursor are restored`(keys: String) throws {
        var before = script()
        before.press(keys)
        let view = try #require(before.explorer.viewState)
        for immediateCount in [Int.max, 0] {
            let after = opened(view) { $0.immediateCount = immediateCount }
            #expect(after.paths == before.paths)
            #expect(after.path == before.path)
            #expect(after.explorer.arrangement == before.explorer.arrangement)
            #expect(after.explorer.isOneSided == before.explorer.isOneSided)
            #expect(after.screen().text.contains("shown as it was left the last time"))
        }
    }

    @Test func `what is picked is not restored`() throws {
        let view = try left("c A")
        #expect(opened(view).explorer.picks == nil)
    }

    @Test func `costs that come in later leave the cursor where it was`() throws {
        let view = try left("c c G")
        var script = opened(view)
        let path = script.path
        script.send(.costs(script.fixture.costs(isExact: true)))
        script.send(.tick)
        #expect(script.path == path)
    }

    @Test func `who has pressed a key already is not interrupted, and who pressed none is not remembered`()
        throws
    {
        let view = try left("C G")
        var script = script()
        #expect(script.explorer.viewState == nil)
        script.press("j")
        let path = script.path
        script.send(.viewRecalled(view))
        #expect(script.path == path)
        var late = self.script()
        late.send(.viewRecalled(view))
        #expect(late.explorer.screens.isEmpty && late.screen().text.contains("as it was left"))
    }

    @Test func `a view of other images is not shown`() throws {
        let view = try left("C G")
        let text = String(decoding: view.bytes, as: UTF8.self)
        let other = text.replacing("\(view.pair.new)", with: "\(view.pair.old)")
        let script = opened(try ViewState(parsing: Array(other.utf8)))
        #expect(!script.screen().text.contains("as it was left"))
    }

    @Test func `a damaged view is refused, and any bytes are`() throws {
        var view = try left("c E & l i b enter G")
        view.opened.append(try #require(TreePath(tarName: Array("a\nb\\c/\u{1b}".utf8) + [0xff])))
        view.cursor = view.opened.last
        let bytes = view.bytes
        #expect(try ViewState(parsing: bytes) == view)
        var random = SplitMix64(seed: 4)
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0...random.below(3) {
                switch random.below(3) {
                case 0: damaged[random.below(damaged.count)] = UInt8(truncatingIfNeeded: random.next())
                case 1: damaged.remove(at: random.below(damaged.count))
                default: damaged.removeLast(random.below(damaged.count - 1))
                }
                if damaged.count < 2 { break }
            }
            if let read = try? ViewState(parsing: damaged) {
                #expect(try ViewState(parsing: read.bytes) == read)
            }
        }
        for text in ["", "silt view 1\n", "silt view 2\nold x\n", "silt picks 1\n"] {
            #expect(throws: ViewStateError.unknownFormat) { try ViewState(parsing: Array(text.utf8)) }
        }
        #expect(throws: ViewStateError.badLine(9)) {
            try ViewState(
                parsing: Array(bytes.split(separator: 10).prefix(8).joined(separator: [10]))
                    + Array("\nopen ..\n".utf8))
        }
    }

    @Test func `what is remembered is bounded`() throws {
        var view = try left("j")
        view.opened = try (0..<200_000).map {
            try #require(TreePath("directory/\($0)/\(String(repeating: "x", count: 200))"))
        }
        #expect(view.bytes.count <= ViewState.byteCountLimit)
        #expect(try ViewState(parsing: view.bytes).opened.count == 4096)
    }
}
