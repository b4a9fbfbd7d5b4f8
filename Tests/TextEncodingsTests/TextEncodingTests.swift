import CEncodings
import ContentDiff
import Testing

@testable import TextEncodings

/// Texts in encodings that came before Unicode.
struct TextEncodingTests {
    /// A text as an encoding stores it.
    private func stored(_ text: String, _ codec: String) -> [UInt8] {
        guard let converter = iconv_open(codec, "UTF-8"), converter != iconv_t(bitPattern: -1) else {
            return []
        }
        defer { iconv_close(converter) }
        var input = text.utf8.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: input.count * 4)
        let room = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int in
                var (place, left) = (input.baseAddress, input.count)
                var (end, room) = (output.baseAddress, output.count)
                return iconv(converter, &place, &left, &end, &room) == 0 ? room : output.count
            }
        }
        return output.dropLast(room).map { UInt8(bitPattern: $0) }
    }

    private static let japanese = "# 設定ファイル\nname = 日本語のテスト\n# この値を変更すると動作が変わります。\nport = 8080\n"
    private static let simplified = "# 配置文件\nname = 中文测试\n# 修改此值将改变程序的行为。\nport = 8080\n"
    private static let traditional = "# 設定檔\nname = 中文測試\n# 修改此值將改變程式的行為。\nport = 8080\n"
    private static let korean = "# 설정 파일\nname = 한국어 시험\n# 이 값을 바꾸면 동작이 달라집니다.\nport = 8080\n"
    private static let russian =
        "# Файл настроек\nname = проверка\n# При изменении этого значения меняется поведение.\nport = 8080\n"
    private static let czech =
        "# Soubor nastavení\njméno = zkouška\n# Změna této hodnoty změní chování, příliš žluťoučký kůň.\n"
    private static let greek =
        "# Αρχείο ρυθμίσεων: η αλλαγή της τιμής αλλάζει τη συμπεριφορά του προγράμματος\n"

    @Test(arguments: [
        (japanese, "CP932", "as shift_jis"), (japanese, "EUC-JP", "as euc-jp"),
        (simplified, "GB18030", "as gb18030"), (simplified, "GBK", "as gb18030"),
        (traditional, "BIG5", "as big5"), (korean, "EUC-KR", "as euc-kr"),
        (russian, "CP1251", "8-bit, as windows-1251"), (russian, "KOI8-R", "8-bit, as koi8-r"),
        (russian, "ISO-8859-5", "8-bit, as iso-8859-5"), (russian, "CP866", "8-bit, as ibm-866"),
        (czech, "CP1250", "8-bit, as windows-1250"), (czech, "ISO-8859-2", "8-bit, as iso-8859-2"),
        (greek, "ISO-8859-7", "8-bit, as iso-8859-7"),
    ])
    func `a text tells what it is encoded in`(text: String, codec: String, words: String) throws {
        let content = stored(text, codec)
        try #require(!content.isEmpty)
        let known = try #require(StoredText(recognising: content))
        #expect(String(decoding: known.text, as: UTF8.self) == text)
        #expect(known.encoding == words)
        #expect(known.bytes == content)
        #expect(!known.isUnicode && !known.isRaw)
        // Without somebody who knows encodings none of them is read.
        #expect(StoredText(content)?.text != known.text)
    }

    @Test func `what is not certain stays as it is`() {
        // Few letters may be anything.
        for (text, codec) in [
            ("日本語 text, and more of it, and more\n", "CP932"), ("port = 8080 # порт\n", "KOI8-R"),
        ] {
            let content = stored(text, codec)
            #expect(!content.isEmpty)
            #expect(StoredText(recognising: content) == StoredText(content))
        }
        // Letters of one language among signs of others.
        var odd: [UInt8] = []
        for step in 0..<64 as Range<UInt8> { odd += [0x80 + step * 2, 0xff - step, 0x20] }
        #expect(StoredText(recognising: odd) == StoredText(odd))
    }

    @Test func `texts of Western Europe and Unicode are read as before`() {
        for (text, codec) in [
            (
                "Die Größe der Straße bleibt überall gleich. Für Änderungen bitte die Datei öffnen.\n",
                "ISO-8859-1"
            ),
            ("Le fichier de réglages; cette valeur a été modifiée à l'été.\n", "CP1252"),
            (Self.japanese, "UTF-8"),
        ] {
            let content = stored(text, codec)
            let known = StoredText(recognising: content)
            #expect(known == StoredText(content))
            #expect(known.map { String(decoding: $0.text, as: UTF8.self) } == text)
        }
    }

    @Test func `somebody chooses what the bytes do not tell`() throws {
        let name = "port = 8080 # порт\n"
        let content = stored(name, "KOI8-R")
        let koi = try #require(TextEncoding(named: "koi8-r"))
        let chosen = try #require(StoredText(content, in: koi))
        #expect(String(decoding: chosen.text, as: UTF8.self) == name)
        #expect(chosen.encoding == "koi8-r, as chosen")
        // Unicode stays Unicode.
        #expect(StoredText(Array(name.utf8), in: koi)?.encoding == "utf-8")
        // What means nothing in it is no text in it.
        let shift = try #require(TextEncoding(named: "shift_jis"))
        #expect(StoredText([0x61, 0x81], in: shift) == nil)
        #expect(TextEncoding(named: "utf-9") == nil)
    }

    @Test func `every encoding that can be chosen is there, under a name of its own`() {
        #expect(Set(TextEncoding.all.map(\.name)).count == TextEncoding.all.count)
        for encoding in TextEncoding.all {
            #expect(encoding.decoded(Array("a\n".utf8)) == Array("a\n".utf8), "\(encoding.name)")
            #expect(TextEncoding(named: encoding.name) == encoding)
        }
        // More than is converted at once.
        let long = stored(String(repeating: Self.russian, count: 2000), "CP1251")
        #expect(TextEncoding(named: "windows-1251")?.decoded(long)?.count ?? 0 > 200_000)
    }

    @Test(arguments: ["CP932", "EUC-JP"])
    func `lines are found again in what is stored`(codec: String) throws {
        let content = stored(Self.japanese, codec)
        let text = try #require(StoredText(recognising: content))
        let diff = try TextDiff(old: text, new: text)
        let lines = Self.japanese.split(separator: "\n").map { stored(String($0), codec) }
        #expect(diff.storedOld.lines.map { Array(diff.storedOld.bytes[$0]) } == lines)
    }
}
