import Canvas
import FileTree
import Testing
import Shipping

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
        #expect(script.explorer.context == .files)
        #expect(script.explorer.isExporting)
        #expect(script.screen().text.contains("exporting out/d.silt"))
    }

    @Test func `while an export runs, everything can be looked at`() {
        var script = exporting()
        script.press("j j s i esc /")
        script.type("lib")
        script.press("enter")
        #expect(script.explorer.isExporting)
        #expect(script.takeEffects() == [.compare(.pair(1), IgnoreRules(), generation: 2)])
    }

    @Test func `a package needs a file name`() {
        var script = Script()
        _ = script.takeEffects()
        script.press("e ^u enter")
        #expect(script.takeEffects() == [])
        #expect(script.screen().text.contains("the package needs a file name"))
        script.press("o u t / enter")
        #expect(script.screen().text.contains("'out/' is a directory: add a file name"))
        #expect(script.takeEffects() == [])
    }

    @Test func `an existing file is replaced only after a yes`() {
        var script = exporting()
        script.send(.exportExists(Self.request))
        script.press("n")
        #expect(script.explorer.context == .export)
        #expect(script.screen().text.contains("choose another name"))
        #expect(script.takeEffects() == [])
        script.press("enter")
        #expect(script.takeEffects() == [.export(Self.request)])
        script.send(.exportExists(Self.request))
        script.press("y")
        var replacing = Self.request
        replacing.overwrites = true
        #expect(script.takeEffects() == [.export(replacing)])
    }

    @Test func `stopping asks once and waits for the end`() {
        var script = exporting()
        script.press("e n")
        #expect(script.takeEffects() == [])
        script.press("e y")
        #expect(script.takeEffects() == [.cancelExport])
        #expect(script.screen().text.contains("stopping the export"))
        script.send(.exportCancelled)
        #expect(!script.explorer.isExporting)
        #expect(script.screen().text.contains("cancelled; nothing was written"))
    }

    @Test func `quitting while exporting asks first`() {
        for keys in ["q", "^c", "i ^c", "/ ^c"] {
            var script = exporting()
            script.press(keys)
            #expect(script.takeEffects() == [])
            #expect(script.explorer.context == .quitting)
            script.press("n")
            #expect(script.explorer.context != .quitting)
            script.press("^c y")
            #expect(script.takeEffects() == [.cancelExport, .quit])
        }
    }

    @Test func `an export that ends answers what was asked about it, and waits to be looked at`() {
        for keys in ["^c", "e"] {
            var script = exporting()
            script.press(keys)
            script.send(.exported(Self.result))
            #expect(script.explorer.screens.isEmpty)
            #expect(script.screen().text.contains("update.silt 1 B written and checked"))
            script.press("j")
            #expect(script.screen().text.contains("update.silt 1 B written and checked"))
            script.press("e y")
            #expect(script.takeEffects() == [.copy("silt apply")])
            script.press("q")
            #expect(script.explorer.screens.isEmpty)
            #expect(!script.screen().text.contains("written and checked"))
            #expect(script.takeEffects() == [])
        }
        var script = exporting()
        script.send(.exported(Self.result))
        script.press("y")
        #expect(script.takeEffects() == [.copy("silt apply")])
        script = exporting()
        script.send(.exported(Self.result))
        script.press("esc")
        #expect(!script.screen().text.contains("written and checked"))
    }

    private static let result = ExportResult(
        path: "update.silt", byteCount: 1, elapsed: .seconds(1), applyCommand: "silt apply")

    @Test func `a failed export tells why, in the footer and in its dialog, until the name changes`() {
        var script = exporting()
        let reason = "cannot write 'update.silt': No space left on device"
        script.send(.exportFailed(reason))
        #expect(script.screen().text.contains("export failed: cannot write"))
        script.press("j e")
        #expect(script.explorer.context == .export)
        #expect(script.screen().text.contains("No space left"))
        script.press("tab right")
        #expect(script.screen().text.contains("No space left"))
        script.press("tab x")
        #expect(!script.screen().text.contains("No space left"))
    }

    @Test(arguments: [40, 44, 59, 76, 80, 81, 100, 120, 200])
    func `the command on screen is the command at every width`(columns: Int) {
        let command =
            "silt apply '/srv/images/it'\\''s old.tar' /srv/exchange/very/long/path/of/orders-2.4.0-to-2.4.1.silt -o new.tar"
        var script = Script(columns: columns, rows: 40)
        script.press("e enter")
        script.send(
            .exported(
                ExportResult(path: "o.silt", byteCount: 1, elapsed: .seconds(1), applyCommand: command)))
        script.press("e")
        let frame = script.screen()
        var shown = ""
        for row in 0..<frame.size.rows {
            for column in 0..<frame.size.columns {
                guard let cell = frame[row, column], cell.style.role == .key, cell.style.ground == .dialog
                else { continue }
                shown += cell.text
            }
        }
        // The keys at the bottom have the same role.
        #expect(shown.hasPrefix(command), "\(shown)")
        script.press("y")
        #expect(script.takeEffects().contains(.copy(command)))
    }

    @Test func `the size in the dialog is that of the chosen level, or not known`() {
        var script = Script()
        script.send(.totals(Totals(delta: Figure(exact: 5_000))))
        script.press("e tab")
        #expect(size(script) == "5.0 kB")
        script.press("right")
        #expect(size(script) == "…  not computed: esc r m does it, or the export; default: 5.0 kB")
        var totals = Totals(delta: Figure(exact: 5_000))
        totals.otherLevels = [.best: Figure(4_100, bounds: 3_700...5_000)]
        script.send(.totals(totals))
        #expect(size(script) == "≈4.1 kB  a guess: esc r m measures it")
        script.press("enter")
        script.send(
            .exported(ExportResult(path: "u", byteCount: 4_000, elapsed: .seconds(1), applyCommand: "a")))
        script.press("e e")
        #expect(size(script) == "4.0 kB")
    }

    @Test func `packages that the routes made tell the dialog their sizes`() {
        var script = Script()
        script.send(.route(Route(.best, Figure(exact: 3_000), makingSeconds: 2, applyingSeconds: 1)))
        script.press("e tab right")
        #expect(size(script) == "3.0 kB")
        // What is picked takes other bytes, and nothing computes them before an export.
        script.press("esc A e")
        #expect(size(script)?.contains("not computed: the export tells") == true)
    }

    // MARK: - What an export made

    private static let partial = ExportResult(
        path: "update.silt", byteCount: 30_164, elapsed: .seconds(1), applyCommand: "silt apply",
        partial: .init(name: "shop:1.4-silt1", imageID: "4157153d1a13", words: "partial, 1 of 12 changes"))

    @Test(arguments: [80, 40])
    func `the result of a partial export says so, and which image it makes`(columns: Int) {
        var script = Script(columns: columns)
        script.send(.totals(Totals(pull: Figure(exact: 9_000_000), delta: Figure(exact: 60_328))))
        script.press("A e enter")
        script.send(.exported(Self.partial))
        #expect(script.screen().text.contains("30.2 kB, partial"))
        #expect(script.explorer.log.last?.text.contains("30,164 bytes; partial, 1 of 12") == true)
        script.press("e")
        let text = script.screen().text
        #expect(text.contains("Exported what is picked"))
        #expect(text.contains("shop:1.4-silt1, image"))
        #expect(text.contains("partial, 1 of 12 changes"))
        // A pull brings another image.
        #expect(!text.contains("│ pull "))
        #expect(text.contains("50% of 60.3 kB"))
    }

    @Test func `hidden layers are told at any width`() {
        for columns in 40...120 {
            var script = Script(columns: columns)
            script.explorer.focus = .layers
            script.press("G")
            let title = script.screen().text.split(separator: "\n").first { $0.contains("Layers") } ?? ""
            #expect(title.contains(" of 7"), "\(columns): \(title)")
        }
    }

    @Test func `the result can be had as often as one wants`() {
        var script = exporting()
        script.send(.exported(Self.result))
        script.press("y")
        for key in ["esc", "q", "enter"] {
            script.press("^e")
            #expect(script.explorer.context == .result)
            script.press(key)
            #expect(script.explorer.screens.isEmpty)
            #expect(script.explorer.status?.text == "^E shows that again")
        }
        var other = Script()
        other.press("^e")
        #expect(other.explorer.status?.text == "nothing was exported yet: e does")
    }

    @Test func `a command that is copied writes over no package that was exported`() {
        func copied(_ script: Script) -> [String] {
            var script = script
            script.press("1 j j j y j")
            _ = script.takeEffects()
            script.press("enter")
            return script.takeEffects().compactMap { if case .copy(let text) = $0 { text } else { nil } }
        }
        var script = exporting()
        #expect(copied(script).first?.hasSuffix("-o update.silt") == true)
        script.send(.exported(Self.result))
        script.press("esc")
        #expect(copied(script).first?.hasSuffix("-o update-2.silt") == true)
        script.send(
            .exported(
                ExportResult(path: "update-2.silt", byteCount: 1, elapsed: .seconds(1), applyCommand: "")))
        script.press("esc")
        #expect(copied(script).first?.hasSuffix("-o update-3.silt") == true)
    }

    private func size(_ script: Script) -> String? {
        script.screen().text.firstMatch(of: /size      (.*?) *│/).map { String($0.1) }
    }

    @Test func `SIGTERM quits from anywhere`() {
        var script = exporting()
        script.send(.input(.terminate))
        #expect(script.takeEffects() == [.quit])
    }

    @Test func `ticks are wanted only while something moves`() {
        #expect(Script(at: .summaries).explorer.isAnimated)
        #expect(Script(at: .compared).explorer.isAnimated)
        #expect(exporting().explorer.isAnimated)
        for state in [EstimateState.done, .paused, .failed("layer 3 cannot be read")] {
            // Whether a total is known says nothing about whether somebody works on it.
            var script = Script(at: .compared)
            script.send(.estimates(state))
            #expect(!script.explorer.isAnimated)
            script.send(.estimates(.exact(done: 1, of: 2, left: nil)))
            #expect(script.explorer.isAnimated)
        }
    }

    @Test func `the time left follows the phase that runs, and the bar never goes back`() {
        var pace = ExportPace()
        let begun = pace.progress(.coding, "coding", done: 1, of: 1000, elapsed: .milliseconds(10))
        #expect(begun.left == nil)
        // What was done while a large file was searched says nothing.
        let early = pace.progress(.coding, "coding", done: 10, of: 1000, elapsed: .seconds(20))
        #expect(early.left == nil)
        let half = pace.progress(.coding, "coding", done: 500, of: 1000, elapsed: .seconds(60))
        #expect((half.done, half.total) == (2000, 5000))
        #expect(half.left == .seconds(90))
        let checking = pace.progress(.checking, "checking", done: 1, of: 1000, elapsed: .seconds(121))
        #expect(checking.left == nil)
        #expect(checking.done == 4001)
        let last = pace.progress(.checking, "checking", done: 500, of: 1000, elapsed: .seconds(123))
        #expect(last.left == .seconds(2))
        #expect(
            pace.progress(.checking, "checking", done: 2000, of: 1000, elapsed: .seconds(125)).left == .zero)
    }
}
