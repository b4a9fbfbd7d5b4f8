import Canvas
import FileTree
import OCI
import TestSupport
import Testing

@testable import Explorer

/// What picks are for: packages, commands, lists.
extension PickTests {
    @Test func `each change of the picks asks for what comes of it, and older answers are void`() {
        var script = Script(answersFirst: true)
        _ = script.takeEffects()
        script.press("space")
        guard case .planPicks(let selection?, let revision)? = script.takeEffects().last else {
            Issue.record("nothing was asked")
            return
        }
        #expect(selection.nodes == script.explorer.picks?.selection.nodes)
        script.send(.picksPlanned(revision: revision - 1, PickPlan(failure: "old")))
        #expect(script.explorer.pickState.plan == nil)
        // The sum of rows first, then what it really takes.
        #expect(script.screen().text.contains("· ≈473.7 kB"))
        plan(&script, byteCount: 471_000)
        #expect(script.screen().text.contains("· 471.0 kB") && !script.screen().text.contains("· ≈471"))
        script.press("u")
        #expect(script.takeEffects() == [.planPicks(nil, revision: revision + 1)])
        // What cannot be made says why, and is not exported.
        script.press("space")
        if let picks = script.explorer.picks {
            script.send(
                .picksPlanned(revision: picks.revision, PickPlan(failure: "'a' has holes; do not pick it")))
        }
        #expect(script.screen().text.contains("has holes"))
        _ = script.takeEffects()
        script.press("e enter")
        #expect(script.takeEffects() == [])
    }

