import Bytes

/// Values as Go writes them into JSON.
enum GoText {
    /// A text, with what cannot stand in HTML escaped, and what is no UTF-8 replaced.
    static func quoted(_ text: [UInt8]) -> [UInt8] {
        var made: [UInt8] = [0x22]
        var place = 0
        while place < text.count {
            let byte = text[place]
            guard byte >= 0x80 else {
                made += escaped(byte) ?? [byte]
                place += 1
                continue
            }
            guard let count = letterByteCount(text[place...]) else {
                made += Array("\\ufffd".utf8)
                place += 1
                continue
            }
            let letter = text[place..<place + count]
            switch Array(letter) {
            case [0xe2, 0x80, 0xa8]: made += Array("\\u2028".utf8)
            case [0xe2, 0x80, 0xa9]: made += Array("\\u2029".utf8)
            default: made += letter
            }
            place += count
        }
        return made + [0x22]
    }

    private static func escaped(_ byte: UInt8) -> [UInt8]? {
        switch byte {
        case 0x22, 0x5c: [0x5c, byte]
        case 0x0a: Array("\\n".utf8)
        case 0x0d: Array("\\r".utf8)
        case 0x09: Array("\\t".utf8)
        case 0..<0x20, 0x26, 0x3c, 0x3e: Array("\\u00\(Hex.string([byte]))".utf8)
        default: nil
        }
    }

    /// How many bytes the letter of UTF-8 takes that comes first, which is none of ASCII; nil if there is none.
    private static func letterByteCount(_ text: ArraySlice<UInt8>) -> Int? {
        let first = text[text.startIndex]
        let count = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
        guard count > 0, text.count >= count else { return nil }
        let rest = text.dropFirst().prefix(count - 1)
        guard rest.allSatisfy({ $0 & 0xc0 == 0x80 }), let second = rest.first else { return nil }
        // What could be shorter, halves of pairs, and what is too large.
        let isRight =
            switch first {
            case 0xe0: second >= 0xa0
            case 0xed: second < 0xa0
            case 0xf0: second >= 0x90
            case 0xf4: second < 0x90
            default: true
            }
        return isRight ? count : nil
    }

    /// Whether a text is UTF-8.
    static func isText(_ text: [UInt8]) -> Bool {
        var place = 0
        while place < text.count {
            if text[place] < 0x80 {
                place += 1
            } else if let count = letterByteCount(text[place...]) {
                place += count
            } else {
                return false
            }
        }
        return true
    }

    /// A moment, as RFC 3339 has it, of the years 1 to 9999.
    static func date(_ moment: LayerHeader.Moment) -> [UInt8] {
        let seconds = min(max(moment.seconds, LayerHeader.Moment.never.seconds), 253_402_300_799)
        let rest = (seconds % 86_400 + 86_400) % 86_400
        // Days since the first of March of the year 0, of which 400 years have 146,097.
        let days = (seconds - rest) / 86_400 + 719_468
        let era = (days < 0 ? days - 146_096 : days) / 146_097
        var day = days - 146_097 * era
        var year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        day -= 365 * year + year / 4 - year / 100
        var month = (5 * day + 2) / 153
        day -= (153 * month + 2) / 5 - 1
        month += month < 10 ? 3 : -9
        year += 400 * era + (month <= 2 ? 1 : 0)
        var fraction = ""
        if moment.billionths > 0 {
            let digits = padded(moment.billionths, 9)
            fraction = "." + digits[...(digits.lastIndex { $0 != "0" } ?? digits.startIndex)]
        }
        let date = [padded(year, 4), padded(month, 2), padded(day, 2)].joined(separator: "-")
        let time = [rest / 3600, rest / 60 % 60, rest % 60].map { padded($0, 2) }.joined(separator: ":")
        return Array("\"\(date)T\(time)\(fraction)Z\"".utf8)
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(count - digits.count, 0)) + digits
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Bytes in base 64.
    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var made: [UInt8] = [0x22]
        made.reserveCapacity(bytes.count / 3 * 4 + 6)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var word = 0
            for index in 0..<3 { word = word << 8 | (index < count ? Int(bytes[start + index]) : 0) }
            for index in 0..<4 {
                made.append(index <= count ? alphabet[word >> (18 - 6 * index) & 63] : 0x3d)
            }
        }
        return made + [0x22]
    }
}
