import Bytes
import Canvas
import ContentDiff

/// Rows of bytes, old and new side by side.
struct HexLines {
    let glyphs: Glyphs
    let bytes: ByteDiff
    let isTwoSided: Bool
    /// Bytes in a row of one side.
    let width: Int
    let showsOffsets: Bool
    /// Where in the contents the bytes are; nil if they are all of them.
    let piece: ContentPieces.Piece?
    /// What was looked for.
    let hits: ContentHits
    /// What differs and keys are at; nil if nothing is.
    var current: DiffRun?

    func draw(_ line: LookLine, row: Int, on frame: inout Frame) {
        guard case .bytes(let old, let new, _) = line else { return }
        guard isTwoSided else {
            let (range, content, start) =
                new.isEmpty
                ? (old, bytes.old, piece?.old.lowerBound) : (new, bytes.new, piece?.new.lowerBound)
            frame.put(
                side(
                    range, of: content, from: start, other: [], role: .text, marked: .text, isOld: new.isEmpty
                ),
                at: Point(row: row, column: 0), width: frame.size.columns)
            return
        }
        let half = (frame.size.columns - 3) / 2
        defer {
            mark(current?.old, in: old, row: row, from: 0, on: &frame)
            mark(current?.new, in: new, row: row, from: half + 3, on: &frame)
        }
        let (oldPart, newPart) = (bytes.old[old], bytes.new[new])
        frame.put(
            side(
                old, of: bytes.old, from: piece?.old.lowerBound, other: newPart, role: .text,
                marked: .removedWord, isOld: true),
            at: Point(row: row, column: 0), width: half)
        frame.put(
            side(
                new, of: bytes.new, from: piece?.new.lowerBound, other: oldPart, role: .text,
                marked: .addedWord, isOld: false),
            at: Point(row: row, column: half + 3), width: half)
        let mark: (String, Role) =
            oldPart == newPart
            ? ("=", .unchanged)
            : old.isEmpty ? ("+", .added) : new.isEmpty ? ("-", .removed) : ("~", .modified)
        frame.put(mark.0, at: Point(row: row, column: half + 1), style: Style(mark.1))
    }

    /// Gives the digits of what keys are at a ground of their own.
    private func mark(
        _ part: Range<Int>?, in range: Range<Int>, row: Int, from column: Int, on frame: inout Frame
    ) {
        guard let shown = part?.clamped(to: range), !shown.isEmpty else { return }
        let start = column + (showsOffsets ? 9 : 0)
        let first = start + 3 * (shown.lowerBound - range.lowerBound)
        let end = first + 3 * shown.count - 1
        frame.setGround(.selection, row: row, columns: first..<end)
    }

    /// Offset, digits and characters of one side; what differs from the other side stands out.
    private func side(
        _ range: Range<Int>, of content: [UInt8], from start: Int?, other: ArraySlice<UInt8>, role: Role,
        marked: Role, isOld: Bool
    ) -> [Span] {
        guard !range.isEmpty else { return [] }
        var spans: [Span] = []
        if showsOffsets {
            let digits = String((start ?? 0) + range.lowerBound, radix: 16)
            spans.append(Span(String(repeating: "0", count: max(0, 8 - digits.count)) + digits + " ", .dim))
        }
        var isFound = Array(repeating: false, count: width)
        for hit in hits.places(range, isOld: isOld) {
            for index in hit.clamped(to: range) { isFound[index - range.lowerBound] = true }
        }
        func differs(_ index: Int) -> Bool {
            guard isTwoSided else { return false }
            let place = other.startIndex + index
            return place >= other.endIndex || other[place] != content[range.lowerBound + index]
        }
        for index in 0..<width {
            guard index < range.count else {
                spans.append(Span("   "))
                continue
            }
            spans.append(
                Span(
                    Hex.string([content[range.lowerBound + index]]),
                    isFound[index] ? .match : differs(index) ? marked : role))
            let goesOn = isFound[index] && index + 1 < width && isFound[index + 1]
            spans.append(Span(" ", goesOn ? .match : .text))
        }
        spans.append(Span(" "))
        for index in 0..<min(width, range.count) {
            let byte = content[range.lowerBound + index]
            let character = (0x20..<0x7f).contains(byte) ? String(Unicode.Scalar(byte)) : "."
            spans.append(Span(character, isFound[index] ? .match : differs(index) ? marked : .dim))
        }
        return spans
    }
}
