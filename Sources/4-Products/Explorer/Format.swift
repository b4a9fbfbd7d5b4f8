import Bytes
import Canvas
import FileTree
import OCI
import Shipping

/// Values as they are shown.
enum Format {
    /// A name or text from an image, safe to print.
    static func name(_ bytes: some Collection<UInt8>, _ glyphs: Glyphs, limit: Int = .max) -> String {
        EscapedText.of(bytes, limit: limit, isASCII: glyphs.isASCII)
    }

    /// Text from an image, safe to print.
    static func text(_ text: String, _ glyphs: Glyphs) -> String { name(text.utf8, glyphs) }

    /// A whole line that is safe to print, its backslashes as they are.
    static func line(_ text: String, _ glyphs: Glyphs) -> String {
        EscapedText.line(text, isASCII: glyphs.isASCII)
    }

    /// A cost has no more columns than this: with one more, those of the lists keep it apart from what stands before it.
    private static let costColumns = Columns.costWidth - 1

    /// `1.2 MB`; `≈1.2 MB` for a guess, `0.7–21 MB` for one that may be far off, `≤630 MB` where both ends are too long.
    static func cost(_ cost: Figure, _ glyphs: Glyphs) -> String {
        if cost.isExact { return ByteCount.text(cost.byteCount) }
        // Half as much again is still the same figure for a decision.
        guard let bounds = cost.bounds, bounds.upperBound / 3 > bounds.lowerBound / 2 else {
            return glyphs.guessPrefix + ByteCount.text(cost.byteCount) + glyphs.guessSuffix
        }
        let high = ByteCount.text(bounds.upperBound).split(separator: " ")
        guard high.count == 2, let number = Double(high[0]), number > 0 else {
            return ByteCount.text(bounds.upperBound)
        }
        let low = Double(bounds.lowerBound) / (Double(bounds.upperBound) / number)
        // What is less than a tenth of the unit has one of its own.
        guard low >= 0.1 || bounds.lowerBound == 0 else {
            let high = "\(short(number)) \(high[1])"
            let range = short(bounds.lowerBound) + glyphs.range + high
            return TextWidth.of(range) <= costColumns ? range : (glyphs.isASCII ? "<=" : "≤") + high
        }
        return "\(short(low))\(glyphs.range)\(short(number)) \(high[1])"
    }

    /// What was computed of a figure, in words; marked as a guess if the figure is one and the words tell no bound.
    static func marked(_ text: String, of figure: Figure, _ glyphs: Glyphs) -> String {
        figure.isExact || text.hasPrefix("<") ? text : glyphs.guessPrefix + text + glyphs.guessSuffix
    }

    /// How far a figure may be off; nothing for an exact one.
    static func error(_ figure: Figure, _ glyphs: Glyphs) -> String {
        glyphs.isASCII ? figure.errorText.replacing("±", with: "+-") : figure.errorText
    }

    /// `92 kB`.
    private static func short(_ byteCount: UInt64) -> String {
        let words = ByteCount.text(byteCount).split(separator: " ")
        guard words.count == 2, let number = Double(words[0]) else { return ByteCount.text(byteCount) }
        return "\(short(number)) \(words[1])"
    }

