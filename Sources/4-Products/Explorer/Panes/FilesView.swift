import Bytes
import Canvas
import FileTree
import OCI

/// The files of both images, every path on one line.
struct FilesView {
    let explorer: ExplorerModel
    let glyphs: Glyphs
    let layout: Layout

    private var isFocused: Bool { explorer.focus == .files && explorer.overlays.isEmpty }

    func draw(on frame: inout Frame) {
        PaneTitle(glyphs: glyphs, isFocused: isFocused).draw(
            title, note: note, labels: explorer.files != nil, in: layout.filesTitle, columns: layout.columns,
            on: &frame)
        guard let files = explorer.files else {
            drawMessage(waiting, on: &frame)
            return
        }
        guard !files.rows.isEmpty else {
            drawMessage(emptiness(files), on: &frame)
            return
        }
        for line in 0..<layout.files.rows {
            let index = files.cursor.offset + line
            guard files.rows.indices.contains(index) else { break }
            let row = layout.files.row + line
            RowView(files: files, row: files.rows[index], columns: layout.columns, glyphs: glyphs)
                .draw(at: row, on: &frame)
            if index == files.cursor.position {
                let ground: Role = isFocused ? .cursor : .selection
                frame.setGround(ground, row: row, columns: 0..<layout.size.columns)
            }
        }
    }

    private var title: String {
        switch explorer.scope {
        case .squashed: return "Files: whole image"
        case .pair(let index):
            guard explorer.pairs.indices.contains(index) else { return "Files" }
            let pair = explorer.pairs[index]
            switch (pair.old, pair.new) {
            case (let old?, let new?) where old == new: return "Files: layer \(new + 1)"
            case (let old?, let new?): return "Files: layers \(old + 1) and \(new + 1)"
            case (let old?, nil): return "Files: removed layer \(old + 1)"
            case (nil, let new?): return "Files: added layer \(new + 1)"
            case (nil, nil): return "Files"
            }
        }
    }

    private var note: String? {
        var words: [String] = []
        if let filter = explorer.filter.description { words.append(filter) }
        if explorer.order != .name { words.append("by \(explorer.order.rawValue)") }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    private var waiting: String {
        let spinner = glyphs.spinner[explorer.ticks % glyphs.spinner.count]
        return explorer.isAligned ? "\(spinner) comparing" : "\(spinner) reading the images"
    }

    private func emptiness(_ files: FileTable) -> String {
        if files.tree.nodes.count <= 1 { return "no files" }
        return "no files pass the filter"
    }

    private func drawMessage(_ text: String, on frame: inout Frame) {
        guard layout.files.rows > 0 else { return }
        let point = Point(row: layout.files.row + min(1, layout.files.rows - 1), column: 3)
        frame.put(text, at: point, style: Style(.dim))
    }
}
