/// A text, whatever encoding a file holds it in.
public struct StoredText: Sendable, Equatable {
    /// All of the file's content.
    public let bytes: [UInt8]
    /// The text as UTF-8; as it is stored where its encoding is not known. Different contents of one encoding are different
    /// texts.
    public let text: [UInt8]
    /// What it is stored in, for people to read; nil if it is empty.
    public let encoding: String?
    /// Whether its encoding is not known: then what happens to be UTF-8 in it is no letter.
    public let isRaw: Bool
    private let width: Width
    /// Whether it is stored as Unicode, and so for certain.
    public var isUnicode: Bool {
        switch width {
        case .same: !isRaw
        case .two: true
        case .one, .several: false
        }
    }

    /// A text in an older encoding, as somebody read it who knows that.
    public struct Decoded: Sendable {
        /// The text as UTF-8.
        public let text: [UInt8]
        /// What it is stored in, for people to read.
        public let encoding: String
        /// Whether each character takes one byte in the file.
        public let takesOneByte: Bool

        /// A text that was read.
        public init(text: [UInt8], encoding: String, takesOneByte: Bool) {
            self.text = text
            self.encoding = encoding
            self.takesOneByte = takesOneByte
        }
    }

    /// How many bytes a character takes in the file.
    private enum Width: Equatable {
        /// As many as in the text.
        case same
        /// One.
        case one
        /// Two for each unit of UTF-16, behind a mark of so many bytes.
        case two(start: Int)
        /// One or several; the end of a line is no part of a character.
        case several
    }

    /// Control characters that texts hold: tabs, line ends, page ends, escapes and backspaces.
    static let controls: Set<UInt8> = [0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b]

    /// Recognises a text; nil if it is none.
    ///
    /// - Parameters:
    ///   - content: All of a file's content.
    ///   - recognise: Reads what is no Unicode, if it is certain what it is.
    public init?(_ content: [UInt8], recognise: ([UInt8]) -> Decoded? = { _ in nil }) {
        if content.starts(with: [0xff, 0xfe]) || content.starts(with: [0xfe, 0xff]) {
            let isLittle = content[0] == 0xff
            guard let text = Self.text(utf16: content[2...], isLittle: isLittle) else { return nil }
            self.init(bytes: content, text, isLittle ? "utf-16le" : "utf-16be", .two(start: 2))
            return
        }
        if let isLittle = Self.isLittle(unmarked: content) {
            guard let text = Self.text(utf16: content[...], isLittle: isLittle), Self.isPlain(text) else {
                return nil
            }
            self.init(
                bytes: content, text, isLittle ? "utf-16le without a mark" : "utf-16be without a mark",
                .two(start: 0))
            return
        }
        guard Self.isPlain(content) else { return nil }
        if String(validating: content, as: UTF8.self) != nil {
            self.init(utf8: content)
            return
        }
        if let decoded = recognise(content) {
            self.init(content, as: decoded)
            return
        }
        // Most of what has eight bits has to be letters all the same.
        let highCount = content.count { $0 >= 0x80 }
        guard highCount * 3 < content.count else { return nil }
        if let text = Self.western(content, highCount: highCount) {
            let isWindows = content.contains(where: Self.specials.contains)
            self.init(bytes: content, text, isWindows ? "8-bit, as windows-1252" : "8-bit, as latin-1", .one)
        } else {
            self.init(bytes: content, content, "8-bit text", .same, isRaw: true)
        }
    }

    /// A text in an older encoding.
    public init(_ content: [UInt8], as decoded: Decoded) {
        self.init(
            bytes: content, decoded.text, decoded.encoding, decoded.takesOneByte ? .one : .several)
    }

    /// A text that is stored as UTF-8.
    init(utf8 text: [UInt8]) {
        let encoding = text.allSatisfy { $0 < 0x80 } ? "ascii" : "utf-8"
        self.init(bytes: text, text, text.isEmpty ? nil : encoding, .same)
    }

