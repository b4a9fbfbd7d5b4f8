/// Bytes as text that is safe to print: names in images and on command lines may hold anything.
///
/// No two different names look the same because of characters that cannot be seen or that are composed in two ways.
/// (Letters of different alphabets that look alike are left as they are.)
public enum EscapedText {
    /// Keeps visible UTF-8 and writes everything else as the bytes it is made of, `\xNN`: broken UTF-8, control,
    /// direction-changing and invisible characters, blanks other than a space, spaces at either end, combining
    /// marks that have no letter to stand on, and what Unicode has another, composed form for. A backslash becomes
    /// `\\`.
    ///
    /// - Parameters:
    ///   - bytes: The name.
    ///   - limit: How many bytes of it to show; where it is longer, `…` tells so.
    ///   - isASCII: Whether nothing but ASCII can be shown: other characters become `\\u{NNNN}` then.
    /// - Returns: One line of text.
    public static func of(
        _ bytes: some Collection<UInt8>, limit: Int = .max, isASCII: Bool = false
    ) -> String {
        let all = Array(bytes)
        let shown = prefix(of: all, limit: limit)
        // Nearly all names are plain.
        if shown == all.count, all.first != 0x20, all.last != 0x20,
            all.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x5c })
        {
            return String(decoding: all, as: UTF8.self)
        }
        let lastVisible = all.lastIndex { $0 != 0x20 } ?? -1
        var text = ""
        var canCarryMark = false
        var index = 0
        while index < shown {
            let byte = all[index]
            if byte < 0x80 {
                let isAtEnd = byte == 0x20 && (index == 0 || text.isEmpty || index > lastVisible)
                if byte == 0x5c {
                    text += "\\\\"
                } else if byte < 0x20 || byte == 0x7f || isAtEnd {
                    escape(byte, into: &text)
                } else {
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                }
                canCarryMark = isLetterOrDigit(byte)
                index += 1
            } else if let scalar = scalar(in: all, at: index), isVisible(scalar, afterBase: canCarryMark) {
                append(scalar, isASCII: isASCII, to: &text)
                canCarryMark = true
                index += UTF8.width(scalar)
            } else {
                let width = scalar(in: all, at: index).map(UTF8.width) ?? 1
                for byte in all[index..<min(shown, index + width)] { escape(byte, into: &text) }
                canCarryMark = false
                index += width
            }
        }
        return shown < all.count ? text + (isASCII ? ".." : "…") : text
    }

    /// A whole line, made of texts that were escaped already or never held anything odd: what would disturb a terminal
    /// is escaped, backslashes stay.
    ///
    /// - Parameters:
    ///   - text: The line.
    ///   - limit: How many characters of it to show; where it is longer, `…` tells so.
    ///   - isASCII: Whether nothing but ASCII can be shown: other characters become `\\u{NNNN}` then.
    /// - Returns: One line of text, which is the same if it is escaped again.
    public static func line(_ text: String, limit: Int = .max, isASCII: Bool = false) -> String {
        var line = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == limit { return line + (isASCII ? ".." : "…") }
            if disturbs(scalar) {
                for byte in String(Character(scalar)).utf8 { escape(byte, into: &line) }
            } else {
                append(scalar, isASCII: isASCII, to: &line)
            }
        }
        return line
    }

    /// A JSON string with its quotes. Everything that would disturb a terminal is a `\u` escape; what is not UTF-8 is
    /// U+FFFD.
    public static func json(_ bytes: some Collection<UInt8>) -> String {
        var text = "\""
        for scalar in String(decoding: Array(bytes), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: appendJSON(scalar, to: &text)
            }
        }
        return text + "\""
    }

    /// JSON that an encoder made, with everything that would disturb a terminal as `\u` escapes; it means the same.
    public static func safeJSON(_ document: String) -> String {
        // Between values a line break is layout; inside of strings the encoder has escaped it.
        func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f || byte == 0x0a }
        let bytes = Array(document.utf8)
        guard let first = bytes.firstIndex(where: { !isPlain($0) }) else { return document }
        var safe = Array(bytes[..<first])
        var index = first
        while index < bytes.count {
            if isPlain(bytes[index]) {
                safe.append(bytes[index])
                index += 1
            } else {
                let scalar = scalar(in: bytes, at: index) ?? "\u{fffd}"
                var text = ""
                appendJSON(scalar, to: &text)
                safe += text.utf8
                index += UTF8.width(scalar)
            }
        }
        return String(decoding: safe, as: UTF8.self)
    }

    private static func appendJSON(_ scalar: Unicode.Scalar, to text: inout String) {
        guard disturbs(scalar) else {
            text.unicodeScalars.append(scalar)
            return
        }
        for unit in String(Character(scalar)).utf16 {
            text += "\\u" + Hex.string([UInt8(unit >> 8), UInt8(unit & 0xff)])
        }
    }

    private static func append(_ scalar: Unicode.Scalar, isASCII: Bool, to text: inout String) {
        if isASCII, !scalar.isASCII {
            text += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            text.unicodeScalars.append(scalar)
        }
    }

    private static func escape(_ byte: UInt8, into text: inout String) { text += "\\x" + Hex.string([byte]) }

    /// The scalar whose UTF-8 begins there; nil if it is broken.
    private static func scalar(in bytes: [UInt8], at index: Int) -> Unicode.Scalar? {
        var iterator = bytes[index...].prefix(4).makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
        return scalar
    }

    /// How many bytes to show of a name, so that no character is cut in two.
    private static func prefix(of bytes: [UInt8], limit: Int) -> Int {
        guard bytes.count > limit else { return bytes.count }
        var end = limit
        while end > 0, limit - end < 3, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return end
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }

    /// Whether a scalar changes how other text is shown, or has no agreed form.
    private static func disturbs(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7f { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            true
        default: false
        }
    }

    /// Whether a scalar beyond ASCII can be seen and told from others.
    private static func isVisible(_ scalar: Unicode.Scalar, afterBase: Bool) -> Bool {
        let properties = scalar.properties
        guard !disturbs(scalar), !properties.isDefaultIgnorableCodePoint,
            !properties.isFullCompositionExclusion
        else { return false }
        switch scalar.value {
        // Accents, Arabic signs, Korean vowels and finals, Japanese voicing: with the letter before them they look
        // like the composed letter.
        case 0x300...0x36f, 0x653...0x655, 0x1160...0x11ff, 0x3099...0x309a: return false
        // The braille pattern without dots is as blank as a space.
        case 0x2800: return false
        default: break
        }
        return switch properties.generalCategory {
        case .spaceSeparator: false
        case .nonspacingMark, .enclosingMark, .spacingMark: afterBase
        default: true
        }
    }
}
