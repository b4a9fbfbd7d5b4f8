import Canvas

/// Old and new of one file or layer side by side.
struct DetailsView {
    let explorer: ExplorerModel
    let dialogs: DialogView

    private static let labelWidth = 12

    func draw(_ offset: Int, on frame: inout Frame) {
        let width = dialogs.innerColumns
        // Too narrow for two columns: old above new.
        let lines = explorer.detailLines.flatMap { width >= 50 ? spans($0, width: width) : stacked($0) }
        let title = explorer.focus == .layers ? "Layer" : "File"
        dialogs.draw(title, lines, .details, offset: offset, minimumColumns: min(width, 76), on: &frame)
    }

    private func label(_ text: String) -> Span {
        let fitted = TextFit.end(text, columns: Self.labelWidth - 1, mark: dialogs.glyphs.ellipsis)
        return Span(fitted + String(repeating: " ", count: Self.labelWidth - TextWidth.of(fitted)), .dim)
    }

    private func spans(_ line: DetailLine, width: Int) -> [[Span]] {
        switch line {
        case .heading(let text, let change):
            return dialogs.wrap(text, columns: width).map { [Span($0, change.map(Format.role) ?? .title)] }
        case .fact(let name, let old, let new):
            let half = (width - Self.labelWidth - 1) / 2
            let left = TextFit.middle(old, columns: half, mark: dialogs.glyphs.ellipsis)
            let right = TextFit.middle(new, columns: half, mark: dialogs.glyphs.ellipsis)
            let gap = String(repeating: " ", count: half + 1 - TextWidth.of(left))
            let differs = old != new && !old.isEmpty && !new.isEmpty
            return [[label(name), Span(left + gap), Span(right, differs ? .modified : .text)]]
        case .note(let name, let text):
            let lines = TextFit.wrap(text, columns: width - Self.labelWidth)
            guard let first = lines.first else { return [[label(name)]] }
            return [[label(name), Span(first)]] + lines.dropFirst().map { [label(""), Span($0)] }
        }
    }

    private func stacked(_ line: DetailLine) -> [[Span]] {
        guard case .fact(let name, let old, let new) = line else {
            return spans(line, width: dialogs.innerColumns)
        }
        if old == new { return [[label(name), Span(new)]] }
        return [[label(name), Span(old, .removed)], [label(""), Span(new, .added)]]
    }
}
