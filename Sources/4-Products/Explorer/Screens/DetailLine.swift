import Canvas
import FileTree

/// A line of the details.
enum DetailLine: Hashable, Sendable {
    case heading(String, Change?)
    /// A fact of both sides; nil where a side has none.
    case fact(String, old: String?, new: String?)
    /// A fact of both together.
    case note(String, String)
    /// A sentence of its own.
    case text(String)
    case blank
}

/// What is told about one thing: a title, and lines that fit any width.
struct DetailText: Sendable {
    var title: String
    var lines: [DetailLine]
    /// What `y` copies: a path or a digest.
    var copied: String?
    /// By place of a line, what of the configuration can be picked there.
    var keys: [Int: String] = [:]

    private static let markWidth = 2

    /// The lines as they are drawn. Nothing is cut: what is longer than its column goes on in the next line.
    func drawn(columns: Int, glyphs: Glyphs) -> [[Span]] {
        drawnLines(columns: columns, glyphs: glyphs).flatMap(\.self)
    }

    /// The same, for each line what it is drawn as.
    func drawnLines(columns: Int, glyphs: Glyphs) -> [[[Span]]] {
        let widest =
            lines.map { line in
                switch line {
                case .fact(let name, _, _), .note(let name, _): TextWidth.of(name)
                default: 0
                }
            }.max() ?? 0
        let label = max(4, min(widest + 2, columns / 4))
        return lines.map { spans($0, label: label, columns: columns, glyphs: glyphs) }
    }

    private func spans(_ line: DetailLine, label: Int, columns: Int, glyphs: Glyphs) -> [[Span]] {
        switch line {
        case .blank: return [[]]
        case .heading(let text, let change):
            return TextFit.fold(text, columns: columns).map { [Span($0, change.map(Format.role) ?? .title)] }
        case .text(let text): return TextFit.wrap(text, columns: columns).map { [Span($0)] }
        case .note(let name, let text):
            let lines = TextFit.wrap(text, columns: max(1, columns - label - Self.markWidth))
            return Self.columns([
                (Self.markWidth, [""], .dim), (label, TextFit.fold(name, columns: label - 1), .dim),
                (0, lines, .text),
            ])
        case .fact(let name, let old, let new):
            return fact(name, old, new, label: label, columns: columns, glyphs: glyphs)
        }
    }

    /// Old and new side by side, or one above the other where that is too narrow; what differs is marked, so that
    /// nothing is told by colour alone.
    private func fact(
        _ name: String, _ old: String?, _ new: String?, label: Int, columns: Int, glyphs: Glyphs
    ) -> [[Span]] {
        let mark: Span
        switch (old, new) {
        case (let old?, let new?): mark = old == new ? Span("=", .dim) : Span(glyphs.differs, .modified)
        case (nil, _): mark = Span("+", .added)
        case (_, nil): mark = Span("-", .removed)
        }
        let names = TextFit.fold(name, columns: label - 1)
        let room = columns - label - Self.markWidth
        let role: Role = old == new ? .text : mark.role
        guard room >= 44, old != nil, new != nil else {
            let values: [(String, Role)] =
                old == new
                ? [(new ?? "", .text)]
                : [(old, Role.removed), (new, .added)].compactMap { value, role in
                    value.map { ($0, role) }
                }
            return values.enumerated().flatMap { index, value in
                let isBoth = values.count > 1
                let sign = isBoth ? (index == 0 ? Span("-", .removed) : Span("+", .added)) : mark
                return Self.columns([
                    (Self.markWidth, [sign.text], sign.role), (label, index == 0 ? names : [], .dim),
                    (0, TextFit.fold(value.0, columns: max(1, room)), isBoth ? value.1 : role),
                ])
            }
        }
        let half = (room - 1) / 2
        return Self.columns([
            (Self.markWidth, [mark.text], mark.role), (label, names, .dim),
            (half + 1, TextFit.fold(old ?? "", columns: half), .text),
            (0, TextFit.fold(new ?? "", columns: half), role),
        ])
    }

    /// Texts side by side, each in a column of some width; the last column has no end.
    private static func columns(_ columns: [(width: Int, lines: [String], role: Role)]) -> [[Span]] {
        let count = columns.map(\.lines.count).max() ?? 0
        return (0..<count).map { index in
            columns.map { column in
                let text = index < column.lines.count ? column.lines[index] : ""
                let gap = String(repeating: " ", count: max(0, column.width - TextWidth.of(text)))
                return Span(text + gap, column.role)
            }
        }
    }
}
