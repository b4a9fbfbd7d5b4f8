import Canvas
import Testing

@testable import Explorer

struct ExportTests {
    private static let request = ExportRequest(path: "update.silt", level: .standard, overwrites: false)

    private func exporting() -> Script {
        var script = Script()
        script.press("e enter")
        _ = script.takeEffects()
        return script
    }

    @Test func `the dialog's fields make the request`() {
        var script = Script()
        _ = script.takeEffects()
        script.press("e ^u")
        script.type("out/d.silt")
        script.press("tab left enter")
        #expect(
            script.takeEffects() == [
                .export(ExportRequest(path: "out/d.silt", level: .fast, overwrites: false))
            ])
        #expect(script.explorer.context == .exporting)
    }

    @Test func `a package needs a file name`() {
        var script = Script()
        _ = script.takeEffects()
        script.press("e ^u enter")
        #expect(script.takeEffects() == [])
        #expect(script.explorer.status?.text == "the package needs a file name")
        script.press("o u t / enter")
        #expect(script.explorer.status?.text == "'out/' is a directory: add a file name")
        #expect(script.takeEffects() == [])
    }

    @Test func `an existing file is replaced only after a yes`() {
        var script = exporting()
        script.send(.exportExists(Self.request))
        script.press("n")
        #expect(script.explorer.context == .export)
        #expect(script.takeEffects() == [])
        script.press("enter")
        #expect(script.takeEffects() == [.export(Self.request)])
        script.send(.exportExists(Self.request))
        script.press("y")
        var replacing = Self.request
        replacing.overwrites = true
        #expect(script.takeEffects() == [.export(replacing)])
    }

    @Test func `cancelling asks once and waits for the end`() {
        var script = exporting()
        script.press("esc esc")
        #expect(script.takeEffects() == [.cancelExport])
        #expect(script.explorer.context == .exporting)
        script.send(.exportCancelled)
        #expect(script.explorer.context == .files)
        #expect(script.explorer.status?.text == "export cancelled; nothing was written")
    }

    @Test func `quitting while exporting asks first`() {
        var script = exporting()
        script.press("q")
        #expect(script.takeEffects() == [])
        script.press("n")
        #expect(script.explorer.context == .exporting)
        script.press("^c y")
        #expect(script.takeEffects() == [.cancelExport, .quit])
    }

    @Test func `an export that ends while the question is open shows its result`() {
        var script = exporting()
        script.press("q")
        let result = ExportResult(
            path: "update.silt", byteCount: 1, elapsed: .seconds(1), applyCommand: "silt apply")
        script.send(.exported(result))
        #expect(script.explorer.overlays == [.result(result)])
        script.press("y")
        #expect(script.takeEffects() == [.copy("silt apply")])
        script.press("enter")
        #expect(script.explorer.overlays == [])
    }

    @Test func `a failed export tells why`() {
        var script = exporting()
        script.send(.exportFailed("cannot write 'update.silt': No space left on device"))
        #expect(script.explorer.context == .files)
        #expect(
            script.explorer.status
                == .init(text: "cannot write 'update.silt': No space left on device", isWarning: true))
    }

    @Test func `SIGTERM quits from anywhere`() {
        var script = exporting()
        script.send(.input(.terminate))
        #expect(script.takeEffects() == [.quit])
    }

    @Test func `ticks are wanted only while something moves`() {
        #expect(Script(at: .summaries).explorer.isAnimated)
        #expect(Script(at: .compared).explorer.isAnimated)
        #expect(!Script().explorer.isAnimated)
        #expect(exporting().explorer.isAnimated)
    }
}
