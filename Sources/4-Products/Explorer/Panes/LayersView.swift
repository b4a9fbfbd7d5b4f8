import Bytes
import Canvas
import OCI
import Shipping

/// The layers of both images, those that belong together side by side, under their configurations.
struct LayersView {
    let explorer: ExplorerModel
    let layout: Layout

    private var glyphs: Glyphs { explorer.glyphs }
    private var isFocused: Bool { explorer.focus == .layers && explorer.screens.isEmpty }

    func draw(on frame: inout Frame) {
        let area = layout.layers
        let columns = layout.columns
        let rows = explorer.layerRows
        PaneTitle(glyphs: glyphs, isFocused: isFocused).draw(
            titles(rows.count), notes: [], labels: true, in: layout.layersTitle, columns: columns, on: &frame)
        for line in 0..<area.rows {
            let index = explorer.layerCursor.offset + line
            guard rows.indices.contains(index) else { break }
            let row = area.row + line
            switch rows[index] {
            case .config: drawConfiguration(row: row, columns: columns, on: &frame)
            case .pair(let pair): draw(explorer.pairs[pair], row: row, columns: columns, on: &frame)
            case .documents: drawDocuments(row: row, columns: columns, on: &frame)
            }
            if let mark = mark(of: rows[index])?.span {
                frame.put(
                    mark.text, at: Point(row: row, column: layout.marks.lowerBound), style: Style(mark.role))
            }
            guard index == explorer.layerCursor.position else { continue }
            frame.setGround(isFocused ? .cursor : .selection, row: row, columns: 0..<layout.size.columns)
            if isFocused, layout.marksCursor {
                frame.put(glyphs.cursor, at: Point(row: row, column: 0), style: Style(.text))
            }
        }
    }

    /// What the box of a row says; nil while nothing is picked, and where nothing can be.
    private func mark(of row: LayerRow) -> PickMark? {
        guard let picks = explorer.picks else { return nil }
        switch row {
        case .config: return PickMark(made: picks.keys.count, of: picks.ground.keys.count)
        case .pair(let row):
            guard picks.countsOfRows.indices.contains(row), explorer.pairs[row].change != .same else {
                return nil
            }
            if let layer = explorer.pairs[row].new, picks.layers.contains(layer) { return .picked }
            return PickMark(made: picks.countsOfRows[row], of: picks.ground.countsOfRows[row])
        case .documents: return nil
        }
    }

    /// `Layers 1-5 of 62: config and 12 of 60 changed`, the longest first.
    private func titles(_ rowCount: Int) -> [String] {
        let height = layout.layers.rows
        let first = explorer.layerCursor.offset + 1
        let place =
            rowCount > height && height > 0
            ? " \(first)-\(min(rowCount, first + height - 1)) of \(rowCount)" : ""
        guard explorer.isAligned else { return ["Layers\(place)"] }
        let changed = explorer.pairs.filter { $0.change != .same }.count
        let all = explorer.pairs.count
        let isConfigChanged = explorer.configuration?.isSame == false
        let words: [String]
        switch (isConfigChanged, changed) {
        case (true, 0):
            let layers = all == 1 ? "the layer" : "all \(all) layers"
            words = ["config changed, \(layers) the same", "config changed"]
        case (true, _): words = ["config and \(changed) of \(all) changed", "config, \(changed) of \(all)"]
        case (false, 0): words = [all == 1 ? "the same" : "all \(all) the same"]
        case (false, _): words = ["\(changed) of \(all) changed"]
        }
        // That rows are hidden is told even where there is no room for more.
        return words.map { "Layers\(place): \($0)" } + ["Layers\(place)"]
    }

    // MARK: - The configuration and the documents