    @Test func `the dialog exports what is picked, and the whole image if nothing is`() {
        var script = Script(answersFirst: true)
        script.press("space e enter")
        let request = script.takeEffects().compactMap {
            if case .export(let request) = $0 { request } else { nil }
        }
        #expect(request.map(\.picks) == [script.explorer.picks?.selection])
        script.send(
            .exported(
                ExportResult(
                    path: "update.silt", byteCount: 470_000, elapsed: .seconds(1), applyCommand: "silt apply")
            ))
        #expect(script.screen().text.contains("470.0 kB"))
        // It is kept now: nothing is asked.
        script.press("q")
        #expect(script.takeEffects() == [.quit])
        script.press("U e e enter")
        #expect(
            script.takeEffects().contains(
                .export(ExportRequest(path: "update.silt", level: .standard, overwrites: false))))
    }

    @Test func `the command makes the same`() {
        var script = Script(answersFirst: true)
        func command(_ keys: String) -> String {
            script.press("\(keys) e")
            _ = script.takeEffects()
            script.press("^y")
            defer { script.press("esc U") }
            for case .copy(let text) in script.takeEffects() { return text }
            return ""
        }
        let start = "silt create shop-1.4.tar shop-1.5.tar"
        #expect(command("") == "\(start) -o update.silt")
        #expect(
            command("space") == "\(start) --pick /usr/lib/ssl/libcrypto.so.3 -o update.silt")
        #expect(command("1 g space 2") == "\(start) --config '*' -o update.silt")
        #expect(command("A") == "\(start) --pick '**' --skip /app/README -o update.silt")
        script.explorer.layerCursor.move(to: 2, count: 7, height: 7)
        #expect(command("1 space 2") == "\(start) --layer 2 -o update.silt")
    }

    @Test func `lists are written and read`() throws {
        var script = Script(answersFirst: true)
        script.press("A 1 g space 2")
        let before = picked(script)
        _ = script.takeEffects()
        script.press("w enter")
        guard case .savePicks(let request)? = script.takeEffects().last else {
            Issue.record("nothing is written")
            return
        }
        #expect(request.path == "update.picks")
        let list = try PickList(parsing: request.bytes)
        #expect(list.oldImageID == script.fixture.oldSummary.imageID && list.configKeys == ["*"])
        // What is there already is replaced after a yes.
        script.send(.picksFileExists(request))
        script.press("y")
        guard case .savePicks(let again)? = script.takeEffects().last else { return }
        #expect(again.overwrites)
        script.send(.picksSaved(path: request.path, revision: request.revision))
        script.press("q")
        #expect(script.takeEffects() == [.quit])

        var other = Script(answersFirst: true)
        other.press("^o enter")
        #expect(other.takeEffects().last == .loadPicks("update.picks"))
        other.send(.picksLoaded(list, path: "update.picks"))
        #expect(picked(other) == before)
        #expect(other.explorer.picks?.keys.count == 3)
        var wrong = list
        wrong.newImageID = script.fixture.oldSummary.imageID
        other.press("U")
        other.send(.picksLoaded(wrong, path: "x"))
        #expect(picked(other) == [])
        #expect(other.explorer.status?.text.contains("for another new image") == true)
    }

    @Test func `the list that was used last is proposed`() {
        var script = Script(answersFirst: true)
        script.press("space w ^u")
        script.type("own.picks")
        script.press("enter")
        guard case .savePicks(let request)? = script.takeEffects().last else {
            Issue.record("nothing is written")
            return
        }
        script.send(.picksSaved(path: request.path, revision: request.revision))
        script.press("U ^o enter")
        #expect(script.takeEffects().last == .loadPicks("own.picks"))
        script.send(.picksLoaded(PickList(configKeys: ["*"]), path: "other.picks"))
        script.press("w enter")
        guard case .savePicks(let other)? = script.takeEffects().last else {
            Issue.record("nothing is written")
            return
        }
        #expect(other.path == "other.picks")
    }

    @Test func `lines of a list that pick nothing are named`() throws {
        func told(_ lines: String) throws -> ExplorerModel.Status? {
            var script = Script(answersFirst: true)
            script.send(.picksLoaded(try PickList(parsing: Array(lines.utf8)), path: "l"))
            return script.explorer.status
        }
        let some = try told("config Env\nconfig Nix\n+ /nix/da\n+ /app\n")
        #expect(some?.isWarning == true)
        #expect(some?.text.hasSuffix("by 'l'; 2 lines match nothing: 'config Nix', '+ /nix/da'") == true)
        let one = try told("+~ /nowhere")
        #expect(one?.text == "'l' picks nothing of these images; 1 line matches nothing: '+~ /nowhere'")
        let many = try told("layer 99\n+ /a1\n+ /a2\n- /a3\n+ /app")
        #expect(
            many?.text.hasSuffix("; 4 lines match nothing: 'layer 99', '+ /a1', '+ /a2' and 1 more") == true)
        let all = try told("config *\n+ /app")
        #expect(all?.isWarning == false && all?.text.hasSuffix("by 'l'") == true)
    }

    @Test func `picks that are nowhere else are asked about before the program ends`() {
        for keys in ["q", "^c", "i ^c"] {
            var script = Script(answersFirst: true)
            script.press("space")
            _ = script.takeEffects()
            script.press(keys)
            #expect(script.takeEffects() == [])
            #expect(script.explorer.context == .leaving)
            script.press("n")
            #expect(picked(script).count == 1)
            script.press(keys)
            script.press(keys == "q" ? "q" : "^c")
            #expect(script.takeEffects() == [.quit])
        }
    }

    @Test func `what is ignored does not change picks`() {
        var script = Script(answersFirst: true) {
            $0.ignored = IgnoreRules(fields: .mode, paths: [PathPattern("usr/lib/ssl/")].compactMap(\.self))
        }
        #expect(script.effects.contains(.merge))
        script.press("A")
        let picks = picked(script)
        #expect(!picks.contains("usr/lib/ssl/libssl.so.3") && picks.contains("app/main.py"))
        script.press("f")
        for _ in 0..<14 { script.press("j") }
        script.press("space esc")
        #expect(script.explorer.ignored.paths.isEmpty)
        #expect(picked(script) == picks)
        #expect(script.screen().text.contains("[-]"))
    }
}
