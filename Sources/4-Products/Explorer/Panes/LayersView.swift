import Bytes
import Canvas
import OCI

/// The layers of both images, those that belong together side by side.
struct LayersView {
    let explorer: ExplorerModel
    let glyphs: Glyphs
    let layout: Layout

    private var isFocused: Bool { explorer.focus == .layers && explorer.overlays.isEmpty }

    func draw(on frame: inout Frame) {
        let area = layout.layers
        let columns = layout.columns
        PaneTitle(glyphs: glyphs, isFocused: isFocused).draw(
            title, note: nil, labels: true, in: layout.layersTitle, columns: columns, on: &frame)
        for line in 0..<area.rows {
            let index = explorer.layerCursor.offset + line
            guard explorer.pairs.indices.contains(index) else { break }
            let row = area.row + line
            draw(explorer.pairs[index], row: row, columns: columns, on: &frame)
            let isChosen = index == explorer.layerCursor.position
            if isChosen, isFocused {
                frame.setGround(.cursor, row: row, columns: 0..<layout.size.columns)
            } else if isChosen, explorer.scope == .pair(index) {
                frame.setGround(.selection, row: row, columns: 0..<layout.size.columns)
            }
        }
    }

    private var title: String {
        guard explorer.isAligned else { return "Layers" }
        let changed = explorer.pairs.filter { $0.change != .same }.count
        let all = explorer.pairs.count
        return changed == 0 ? "Layers: all \(all) the same" : "Layers: \(changed) of \(all) changed"
    }

    private func draw(_ pair: LayerPair, row: Int, columns: Columns, on frame: inout Frame) {
        let role: Role = explorer.isAligned ? Format.role(pair.change) : .text
        let marker = explorer.isAligned ? pair.change.marker : glyphs.separator
        frame.put(marker, at: Point(row: row, column: columns.marker), style: Style(role))
        let old = pair.old.flatMap { layer(.old, $0) }
        let new = pair.new.flatMap { layer(.new, $0) }
        if columns.old.isEmpty {
            (new ?? old).map { draw($0, role, row: row, half: columns.new, columns: columns, on: &frame) }
        } else {
            old.map { draw($0, role, row: row, half: columns.old, columns: columns, on: &frame) }
            new.map { draw($0, role, row: row, half: columns.new, columns: columns, on: &frame) }
        }
        guard !columns.cost.isEmpty, let index = pair.new, explorer.isAligned, pair.change != .same else {
            return
        }
        let cost = Format.span(explorer.layerCosts[index].map { .known($0) } ?? .pending)
        frame.putRight(
            cost.text, row: row, endColumn: columns.cost.upperBound, style: Style(cost.role),
            width: columns.cost.count)
    }

    private func layer(_ side: Side, _ index: Int) -> LayerSummary? {
        guard let layers = explorer.sides[side]?.summary?.layers, layers.indices.contains(index) else {
            return nil
        }
        return layers[index]
    }

    private func draw(
        _ layer: LayerSummary, _ role: Role, row: Int, half: Range<Int>, columns: Columns,
        on frame: inout Frame
    ) {
        let number = String(layer.index + 1)
        var spans = [Span(String(repeating: " ", count: max(0, 2 - number.count)) + number + " ", .dim)]
        if half.count >= 50 { spans.append(Span(layer.diffID.short + " ", .dim)) }
        let used = spans.reduce(0) { $0 + $1.text.count }
        let room = half.count - used - (columns.showsSize ? Columns.sizeWidth : 0)
        let command = Format.command(layer.createdBy)
        let text = command.isEmpty ? layer.diffID.short : command
        spans.append(Span(TextFit.end(text, columns: max(0, room), mark: glyphs.ellipsis), role))
        frame.put(spans, at: Point(row: row, column: half.lowerBound), width: half.count)
        guard columns.showsSize else { return }
        // Until the layer was read, its blob's size is all there is.
        let size = ByteCount.text(layer.byteCount ?? layer.blobByteCount)
        frame.putRight(
            size, row: row, endColumn: half.upperBound, style: Style(layer.byteCount == nil ? .dim : .text),
            width: Columns.sizeWidth)
    }
}