    private init(
        bytes: [UInt8], _ text: [UInt8], _ encoding: String?, _ width: Width, isRaw: Bool = false
    ) {
        self.bytes = bytes
        self.text = text
        self.encoding = encoding
        self.width = width
        self.isRaw = isRaw
    }

    /// Where the text's parts are in what is stored.
    ///
    /// - Parameter lines: The lines of `text`.
    /// - Returns: Places in `bytes`.
    func places(of lines: [Range<Int>]) -> [Range<Int>] {
        var (position, place) = (0, 0)
        switch width {
        case .same: return lines
        case .several:
            let stored = TextDiff.lines(bytes)
            return stored.count == lines.count ? stored : lines.map { _ in 0..<0 }
        case .one: break
        case .two(let start): place = start
        }
        func advance(to end: Int) -> Int {
            for byte in text[position..<end] {
                switch width {
                case .same, .several: place += 1
                case .one: place += byte & 0xc0 == 0x80 ? 0 : 1
                // What has four bytes in UTF-8 has two units.
                case .two: place += byte & 0xc0 == 0x80 ? 0 : byte >= 0xf0 ? 4 : 2
                }
            }
            position = end
            return place
        }
        return lines.map { line in
            let start = advance(to: line.lowerBound)
            return start..<advance(to: line.upperBound)
        }
    }

    /// The order of bytes of what looks like text of 16-bit units without a mark: of most of them one byte is zero, and
    /// always the same one. nil if it does not.
    static func isLittle(unmarked content: [UInt8]) -> Bool? {
        guard content.count.isMultiple(of: 2), content.count >= 8 else { return nil }
        var (first, second) = (0, 0)
        for index in stride(from: 0, to: content.count, by: 2) {
            if content[index] == 0 { first += 1 }
            if content[index + 1] == 0 { second += 1 }
        }
        let most = content.count / 2 * 3 / 4
        if second > most, first == 0 { return true }
        return first > most && second == 0 ? false : nil
    }

    /// Whether a text has no control characters but those that texts hold.
    static func isPlain(_ text: [UInt8]) -> Bool {
        !text.contains { $0 < 0x20 && !controls.contains($0) }
    }

    /// Text of 16-bit units (Unicode Standard, 23.8); nil if something of it would get lost.
    static func text(utf16 content: ArraySlice<UInt8>, isLittle: Bool) -> [UInt8]? {
        guard content.count.isMultiple(of: 2) else { return nil }
        let units = stride(from: content.startIndex, to: content.endIndex, by: 2).map { index in
            let (first, second) = (UInt16(content[index]), UInt16(content[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }

    /// What Windows-1252 has where Latin-1 (ISO 8859-1) has control characters; 0 where it has nothing
    /// (the WHATWG's Encoding Standard, index windows-1252).
    private static let windows: [UInt16] = [
        0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
        0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
    ]
    private static let specials: Range<UInt8> = 0x80..<0xa0

    /// A text in a language of Western Europe; nil if it looks like another.
    ///
    /// Nothing tells the encodings of eight bits apart for certain. In Western languages at most two letters beyond ASCII
    /// stand together, while in Cyrillic, Greek or Japanese texts many do: those stay bytes, as shown in wrong letters they
    /// would be harder to read.
    private static func western(_ content: [UInt8], highCount: Int) -> [UInt8]? {
        let fewCount = content.split { $0 < 0x80 }.reduce(0) { $0 + ($1.count <= 2 ? $1.count : 0) }
        guard fewCount * 3 > highCount * 2 else { return nil }
        var text = ""
        for byte in content {
            let unit = specials.contains(byte) ? windows[Int(byte - specials.lowerBound)] : UInt16(byte)
            guard unit != 0, let scalar = Unicode.Scalar(unit) else { return nil }
            text.unicodeScalars.append(scalar)
        }
        return Array(text.utf8)
    }
}
