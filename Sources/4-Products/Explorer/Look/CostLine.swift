import Bytes
import Canvas
import ContentDiff

/// Puts what a block of a file costs, or a section, into a line of a list.
struct CostLine {
    let look: LookScreen
    let model: ExplorerModel

    private var glyphs: Glyphs { model.glyphs }

    /// The line; what does not fit is left out from the right.
    ///
    /// - Parameters:
    ///   - block: What the line tells of.
    ///   - isSum: Whether it is all of a section.
    ///   - columns: How wide the line is.
    /// - Returns: The line's text.
    func spans(_ block: PlaceCosts.Block, isSum: Bool = false, columns: Int) -> [Span] {
        let line = isSum ? nil : look.costs?.line(at: block.range.lowerBound)
        let words = BlockText(block, line: line, glyphs: glyphs)
        func padded(_ text: String, _ width: Int, right: Bool = true) -> String {
            let text = TextFit.end(text, columns: width, mark: glyphs.ellipsis)
            let gap = String(repeating: " ", count: max(0, width - TextWidth.of(text)))
            return right ? gap + text : text + gap
        }
        let name = line == nil && block.section == nil ? isSum ? "in no section" : "" : words.name
        let nameColumns = columns >= 60 || line != nil ? 16 : 12
        var spans = [
            Span(padded(Format.cost(look.scaled(block.cost, model), glyphs), 9)),
            Span("  " + padded(name, nameColumns, right: false), .text),
        ]
        if let line { return spans + text(of: line, columns: columns - 27) }
        guard columns >= 44 else { return spans + [Span(" " + words.offset, .dim)] }
        spans += [
            Span("  " + padded(words.offset, 10, right: false), .dim),
            Span(padded(ByteCount.text(UInt64(block.range.count)), 9), .dim),
        ]
        let kind = block.cost > 0 ? words.kind : ""
        if columns >= 56 { spans.append(Span("  " + padded(kind, 9, right: false), .dim)) }
        if columns >= 70, block.predictedCount > 0 {
            spans.append(
                Span(
                    "  \(Format.grouped(block.rightCount))/\(Format.grouped(block.predictedCount)) right",
                    .dim))
        }
        return spans
    }

    /// What a line of a text says.
    private func text(of line: Int, columns: Int) -> [Span] {
        guard columns > 4, case .text(let text, _) = model.contents[look.key]?.content,
            text.newLines.indices.contains(line)
        else { return [] }
        let content = text.new[text.newLines[line]].drop { $0 == 0x20 || $0 == 0x09 }
        let words = Format.name(content.prefix(4 * columns), glyphs)
        return [Span("  " + TextFit.end(words, columns: columns - 2, mark: glyphs.ellipsis), .dim)]
    }
}
