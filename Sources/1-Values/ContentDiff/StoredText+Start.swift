extension StoredText {
    /// So many bytes without a control character are a text in some older encoding: of random ones not one in a million is.
    private static let certainByteCount = 128

    /// Whether a file looks like a text as far as its first bytes tell, in whatever encoding.
    ///
    /// - Parameters:
    ///   - start: Its first bytes.
    ///   - isWhole: Whether that is all of it; else its last character may be cut.
    /// - Returns: Whether it does; nothing is no text.
    public static func isText(start: [UInt8], isWhole: Bool) -> Bool {
        guard let first = start.first else { return false }
        if first >= 0xfe, start.count >= 2, start[0] ^ start[1] == 1 {
            return isText(units: start[2...], isLittle: first == 0xff, isWhole: isWhole)
        }
        // Every file of an image is asked about, and most are plain: they take one look at each byte.
        var highCount = 0
        for byte in start {
            if byte >= 0x80 {
                highCount += 1
            } else if byte < 0x20, !controls.contains(byte) {
                let units = isWhole ? start[...] : start.prefix(start.count & ~1)
                return isLittle(unmarked: Array(units)).map {
                    isText(units: units, isLittle: $0, isWhole: isWhole)
                } ?? false
            }
        }
        return highCount * 3 < start.count || start.count >= certainByteCount
            || String(validating: isWhole ? start[...] : withoutCutCharacter(start), as: UTF8.self) != nil
    }

    private static func isText(units: ArraySlice<UInt8>, isLittle: Bool, isWhole: Bool) -> Bool {
        let units = isWhole ? units : units.prefix(units.count & ~1)
        if let text = text(utf16: units, isLittle: isLittle) { return isPlain(text) }
        // The first half of a pair is no character.
        guard !isWhole, let text = text(utf16: units.dropLast(2), isLittle: isLittle) else { return false }
        return isPlain(text)
    }

    /// UTF-8 without a last character of which bytes are missing.
    private static func withoutCutCharacter(_ start: [UInt8]) -> ArraySlice<UInt8> {
        let tail = start.suffix(3)
        guard let lead = tail.lastIndex(where: { $0 & 0xc0 != 0x80 }), start[lead] >= 0xc0 else {
            return start[...]
        }
        let byteCount = start[lead] >= 0xf0 ? 4 : start[lead] >= 0xe0 ? 3 : 2
        return start.endIndex - lead < byteCount ? start[..<lead] : start[...]
    }
}