    private func drawConfiguration(row: Int, columns: Columns, on frame: inout Frame) {
        let diff = explorer.configuration
        let mark: (text: String, role: Role)
        switch diff {
        case nil: mark = (glyphs.separator, .dim)
        case let diff? where diff.isSame: mark = ("=", .unchanged)
        // When and by whom it was made is to a configuration what metadata is to a file.
        case let diff?: mark = diff.isSameInMeaning ? ("*", .metadata) : ("~", .modified)
        }
        frame.put(mark.text, at: Point(row: row, column: columns.marker), style: Style(mark.role))
        for half in [columns.old, columns.new] where !half.isEmpty {
            var spans = [Span(" 0 ", .dim), Span("config", mark.role)]
            if half == columns.new, let summary = diff?.summary, !summary.isEmpty {
                spans.append(Span("  " + Format.line(summary, glyphs), .dim))
            }
            frame.put(
                spans.fitted(columns: half.count, mark: glyphs.ellipsis),
                at: Point(row: row, column: half.lowerBound), width: half.count)
        }
    }

    private func drawDocuments(row: Int, columns: Columns, on frame: inout Frame) {
        let half = columns.new
        let text = TextFit.first(
            of: ["documents of the package", "documents"], columns: max(0, half.count - 3),
            mark: glyphs.ellipsis)
        frame.put(text, at: Point(row: row, column: half.lowerBound + 3), style: Style(.dim))
        let state: CostState = explorer.totals.documents.map { .known($0) } ?? .pending
        drawCost(state, row: row, columns: columns, on: &frame)
    }

    // MARK: - Layers

    private func draw(_ pair: LayerPair, row: Int, columns: Columns, on frame: inout Frame) {
        let role: Role = explorer.isAligned ? Format.role(pair.change) : .text
        let marker = explorer.isAligned ? pair.change.marker : glyphs.separator
        frame.put(marker, at: Point(row: row, column: columns.marker), style: Style(role))
        let old = pair.old.flatMap { explorer.layer(.old, $0) }
        let new = pair.new.flatMap { explorer.layer(.new, $0) }
        if columns.old.isEmpty {
            (new ?? old).map { draw($0, role, row: row, half: columns.new, columns: columns, on: &frame) }
        } else {
            old.map { draw($0, role, row: row, half: columns.old, columns: columns, on: &frame) }
            new.map { draw($0, role, row: row, half: columns.new, columns: columns, on: &frame) }
        }
        guard explorer.isAligned else { return }
        let state: CostState
        switch pair.new {
        case let index? where pair.change != .same:
            state =
                explorer.layerCosts[index].map { $0 == .zero ? .nothing : .known($0) }
                ?? .pending
        default: state = .nothing
        }
        drawCost(state, row: row, columns: columns, on: &frame)
    }

    private func drawCost(_ state: CostState, row: Int, columns: Columns, on frame: inout Frame) {
        guard !columns.cost.isEmpty else { return }
        let cost = Format.span(state, glyphs)
        frame.putRight(
            cost.text, row: row, endColumn: columns.cost.upperBound, style: Style(cost.role),
            width: columns.cost.count, mark: glyphs.ellipsis)
    }

    private func draw(
        _ layer: LayerSummary, _ role: Role, row: Int, half: Range<Int>, columns: Columns,
        on frame: inout Frame
    ) {
        let number = String(layer.index + 1)
        var spans = [Span(String(repeating: " ", count: max(0, 2 - number.count)) + number + " ", .dim)]
        if half.count >= 50 { spans.append(Span(layer.diffID.short + " ", .dim)) }
        let room = half.count - spans.width - (columns.showsSize ? Columns.sizeWidth : 0)
        let command = Format.command(layer.createdBy, glyphs)
        let text = command.isEmpty ? layer.diffID.short : command
        spans.append(Span(TextFit.end(text, columns: max(0, room), mark: glyphs.ellipsis), role))
        frame.put(spans, at: Point(row: row, column: half.lowerBound), width: half.count)
        guard columns.showsSize else { return }
        // Until the layer was read, its blob's size is all there is.
        let size = layer.isUnread ? "foreign" : ByteCount.text(layer.byteCount ?? layer.blobByteCount)
        frame.putRight(
            size, row: row, endColumn: half.upperBound, style: Style(layer.byteCount == nil ? .dim : .text),
            width: Columns.sizeWidth, mark: glyphs.ellipsis)
    }
}
