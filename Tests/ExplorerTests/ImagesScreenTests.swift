import Bytes
import Canvas
import Hashing
import OCI
import Testing

@testable import Explorer

/// Archives that hold several images.
struct ImagesScreenTests {
    private static func option(_ name: String, _ architecture: String) -> ImageOption {
        ImageOption(
            name: name, platform: Platform("linux/\(architecture)"),
            imageID: Digest.of(Array("\(name)\(architecture)".utf8)), label: "\(name) (linux/\(architecture))"
        )
    }

    private static let options = [
        option("example.org/shop:1.5", "arm64"), option("example.org/shop:1.5", "amd64"),
        option("example.org/worker:2", "amd64"),
    ]

    private static func script(columns: Int = 80, rows: Int = 24) -> Script {
        var script = Script(columns: columns, rows: rows, at: .nothing)
        script.send(.several(.old, options))
        return script
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `which image is meant is asked`(columns: Int, rows: Int) {
        Self.script(columns: columns, rows: rows).expectScreen("images-\(columns)x\(rows)")
    }

    @Test func `the one under the cursor is read`() {
        var script = Self.script()
        script.press("j j j k enter")
        #expect(script.takeEffects() == [.choose(.old, Self.options[1].imageID)])
        #expect(script.explorer.screens.isEmpty)
    }

    @Test func `esc ends the program: there is nothing to show`() {
        var script = Self.script()
        script.press("esc")
        #expect(script.takeEffects() == [.quit])
    }

    @Test func `esc goes back from the new image to the old one`() {
        var script = Self.script()
        script.press("enter")
        script.send(.summary(.old, Fixture.application.oldSummary))
        script.send(.several(.new, Array(Self.options.prefix(2))))
        #expect(script.screen().text.contains("Which new image? There are 2 in shop-1.5.tar"))
        _ = script.takeEffects()
        script.press("esc")
        #expect(script.screen().text.contains("Which old image? There are 3 in shop-1.4.tar"))
        #expect(script.explorer.sides[.old]?.summary == nil)
        script.press("j enter")
        #expect(script.takeEffects() == [.choose(.old, Self.options[1].imageID)])
        script.send(.several(.new, Self.options))
        script.press("enter")
        // The command names the images that were chosen at last.
        let command = script.explorer.options.createCommand
        #expect(command.ranges(of: "--old-image").count == 1)
        #expect(command.contains("--old-image \(Self.options[1].imageID)"))
        script.send(.several(.new, Self.options))
        script.press("q")
        #expect(script.takeEffects().last == .quit)
    }

    @Test func `the counterpart of the other image is proposed`() {
        var script = Script(at: .nothing)
        script.send(.summary(.old, Fixture.application.oldSummary))
        let name = Fixture.application.oldSummary.names.first.map(ImageOption.repository) ?? ""
        let options = [
            Self.option("example.org/other:3", "amd64"), Self.option(name + ":9", "riscv64"),
            Self.option(name + ":9", "amd64"),
        ]
        script.send(.several(.new, options))
        script.press("enter")
        #expect(script.takeEffects() == [.choose(.new, options[2].imageID)])
    }

    @Test func `the image that the other side is already is proposed last`() throws {
        var script = Script(at: .nothing)
        let old = Fixture.application.oldSummary
        script.send(.summary(.old, old))
        let name = try #require(old.names.first)
        let same = ImageOption(name: name, platform: old.platform, imageID: old.imageID, label: name)
        let other = Self.option(ImageOption.repository(name) + ":9", "amd64")
        script.send(.several(.new, [same, other]))
        #expect(script.screen().text.contains("which image?"))
        script.press("enter")
        #expect(script.takeEffects() == [.choose(.new, other.imageID)])
    }

    @Test func `what is not chosen yet is not told to be read`() {
        var script = Script(columns: 120, rows: 40, at: .nothing)
        script.send(.summary(.old, script.fixture.oldSummary))
        script.send(.sideRead(.old, script.fixture.tree(.squashed)))
        #expect(script.screen().text.contains("the new one is"))
        script.send(.several(.new, Self.options))
        #expect(script.screen().text.contains("the new one is not chosen yet"))
    }

    @Test(arguments: [
        ("app:1", "app"), ("app", "app"), ("registry:5000/app", "registry:5000/app"),
        ("registry:5000/a/app:1-b", "registry:5000/a/app"), ("", ""),
    ])
    func `a name without its tag`(name: String, repository: String) {
        #expect(ImageOption.repository(name) == repository)
    }
}
