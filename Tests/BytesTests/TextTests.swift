import Bytes
import Testing

struct TextTests {
    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"),
            (999_949, "999.9 kB"), (999_950, "1.0 MB"), (60_500_000, "60.5 MB"), (1_240_000_000, "1.2 GB"),
            (1_000_000_000_000, "1.0 TB"), (UInt64.max, "18.4 EB"),
        ] as [(UInt64, String)])
    func `sizes are short`(count: UInt64, text: String) {
        #expect(ByteCount.text(count) == text)
    }

    @Test(
        arguments: [
            ("0", 0), ("1000", 1000), ("18446744073709551615", .max), ("1GB", 1_000_000_000),
            ("1 GiB", 1 << 30),
            ("134.8 MB", 134_800_000), ("1.5kB", 1500), ("7B", 7), ("", nil), ("MB", nil), ("-1", nil),
            ("1 000", nil), ("1mb", nil), ("99999999999GB", nil), ("1e9", nil),
        ] as [(String, UInt64?)])
    func `sizes are read as they are shown`(text: String, count: UInt64?) {
        #expect(ByteCount.parsed(text) == count)
    }

    @Test func `lines end as on any system`() {
        #expect("a\nb\r\n\n".textLines == ["a", "b", "", ""])
        #expect("\u{feff}a\r\nb".textLines == ["a", "b"])
        #expect("".textLines == [""])
    }

    @Test(
        arguments: [
            (0, "0"), (12, "12"), (123, "123"), (1234, "1,234"), (1_239_562, "1,239,562"),
            (100_000, "100,000"),
        ] as [(UInt64, String)])
    func `digits are grouped by three`(count: UInt64, text: String) {
        #expect(ByteCount.grouped(count) == text)
    }

    @Test(
        arguments: [
            (0, 0, "-"), (0, 10, "0%"), (1, 1_000_000, "<0.1%"), (3, 1000, "0.3%"), (2, 100, "2.0%"),
            (99, 100, "99%"),
            (300, 100, "300%"), (999, 10_000, "10%"), (994, 10_000, "9.9%"),
        ] as [(UInt64, UInt64, String)])
    func `shares are percents`(part: UInt64, whole: UInt64, text: String) {
        #expect(ByteCount.percent(part, of: whole) == text)
    }

    @Test(
        arguments: [
            (Array("usr/bin/größe".utf8), "usr/bin/größe"), (Array("a\u{1b}[2Jb".utf8), "a\\x1b[2Jb"),
            ([0x61, 0x0a, 0x09, 0x7f, 0x00], "a\\x0a\\x09\\x7f\\x00"), ([0x66, 0xfc, 0x72], "f\\xfcr"),
            (Array("\u{202e}txt".utf8), "\\xe2\\x80\\xaetxt"), ([0xc0, 0xaf], "\\xc0\\xaf"),
            ([0xe2, 0x82], "\\xe2\\x82"),
            (Array("日本".utf8), "日本"), ([0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"),
            (Array("\u{85}".utf8), "\\xc2\\x85"),
        ] as [([UInt8], String)])
    func `names are safe to print`(bytes: [UInt8], text: String) {
        #expect(EscapedText.of(bytes) == text)
    }

    @Test func `a long name is cut where it was asked for`() {
        #expect(EscapedText.of(Array("abcdef".utf8), limit: 3) == "abc…")
        #expect(EscapedText.of(Array("abc".utf8), limit: 3) == "abc")
    }

    @Test func `no bytes at all make a control character or a second line`() {
        for first in 0...255 {
            for second in 0...255 {
                let text = EscapedText.of([UInt8(first), UInt8(second), 0x41])
                #expect(
                    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) })
            }
        }
    }
}
