import Canvas
import TestSupport
import Testing

@testable import Explorer

/// Where text is typed.
struct FieldTests {
    @Test func `what is typed or pasted reaches every field`() {
        for (_, way) in KeyTests.places {
            var script = Script(columns: 100, rows: 30, answersFirst: true)
            script.press(way)
            guard script.explorer.screens.last?.isField == true else { continue }
            for inputs in [[Input.key("x"), .key("7")], [.paste("x7")]] {
                var typed = script.explorer
                _ = typed.update(inputs)
                #expect(typed.view().text.contains("x7"), "\(way)")
            }
        }
    }

    @Test func `that nothing fits what is typed is said at once`() {
        for (key, text, absence) in [
            ("^p", "zqzq", "no path has these letters"), (":", "zqzq", "no command is called so"),
        ] {
            var script = Script(columns: 80, rows: 24, answersFirst: true)
            script.press(key)
            #expect(!script.screen().text.contains(absence))
            script.type(text)
            #expect(script.screen().text.contains(absence))
            script.press("^u")
            #expect(!script.screen().text.contains(absence))
        }
    }

    @Test func `what is pasted where a level is chosen changes nothing`() {
        var script = Script()
        script.press("e tab")
        script.send(.input(.paste("hl h")))
        #expect(script.explorer.export.level == .standard)
    }

    @Test func `a field takes no more than a path can be, and shows where the cursor is`() {
        var field = TextField()
        for _ in 0..<5000 { _ = field.press("m") }
        #expect(field.text.count == 4096)
        #expect(field.window(columns: 10, mark: "…") == ("…mmmmmmmm", 9))
        _ = field.press(.home)
        #expect(field.window(columns: 10, mark: "…") == ("mmmmmmmmm…", 0))
        for _ in 0..<20 { _ = field.press(.right) }
        let (text, column) = field.window(columns: 10, mark: "…")
        #expect(TextWidth.of(text) == 10 && text.hasPrefix("…") && text.hasSuffix("…") && column < 9)
        #expect(TextField("日本語").window(columns: 5, mark: "…") == ("…語", 3))
        #expect(TextField("ab").window(columns: 3, mark: "…") == ("ab", 2))
    }

    @Test func `in a window that is too small nothing is lost by a key that would ask elsewhere`() {
        var script = Script()
        script.press("n space")
        script.send(.input(.resize(Size(rows: 6, columns: 30))))
        _ = script.takeEffects()
        script.press("space q")
        #expect(script.takeEffects().isEmpty)
        script.press("^c")
        #expect(script.takeEffects() == [.quit])
    }

    @Test func `paths are found by capitals that are typed, and by letters beyond ASCII`() throws {
        var script = Script()
        func found(_ text: String) -> [String] {
            var finder = script
            finder.press("^p")
            finder.type(text)
            finder.press("enter")
            return finder.explorer.context == .finder ? [] : [finder.path]
        }
        #expect(found("README") == ["app/README"] && found("readme") == ["app/README"])
        #expect(found("ReadMe") == [] && found("日本") == ["app/日本語の名前.txt"])
        #expect(found("trÈs") == [])
        #expect(found(String(repeating: "a", count: 4000)) == [])
        script.press("esc")
    }
}
