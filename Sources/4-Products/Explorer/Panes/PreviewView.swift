import Canvas
import FileTree

/// Draws the beginning of what differs in the file under the cursor below the lists; of a directory, where its cost lies.
struct PreviewView {
    let explorer: ExplorerModel

    private var glyphs: Glyphs { explorer.glyphs }

    func draw(in area: Rect, on frame: inout Frame) {
        guard area.rows > 2 else { return }
        switch explorer.preview {
        case .nothing, .other: drawRule("", area, on: &frame)
        case .large:
            drawRule("", area, on: &frame)
            frame.put(
                "a large file: \(explorer.key(.look, in: .files)) looks inside",
                at: Point(row: area.row + 1, column: 3),
                style: Style(.dim))
        case .file(let screen):
            // Drawn as it is over the whole screen, but for the line of keys; the rule goes above the path.
            let explorer = explorer.sized(for: area)
            var picture = Frame(explorer.size)
            screen.draw(on: &picture, model: explorer)
            frame.put(rows: 1..<2, of: picture, at: area.row)
            frame.put(rows: 0..<1, of: picture, at: area.row + 1)
            frame.put(rows: 2..<area.rows, of: picture, at: area.row + 2)
        case .directory(let node, let changes):
            guard let files = explorer.files else { return }
            let path = files.tree.path(of: node).bytes
            draw(
                changes, "costliest in /\(Format.name(path, glyphs))/", below: path, area, on: &frame)
        case .package(_, let changes):
            guard let group = explorer.files?.currentGroup else { return }
            let name = GroupView(group: group, glyphs: glyphs).name
            draw(changes, "costliest of \(name)", below: [], area, on: &frame)
        }
    }

    private func drawRule(_ title: String, _ area: Rect, on frame: inout Frame) {
        frame.fill(
            Rect(row: area.row, column: 0, rows: 1, columns: area.columns), with: glyphs.horizontal,
            style: Style(.border))
        guard !title.isEmpty else { return }
        let text = TextFit.end(title, columns: area.columns - 4, mark: glyphs.ellipsis)
        frame.put(" \(text) ", at: Point(row: area.row, column: 1), style: Style(.text))
    }

    private func draw(
        _ changes: [Int], _ title: String, below path: [UInt8], _ area: Rect, on frame: inout Frame
    ) {
        guard let files = explorer.files else { return }
        drawRule(title, area, on: &frame)
        // Without the directory's own path and the slash behind it.
        let start = path.isEmpty ? 0 : path.count + 1
        for (index, change) in changes.prefix(area.rows - 1).enumerated() {
            let row = area.row + 1 + index
            let cost = Format.span(files.costs.state(of: change, isFinal: explorer.isCostFinal), glyphs)
            let kind = files.facts.change(of: change)
            let name = Format.name(files.tree.path(of: change).bytes.dropFirst(start), glyphs)
            let room = area.columns - 6 - Columns.costWidth
            frame.put(
                [
                    Span(kind.marker + " ", Format.role(kind)),
                    Span(TextFit.path(name, columns: max(0, room), mark: glyphs.ellipsis)),
                ], at: Point(row: row, column: 3), width: area.columns - 3)
            frame.putRight(
                cost.text, row: row, endColumn: area.columns, style: Style(cost.role),
                width: Columns.costWidth,
                mark: glyphs.ellipsis)
        }
    }
}
