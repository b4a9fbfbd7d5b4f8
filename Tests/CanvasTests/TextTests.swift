import Canvas
import Testing

struct TextTests {
    @Test(
        arguments: [
            ("opt/jars/spark-core_2.12-3.5.8.jar", 40, "opt/jars/spark-core_2.12-3.5.8.jar"),
            ("opt/jars/spark-core_2.12-3.5.8.jar", 31, "op…rs/spark-core_2.12-3.5.8.jar"),
            ("opt/jars/spark-core_2.12-3.5.8.jar", 20, "…/spark-co…3.5.8.jar"),
            ("opt/jars/spark-core_2.12-3.5.8.jar", 8, "opt….jar"),
            ("usr/lib/python3/", 12, "u…b/python3/"), ("0123456789", 9, "0123…6789"), ("a/b", 1, "…"),
        ])
    func `a path keeps its last name whole if that fits`(path: String, columns: Int, fitted: String) {
        let result = TextFit.path(path, columns: columns, mark: "…")
        #expect(result == fitted && TextWidth.of(result) <= columns)
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("한", 2), ("😀", 2), ("\u{200b}", 0), ("ﬀ", 1),
        ("─│▸█", 4),
    ])
    func `columns of text`(text: String, columns: Int) {
        #expect(TextWidth.of(text) == columns)
    }

    @Test(arguments: [
        ("abcdefghij", 10, "abcdefghij"), ("abcdefghij", 7, "abc…hij"), ("abcdefghij", 2, "…j"),
        ("abcdefghij", 1, "…"),
        ("abcdefghij", 0, ""), ("日本語日本語", 7, "日…本語"), ("日本語日本語", 6, "日…語"),
    ])
    func `the middle gives way first`(text: String, columns: Int, fitted: String) {
        let result = TextFit.middle(text, columns: columns, mark: "…")
        #expect(result == fitted)
        #expect(TextWidth.of(result) <= columns)
    }

    @Test func `the end gives way where that is asked for`() {
        #expect(TextFit.end("abcdef", columns: 4, mark: "~") == "abc~")
        #expect(TextFit.end("abcdef", columns: 1, mark: "~") == "~")
        #expect(TextFit.end("ab", columns: 4, mark: "~") == "ab")
        #expect(TextFit.first(of: ["abcdef", "abc", "a"], columns: 4, mark: "~") == "abc")
        #expect(TextFit.first(of: ["abcdef", "abcde"], columns: 4, mark: "~") == "abc~")
    }

    @Test(arguments: [
        "silt apply 'my old.tar'  update.silt -o new.tar", "", " ", "a", "日本語の名前",
        "/a/very/long/path/without/a/blank",
        "e\u{301}e\u{301}e\u{301} ends with a blank ",
    ])
    func `folded lines make the text again at every width`(text: String) {
        for columns in 1...60 {
            let lines = TextFit.fold(text, columns: columns)
            #expect(lines.joined() == text)
            #expect(columns < 2 || lines.allSatisfy { TextWidth.of($0) <= columns })
        }
        #expect(TextFit.fold("one two three", columns: 8) == ["one two ", "three"])
    }

    @Test func `wrapping breaks at blanks and cuts longer words`() {
        #expect(TextFit.wrap("one two three", columns: 7) == ["one two", "three"])
        #expect(TextFit.wrap("abcdefgh ij", columns: 3) == ["abc", "def", "gh", "ij"])
        #expect(TextFit.wrap("日本", columns: 1).isEmpty == false)
        #expect(TextFit.wrap("a", columns: 0).isEmpty)
    }
}
