import Canvas
import Explorer
import Images
import TestSupport
import Testing

@testable import silt

/// Sessions without a terminal: keys in, frames out.
struct SessionTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write("old.tar", try SampleImages.old.archive(.docker25))
        try scratch.write("new.tar", try SampleImages.new.archive(.docker25))
    }

    private func run(
        _ steps: [ScriptedScreen.Step], old: String = "old.tar", new: String = "new.tar"
    ) throws -> ScriptedScreen {
        let screen = ScriptedScreen(steps)
        let options = Options(
            oldSource: old, newSource: new, exportPath: scratch.path("update.silt"))
        try Session(on: screen, options, theme: Theme.builtIn("dark"), jobs: 2).run(
            ImageRequest(path: scratch.path(old)), ImageRequest(path: scratch.path(new)))
        return screen
    }

    @Test func `images are read, compared and left with a key`() throws {
        let screen = try run([.until("changed only in metadata"), .press(.character("q"))])
        #expect(screen.isLeft)
        #expect(screen.shown.contains("etc/"))
    }

    @Test func `a package is exported and the command to apply it is shown`() throws {
        let screen = try run([
            .until("changed only in metadata"), .press(.character("e")), .press(.enter),
            .until("written and checked"),
            .press(.character("e")), .until("silt apply"), .press(.control("c")),
        ])
        #expect(screen.isLeft)
        #expect(scratch.names.contains("update.silt"))
    }

    @Test func `an export does not replace a file unasked`() throws {
        try scratch.write("update.silt", [1])
        _ = try run([
            .until("changed only in metadata"), .press(.character("e")), .press(.enter),
            .until("update.silt"),
            .press(.control("c")),
        ])
        #expect(try scratch.read("update.silt") == [1])
    }

    @Test func `of several images those are compared that are chosen`() throws {
        for name in ["olds.tar", "news.tar"] {
            var layout = LayoutBuilder()
            layout.entries = [
                try layout.store(SampleImages.tiny, [LayoutBuilder.name("example.org/tiny:1")]),
                try layout.store(
                    name == "olds.tar" ? SampleImages.old : SampleImages.new,
                    [LayoutBuilder.name("example.org/app:1")]),
            ]
            try scratch.write(name, layout.archive)
        }
        let screen = try run(
            [
                .until("Which old image?"), .press(.down), .press(.enter),
                // The counterpart is under the cursor already.
                .until("Which new image?"), .press(.enter), .until("changed only in metadata"),
                .press(.character("q")),
            ], old: "olds.tar", new: "news.tar")
        #expect(screen.isLeft)
    }

    @Test func `an image that cannot be read is told on the screen and afterwards`() throws {
        try scratch.write("text", Array("no image".utf8))
        #expect(throws: ImageError.self) {
            try run([.until("silt cannot go on"), .press(.character("q"))], new: "text")
        }
    }
}
