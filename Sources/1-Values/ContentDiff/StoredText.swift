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

    /// How many bytes a character takes in the file.
    private enum Width {
        /// As many as in the text.
        case same
        /// One.
        case one
        /// Two for each unit of UTF-16, behind a mark of two.
        case two
    }

    /// Control characters that texts hold: tabs, line ends, page ends, escapes and backspaces.
    private static let controls: Set<UInt8> = [0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b]

    /// Recognises a text; nil if it is none.
    ///
    /// - Parameter content: All of a file's content.
    public init?(_ content: [UInt8]) {
        if content.starts(with: [0xff, 0xfe]) || content.starts(with: [0xfe, 0xff]) {
            guard let text = Self.text(utf16: content) else { return nil }
            self.init(bytes: content, text, content[0] == 0xff ? "utf-16le" : "utf-16be", .two)
            return
        }
        guard !content.contains(where: { $0 < 0x20 && !Self.controls.contains($0) }) else { return nil }
        if String(validating: content, as: UTF8.self) != nil {
            self.init(utf8: content)
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
    /// - Parameter parts: Places in `text`, in order, each beginning and ending with a whole character.
    /// - Returns: Places in `bytes`.
    func places(of parts: [Range<Int>]) -> [Range<Int>] {
        guard width != .same else { return parts }
        var (position, place) = (0, width == .two ? 2 : 0)
        func advance(to end: Int) -> Int {
            for byte in text[position..<end] {
                switch width {
                case .same: place += 1
                case .one: place += byte & 0xc0 == 0x80 ? 0 : 1
                // What has four bytes in UTF-8 has two units.
                case .two: place += byte & 0xc0 == 0x80 ? 0 : byte >= 0xf0 ? 4 : 2
                }
            }
            position = end
            return place
        }
        return parts.map { part in
            let start = advance(to: part.lowerBound)
            return start..<advance(to: part.upperBound)
        }
    }

    /// Text of 16-bit units behind a mark that tells their order of bytes (Unicode Standard, 23.8); nil if something of it
    /// would get lost.
    private static func text(utf16 content: [UInt8]) -> [UInt8]? {
        guard content.count.isMultiple(of: 2) else { return nil }
        let isLittle = content[0] == 0xff
        let units = stride(from: 2, to: content.count, by: 2).map { index in
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
