import Bytes
import Canvas
import Explorer
import FileIO
import Hashing
import Images
import Locks
import TestSupport
import Testing

@testable import silt

/// Where it is kept how images were left.
struct ViewMemoryTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write("old.tar", try SampleImages.old.archive(.docker25))
        try scratch.write("new.tar", try SampleImages.new.archive(.docker25))
    }

    /// A memory that forgets when the test ends.
    private final class FakeMemory: ViewMemory {
        struct Broken: Error, CustomStringConvertible {
            let description = "'views' is ignored: it is torn"
        }

        let views = Locked<[ImagePair: ViewState]>([:])
        let isBroken: Bool

        init(isBroken: Bool = false) { self.isBroken = isBroken }

        func view(of pair: ImagePair) throws -> ViewState? {
            if isBroken { throw Broken() }
            return views.withLock { $0[pair] }
        }

        func keep(_ view: ViewState) throws {
            if isBroken { throw Broken() }
            views.withLock { $0[view.pair] = view }
        }
    }

    private func run(_ steps: [ScriptedScreen.Step], _ memory: (any ViewMemory)?) throws -> ScriptedScreen {
        let screen = ScriptedScreen(steps)
        let options = Options(
            oldSource: "old.tar", newSource: "new.tar", exportPath: scratch.path("update.silt"))
        try Session(on: screen, options, theme: Theme.builtIn("dark"), memory: memory, jobs: 2).run(
            ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        return screen
    }

    private func folder() throws -> ViewFolder {
        try #require(ViewFolder(environment: ["XDG_STATE_HOME": scratch.path("state")]))
    }

    @Test func `a session begins as the last one of the same images was left`() throws {
        let memory = FakeMemory()
        _ = try run(
            [.until("changed only in metadata"), .press("c"), .press(","), .press("n"), .press("q")], memory)
        #expect(memory.views.withLock { $0.count } == 1)
        let screen = try run([.until("all changes · by name"), .press("q")], memory)
        #expect(screen.isLeft)
        // Without a memory nothing is asked or kept.
        _ = try run([.until("content changes · by cost"), .press("q")], nil)
    }

    @Test func `a memory that cannot be read is told in the log and stops nobody`() throws {
        let screen = try run(
            [
                .until("changed only in metadata"), .press("@"), .until("it is torn"), .press(.escape),
                .press("q"),
            ],
            FakeMemory(isBroken: true))
        #expect(screen.isLeft)
    }

    @Test func `views are kept in files, one for each pair, and damaged ones are told of`() throws {
        let memory = FakeMemory()
        _ = try run([.until("changed only in metadata"), .press("c"), .press("q")], memory)
        let view = try #require(memory.views.withLock { $0.values.first })
        let folder = try folder()
        #expect(try folder.view(of: view.pair) == nil)
        try folder.keep(view)
        try folder.keep(view)
        #expect(try folder.view(of: view.pair) == view)
        let other = ImagePair(old: view.pair.new, new: view.pair.old)
        #expect(try folder.view(of: other) == nil)
        let name = try #require(try FileKind.names(inFolder: scratch.path("state/silt/views")).first)
        #expect(name.hasSuffix(".view"))
        try scratch.write("state/silt/views/" + name, Array("silt view 1\nrubbish\n".utf8))
        let error = #expect(throws: (any Error).self) { try folder.view(of: view.pair) }
        #expect(error.map { "\($0)".contains("is ignored: it is no view of this version") } == true)
        // The next end of a session mends it.
        try folder.keep(view)
        #expect(try folder.view(of: view.pair) == view)
    }

    @Test func `only the last pairs are kept`() throws {
        let memory = FakeMemory()
        _ = try run([.until("changed only in metadata"), .press("c"), .press("q")], memory)
        let view = try #require(memory.views.withLock { $0.values.first })
        let text = String(decoding: view.bytes, as: UTF8.self)
        let folder = try folder()
        for number in 0..<ViewFolder.pairLimit + 5 {
            let old = Digest.of(Array("\(number)".utf8))
            try folder.keep(
                try ViewState(parsing: Array(text.replacing("\(view.pair.old)", with: "\(old)").utf8)))
        }
        let names = try FileKind.names(inFolder: scratch.path("state/silt/views"))
        #expect(names.count == ViewFolder.pairLimit)
    }

    @Test func `without a folder for it nothing is kept`() throws {
        #expect(ViewFolder(environment: [:]) == nil)
        #expect(ViewFolder(environment: ["XDG_STATE_HOME": "relative"]) == nil)
        #expect(ViewFolder(environment: ["XDG_STATE_HOME": "relative", "HOME": "/home/u"]) != nil)
    }
}