    /// Two digits are enough for the end of a range.
    private static func short(_ number: Double) -> String {
        if number >= 9.95 || number == 0 { return String(Int(number.rounded())) }
        let tenths = max(1, Int((number * 10).rounded()))
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// A cost for a column; what is not known is never a number.
    static func span(_ state: CostState, _ glyphs: Glyphs) -> Span {
        switch state {
        case .nothing: Span(glyphs.nothing, .dim)
        case .pending: Span(glyphs.ellipsis, .dim)
        case .withLayer: Span("with layer", .dim)
        case .known(let cost): Span(self.cost(cost, glyphs), cost.isExact ? .text : .estimate)
        }
    }

    /// `1,204`.
    static func grouped(_ count: Int) -> String { ByteCount.grouped(UInt64(max(0, count))) }

    /// `1 layer`, `1,204 layers`, `2 matches`.
    static func count(_ count: Int, _ noun: String) -> String {
        let words =
            noun.hasSuffix("ch")
            ? noun + "es" : noun.hasSuffix("y") && noun != "key" ? noun.dropLast() + "ies" : noun + "s"
        return "\(grouped(count)) \(count == 1 ? noun : words)"
    }

    /// `type, mode, owner`: what of two entries differs beside the content; nil if nothing does or one of them is missing.
    static func metadata(_ old: Entry?, _ new: Entry?) -> String? {
        guard let old, let new else { return nil }
        let names = (isOtherType(old, new) ? [typeName] : []) + new.metadataDifferences(from: old).names
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// What an entry's type is called among what differs.
    static let typeName = "type"

    /// Whether two entries are of different types.
    static func isOtherType(_ old: Entry, _ new: Entry) -> Bool {
        // A hard link is a file.
        let kinds = [old, new].map { $0.kind == .hardLink ? .file : $0.kind }
        return kinds[0] != kinds[1]
    }

    /// Columns that the triangle of a directory and the blank after it take.
    static func triangleWidth(_ glyphs: Glyphs) -> Int {
        max(TextWidth.of(glyphs.collapsed), TextWidth.of(glyphs.expanded)) + 1
    }

    /// `drwxr-xr-x` as `ls` shows it.
    static func mode(_ entry: Entry) -> String { EntryText.permissions(entry) }

    /// What an entry is, in words.
    static func kind(_ kind: EntryKind) -> String { kind.phrase }

    /// `2025-03-09 14:05` in UTC; with seconds where asked for.
    static func time(_ time: Timestamp, seconds showsSeconds: Bool = false) -> String {
        EntryText.time(time, seconds: showsSeconds)
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// `0.8 s`, `12 s`, `3 min 05 s`.
    static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds < 10 { return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s" }
        return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(padded(Int(seconds % 60))) s"
    }

    /// How long something still takes, as exact as anybody can tell: `40 s`, `2 min`, `3 h 20 min`.
    static func remaining(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
        if seconds < 100 { return "\(seconds) s" }
        let minutes = (seconds + 30) / 60
        return minutes < 100 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }

    /// The command that made a layer, without what every builder writes around it.
    static func command(_ createdBy: String, _ glyphs: Glyphs) -> String {
        var text = createdBy[...]
        for prefix in ["RUN ", "/bin/sh -c #(nop) ", "/bin/sh -c "] where text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
        }
        if text.hasSuffix(" # buildkit") { text = text.dropLast(" # buildkit".count) }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line(withShortHashes(words), glyphs)
    }

    /// Eight digits of a content hash tell as much as sixty-four.
    private static func withShortHashes(_ text: String) -> String {
        var bytes: [UInt8] = []
        var digitCount = 0
        for byte in text.utf8 {
            let isDigit =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            digitCount = isDigit ? digitCount + 1 : 0
            bytes.append(byte)
            if digitCount == 64 {
                bytes.removeLast(56)
                digitCount = 0
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// An image's name without the registry that everybody means.
    static func imageName(_ name: String, _ glyphs: Glyphs) -> String {
        var name = name[...]
        for prefix in ["docker.io/library/", "docker.io/"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
        }
        return text(String(name), glyphs)
    }

    /// A change's role.
    static func role(_ change: Change) -> Role {
        switch change {
        case .added: .added
        case .removed: .removed
        case .modified: .modified
        case .metadata: .metadata
        case .moved: .moved
        case .unchanged: .unchanged
        }
    }

    /// A layer's role.
    static func role(_ change: LayerPair.Change) -> Role {
        switch change {
        case .same: .unchanged
        case .changed: .modified
        case .added: .added
        case .removed: .removed
        case .moved: .moved
        }
    }

    /// `+3`, `-1`, `~12`, `>1`, `*2`, as far as they are not zero.
    static func counts(_ counts: ChangeCounts, of shown: Set<Change> = Set(Change.allCases)) -> [Span] {
        [Change.added, .removed, .modified, .moved, .metadata].filter(shown.contains).compactMap { change in
            // Where both ends of a move are, it is one move.
            let count = change == .moved ? max(counts.moved, counts.movedAway) : counts[change]
            return count > 0 ? Span("\(change.marker)\(count)", role(change)) : nil
        }
    }

    /// As many of some words as fit, with a blank before each but the first; a mark says that there are more.
    static func fitting(_ words: [Span], columns: Int, glyphs: Glyphs) -> [Span] {
        let spans = words.enumerated().map { $0 == 0 ? $1 : Span(" " + $1.text, $1.role) }
        guard spans.reduce(0, { $0 + TextWidth.of($1.text) }) > columns else { return spans }
        var result: [Span] = []
        var used = TextWidth.of(glyphs.ellipsis)
        guard used <= columns else { return [] }
        for span in spans {
            used += TextWidth.of(span.text)
            guard used <= columns else { break }
            result.append(span)
        }
        return result + [Span(glyphs.ellipsis, .dim)]
    }

    /// A bar as long as a share, to an eighth of a column where the terminal has such characters.
    static func eighths(_ part: UInt64, of whole: UInt64, columns: Int, glyphs: Glyphs) -> String {
        let share = whole == 0 ? 0 : min(1, Double(part) / Double(whole))
        let count = Int((share * Double(columns * glyphs.barParts.count)).rounded())
        let (full, rest) = count.quotientAndRemainder(dividingBy: glyphs.barParts.count)
        let bar = String(repeating: glyphs.barDone, count: full)
        return rest > 0 ? bar + glyphs.barParts[rest - 1] : bar
    }

    /// A progress bar of that many columns.
    static func bar(_ done: UInt64, of total: UInt64, columns: Int, glyphs: Glyphs) -> String {
        let share = total == 0 ? 0 : min(1, Double(done) / Double(total))
        let filled = Int((share * Double(columns)).rounded(.down))
        return String(repeating: glyphs.barDone, count: filled)
            + String(repeating: glyphs.barRest, count: max(0, columns - filled))
    }
}
