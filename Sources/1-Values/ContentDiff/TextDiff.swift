import Synchronization

/// The words of runs that were compared so far: a screen asks for them at each frame.
private final class WordMemo: Sendable {
    /// Places in the old and in the new text.
    typealias Places = (old: [Range<Int>], new: [Range<Int>])

    let places = Mutex<[DiffRun: Places]>([:])
}

/// What differs between two texts, line by line, and in changed lines word by word.
public struct TextDiff: Sendable {
    /// The old text, as UTF-8 if its encoding is known.
    public let old: [UInt8]
    /// The new text, likewise.
    public let new: [UInt8]
    /// The old text's lines without their line breaks.
    public let oldLines: [Range<Int>]
    /// The new text's lines without their line breaks.
    public let newLines: [Range<Int>]
    /// The old text as the file holds it.
    public let storedOld: Stored
    /// The new text as the file holds it.
    public let storedNew: Stored
    /// Runs of lines, from the first to the last of both texts: what is the same and what is not take turns.
    public let runs: [DiffRun]
    private let words = WordMemo()

    /// A text as a file holds it, in whatever encoding.
    public struct Stored: Sendable {
        /// All of the file's content.
        public let bytes: [UInt8]
        /// Where the text's lines are in it, without their line breaks.
        public let lines: [Range<Int>]
        /// What it is stored in, for people to read; nil if it is empty.
        public let encoding: String?
        /// Whether its encoding is not known: then what happens to be UTF-8 in it is no letter.
        public let isRaw: Bool
        /// Whether it is Unicode, and so for certain.
        public let isUnicode: Bool
    }

    /// Words are compared in stretches of at most so many lines together.
    private static let wordLineLimit = 400
    private static let wordLimit = 20_000

    /// Compares two texts.
    ///
    /// - Parameters:
    ///   - oldText: The old text; `\n`, `\r\n` and the end of the text end lines.
    ///   - newText: The new text.
    ///   - poll: Called now and then; what it throws ends the comparison.
    /// - Throws: What `poll` throws.
    public init(old oldText: StoredText, new newText: StoredText, poll: () throws -> Void = {}) throws {
        let (old, new) = (oldText.text, newText.text)
        self.old = old
        self.new = new
        let (oldLines, newLines) = (Self.lines(old), Self.lines(new))
        self.oldLines = oldLines
        self.newLines = newLines
        storedOld = Stored(
            bytes: oldText.bytes, lines: oldText.places(of: oldLines), encoding: oldText.encoding,
            isRaw: oldText.isRaw, isUnicode: oldText.isUnicode)
        storedNew = Stored(
            bytes: newText.bytes, lines: newText.places(of: newLines), encoding: newText.encoding,
            isRaw: newText.isRaw, isUnicode: newText.isUnicode)
        var numbers = Numbering()
        let oldNumbers = oldLines.map { numbers.number(of: old[$0]) }
        let newNumbers = newLines.map { numbers.number(of: new[$0]) }
        runs = try SequenceDiff.runs(oldNumbers, newNumbers, poll: poll)
    }

    /// How many lines were added.
    public var addedCount: Int { runs.reduce(0) { $0 + ($1.isSame ? 0 : $1.new.count) } }

    /// How many lines were removed.
    public var removedCount: Int { runs.reduce(0) { $0 + ($1.isSame ? 0 : $1.old.count) } }

    /// Whether only line breaks or encodings differ, or nothing.
    public var isSame: Bool { runs.allSatisfy(\.isSame) }

    /// The words of changed lines that differ, as places in the texts.
    ///
    /// - Parameter run: A run of lines that are not the same.
    /// - Returns: Places in the old and in the new text, in order; empty if hardly a word is the same, because then all of
    ///   them differ.
    public func changedWords(in run: DiffRun) -> (old: [Range<Int>], new: [Range<Int>]) {
        guard !run.isSame, !run.old.isEmpty, !run.new.isEmpty,
            run.old.count + run.new.count <= Self.wordLineLimit
        else { return ([], []) }
        if let known = words.places.withLock({ $0[run] }) { return known }
        let places = comparedWords(in: run)
        words.places.withLock { $0[run] = places }
        return places
    }

    private func comparedWords(in run: DiffRun) -> WordMemo.Places {
        let oldWords = run.old.flatMap { Self.words(old, oldLines[$0]) }
        let newWords = run.new.flatMap { Self.words(new, newLines[$0]) }
        guard oldWords.count + newWords.count <= Self.wordLimit else { return ([], []) }
        var numbers = Numbering()
        let oldNumbers = oldWords.map { numbers.number(of: old[$0]) }
        let newNumbers = newWords.map { numbers.number(of: new[$0]) }
        guard let runs = try? SequenceDiff.runs(oldNumbers, newNumbers) else { return ([], []) }
        // Blanks and brackets are the same everywhere; only words make two lines alike.
        let kept = runs.filter(\.isSame).reduce(0) { sum, run in
            sum
                + run.new.reduce(0) {
                    $0 + (Self.isWord(new[newWords[$1].lowerBound]) ? newWords[$1].count : 0)
                }
        }
        let all = max(
            oldWords.reduce(0) { $0 + (Self.isWord(old[$1.lowerBound]) ? $1.count : 0) },
            newWords.reduce(0) { $0 + (Self.isWord(new[$1.lowerBound]) ? $1.count : 0) })
        guard kept * 3 >= all else { return ([], []) }
        var places: (old: [Range<Int>], new: [Range<Int>]) = ([], [])
        for run in runs where !run.isSame {
            for index in run.old { Self.add(oldWords[index], to: &places.old) }
            for index in run.new { Self.add(newWords[index], to: &places.new) }
        }
        return places
    }

    private static func add(_ place: Range<Int>, to places: inout [Range<Int>]) {
        if let last = places.last, last.upperBound == place.lowerBound {
            places[places.count - 1] = last.lowerBound..<place.upperBound
        } else {
            places.append(place)
        }
    }

    /// The lines of a text.
    static func lines(_ text: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        for index in text.indices where text[index] == UInt8(ascii: "\n") {
            let hasReturn = index > start && text[index - 1] == UInt8(ascii: "\r")
            lines.append(start..<(hasReturn ? index - 1 : index))
            start = index + 1
        }
        if start < text.count { lines.append(start..<text.count) }
        return lines
    }

    /// The words of a line or of several: letters and digits together, blanks together, everything else by itself.
    static func words(_ text: [UInt8], _ line: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = line.lowerBound
        while start < line.upperBound {
            var end = start + 1
            let kind = kind(text[start])
            if kind != 0 {
                while end < line.upperBound, Self.kind(text[end]) == kind { end += 1 }
            }
            words.append(start..<end)
            start = end
        }
        return words
    }

    /// 1 for a byte of a word, 2 for a blank, 0 for what stands by itself. Bytes beyond ASCII are parts of letters.
    private static func kind(_ byte: UInt8) -> Int {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x80...0xff: 1
        case 0x20, 0x09: 2
        default: 0
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool { kind(byte) == 1 }
}

/// Gives equal texts equal numbers.
private struct Numbering {
    private var numbers: [ArraySlice<UInt8>: Int] = [:]

    mutating func number(of text: ArraySlice<UInt8>) -> Int {
        if let known = numbers[text] { return known }
        let next = numbers.count
        numbers[text] = next
        return next
    }
}
