/// Bytes as text that is safe to print: names in images may hold anything.
public enum EscapedText {
    /// Keeps printable UTF-8; writes every other byte, control and direction-changing characters as `\xNN`.
    public static func of(_ bytes: some Collection<UInt8>, limit: Int = .max) -> String {
        var text = ""
        var rest = Array(bytes.prefix(limit))[...]
        while let first = rest.first {
            if first < 0x80 {
                if first < 0x20 || first == 0x7f {
                    escape(first, into: &text)
                } else {
                    text.unicodeScalars.append(Unicode.Scalar(first))
                }
                rest = rest.dropFirst()
                continue
            }
            var iterator = rest.prefix(4).makeIterator()
            var decoder = UTF8()
            if case .scalarValue(let scalar) = decoder.decode(&iterator), isPrintable(scalar) {
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                escape(first, into: &text)
                rest = rest.dropFirst()
            }
        }
        return bytes.count > limit ? text + "…" : text
    }

    private static func escape(_ byte: UInt8, into text: inout String) {
        text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            false
        default: true
        }
    }
}
