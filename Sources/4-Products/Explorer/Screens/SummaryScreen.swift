import Bytes
import Canvas
import FileTree
import OCI
import Summary
import Shipping

/// What the update brings, as a list; every line leads to what it tells of.
struct SummaryScreen: LineSearchScreen {
    private var rows: [SummaryRow] = []
    private var cursor: ListCursor
    /// The summary that the rows were made of.
    private var serial = 0
    var search: LineSearch?

    /// The summary, where it was left.
    init(at cursor: ListCursor) { self.cursor = cursor }

    var context: Context { .summary }
    var extent: ScreenExtent { .whole }
    var standing: [Int] { [cursor.position, cursor.offset] }

    /// A heading that was found has the line below it as its cursor.
    var searchLine: Int {
        guard let line = search?.line, line < cursor.position,
            rows[line..<min(rows.count, cursor.position)].allSatisfy({ !$0.isStop })
        else { return cursor.position }
        return line
    }

    func texts(_ model: ExplorerModel) -> [String] { rows.map(\.text) }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        move(to: line, by: 1, Self.height(model.size))
    }

    private static func height(_ size: Size) -> Int { max(1, size.rows - 3) }

    // MARK: - Keys

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        let height = Self.height(model.size)
        switch command {
        case .cancel: return .close
        case .copy: return model.summary == nil ? .stay : copy(&model)
        case .look: return go(&model)
        case .up: move(to: cursor.position - 1, by: -1, height)
        case .down: move(to: cursor.position + 1, by: 1, height)
        case .pageUp: move(to: cursor.position - max(1, height - 2), by: -1, height)
        case .pageDown: move(to: cursor.position + max(1, height - 2), by: 1, height)
        case .top: move(to: 0, by: 1, height)
        case .bottom: move(to: rows.count - 1, by: -1, height)
        case .nextChange: move(toSection: 1, height, &model)
        case .previousChange: move(toSection: -1, height, &model)
        default: break
        }
        model.summaryCursor = cursor
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        guard rows.indices.contains(item), rows[item].isStop else { return .stay }
        let wasThere = cursor.position == item
        cursor.move(to: item, count: rows.count, height: Self.height(model.size))
        model.summaryCursor = cursor
        return wasThere ? go(&model) : .stay
    }

    /// Puts the cursor on a line that is no heading, the next one in a direction, or else the last one before it.
    private mutating func move(to position: Int, by step: Int, _ height: Int) {
        let wanted = max(0, min(position, rows.count - 1))
        let stops = rows.indices.filter { rows[$0].isStop }
        let next = step > 0 ? stops.first { $0 >= wanted } : stops.last { $0 <= wanted }
        guard let stop = next ?? (step > 0 ? stops.last : stops.first) else { return }
        cursor.move(to: stop, count: rows.count, height: height, margin: min(2, (height - 1) / 2))
        // What stands above the first and below the last of them cannot be reached, but seen.
        if stop == stops.first {
            cursor.scroll(by: -rows.count, count: rows.count, height: max(height, stop + 1))
        } else if stop == stops.last {
            cursor.scroll(
                by: min(stop, rows.count - height) - cursor.offset, count: rows.count, height: height)
        }
    }

    private mutating func move(toSection step: Int, _ height: Int, _ model: inout ExplorerModel) {
        let firsts = rows.indices.filter { index in
            guard rows[index].isStop, index > 0 else { return false }
            return !rows[index - 1].isStop
        }
        let next = step > 0 ? firsts.first { $0 > cursor.position } : firsts.last { $0 < cursor.position }
        guard let next else {
            return model.remark(step > 0 ? "no part follows" : "no part is before this one")
        }
        move(to: next, by: step, height)
    }

    private func copy(_ model: inout ExplorerModel) -> Outcome {
        model.say("sent to the terminal's clipboard: the summary as Markdown")
        return .stay(doing: .copySummary)
    }

    private func go(_ model: inout ExplorerModel) -> Outcome {
        guard rows.indices.contains(cursor.position), case .item(let item) = rows[cursor.position] else {
            model.remark("this line leads nowhere")
            return .stay
        }
        // What has no file that changed in content has what changed otherwise.
        return model.go(to: item.target, onlyContent: item.share?.fileCount != 0)
    }

    // MARK: - Looks

    mutating func refresh(_ model: ExplorerModel) {
        let height = Self.height(model.size)
        if let summary = model.summary, serial != model.summarySerial {
            serial = model.summarySerial
            rows = SummaryRows(summary: summary, glyphs: model.glyphs).rows()
            if rows.indices.contains(cursor.position), rows[cursor.position].isStop {
                cursor.settle(count: rows.count, height: height)
            } else {
                // The first time on a line that leads somewhere.
                let first = rows.firstIndex { $0.leadsOn }
                move(to: max(cursor.position, cursor.position == 0 ? first ?? 0 : 0), by: 1, height)
            }
        } else {
            cursor.settle(count: rows.count, height: height)
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let size = frame.size
        frame.fill(frame.bounds, style: .plain)
        // What lies below cannot be pressed.
        frame.link(frame.bounds, to: .nothing)
        drawHead(on: &frame, model)
        let height = Self.height(size)
        if rows.isEmpty {
            frame.put(
                "\(model.spinner) reading lists of packages", at: Point(row: 3, column: 2), style: Style(.dim)
            )
        }
        var cursor = cursor
        cursor.settle(count: rows.count, height: height)
        let line = SummaryLine(
            glyphs: model.glyphs, columns: size.columns)
        for index in cursor.offset..<min(rows.count, cursor.offset + height) {
            let row = 2 + index - cursor.offset
            let isHere = index == cursor.position && rows[index].isStop
            frame.put(
                line.spans(rows[index], isHere: isHere && !model.options.hasColors).marking(search?.text),
                at: Point(row: row, column: 0), width: size.columns)
            guard rows[index].isStop else { continue }
            frame.link(Rect(row: row, column: 0, rows: 1, columns: size.columns), to: .item(index))
            if isHere { frame.setGround(.cursor, row: row, columns: 0..<size.columns) }
        }
        drawFoot(on: &frame, model)
    }

    private func drawHead(on frame: inout Frame, _ model: ExplorerModel) {
        let columns = frame.size.columns
        let names = Side.allCases.map { model.name(of: $0) }
        let title = names.joined(separator: " \(model.glyphs.arrow) ")
        frame.put(
            TextFit.middle(title, columns: columns, mark: model.glyphs.ellipsis),
            at: Point(row: 0, column: 0),
            style: Style(.header))
        frame.fill(
            Rect(row: 1, column: 0, rows: 1, columns: columns), with: model.glyphs.horizontal,
            style: Style(.borderFocused))
        var texts = ["Summary"]
        if let costs = model.summary?.costs {
            texts.insert("Summary: delta \(Format.cost(costs.package, model.glyphs))", at: 0)
        }
        let text = TextFit.first(of: texts, columns: columns - 4, mark: model.glyphs.ellipsis)
        frame.put(" \(text) ", at: Point(row: 1, column: 1), style: Style(.title))
        guard let summary = model.summary else { return }
        let line = SummaryLine(glyphs: model.glyphs, columns: columns)
        for (title, end) in line.titles(hasCosts: summary.costs != nil)
        where end - TextWidth.of(title) - 1 > TextWidth.of(text) + 4 {
            frame.put(
                " \(title) ", at: Point(row: 1, column: end - TextWidth.of(title) - 1), style: Style(.title))
        }
    }

    private func drawFoot(on frame: inout Frame, _ model: ExplorerModel) {
        let (row, columns) = (frame.size.rows - 1, frame.size.columns)
        if let status = model.status {
            let text = TextFit.end(
                Format.line(status.text, model.glyphs), columns: columns, mark: model.glyphs.ellipsis)
            frame.put(
                text, at: Point(row: row, column: 0), style: Style(status.isWarning ? .warning : .text))
            return
        }
        let count = rows.count { $0.isStop }
        let place = rows.indices.prefix(cursor.position + 1).count { rows[$0].isStop }
        let note = count == 0 ? "" : "\(place)/\(count)"
        let room = max(0, columns - TextWidth.of(note) - 1)
        frame.put(
            FooterView.foot(model.bindings, .summary, columns: room, glyphs: model.glyphs),
            at: Point(row: row, column: 0), width: room)
        frame.putRight(
            note, row: row, endColumn: columns, style: Style(.footer), width: max(0, columns - 1),
            mark: model.glyphs.ellipsis)
    }
}

/// A line of the summary in some columns: what it is about, and on the right what it makes up.
struct SummaryLine {
    let glyphs: Glyphs
    let columns: Int

    private static let figureColumns = 11
    private static let barColumns = 10

    func spans(_ row: SummaryRow, isHere: Bool) -> [Span] {
        switch row {
        case .blank: return []
        case .heading(let text):
            return [Span(TextFit.end(text, columns: columns, mark: glyphs.ellipsis), .title)]
        case .note(let text, let role):
            let head = isHere ? glyphs.cursor + " " : "  "
            return [Span(TextFit.end(head + text, columns: columns, mark: glyphs.ellipsis), role)]
        case .item(let item): return spans(item, isHere: isHere)
        }
    }

    private func spans(_ item: SummaryRow.Item, isHere: Bool) -> [Span] {
        let figures = item.share.map { self.figures($0, of: item.whole) } ?? []
        let room = max(8, columns - 4 - figures.width)
        // In a narrow window there is room for the name alone; elsewhere it gets what the detail leaves, in even columns.
        var nameRoom = room
        if !item.detail.isEmpty, columns >= 60 {
            let least = max(16, room * 2 / 5)
            let free = room - TextWidth.of(item.detail) - 1
            nameRoom = max(least, min(free, TextWidth.of(item.name)))
        }
        let name = TextFit.path(item.name, columns: nameRoom, mark: glyphs.ellipsis)
        var spans = [Span(isHere ? glyphs.cursor + " " : "  ", .key), Span(item.marker + " ", item.role)]
        spans.append(Span(padded(name, nameRoom)))
        if nameRoom < room {
            let detail = TextFit.end(item.detail, columns: room - nameRoom - 1, mark: glyphs.ellipsis)
            spans.append(Span(padded(" " + detail, room - nameRoom), .dim))
        }
        return spans + figures
    }

    /// Cost, files, bytes and a bar, as many as there is room for.
    private func figures(_ share: Share, of whole: UInt64) -> [Span] {
        let size =
            share.byteCount == 0 && share.removedByteCount > 0
            ? "-" + ByteCount.text(share.removedByteCount)
            : share.byteCount == 0 && share.fileCount == 0 ? "" : ByteCount.text(share.byteCount)
        let cost = share.cost.map { cost in
            Format.span(cost == .zero ? .nothing : .known(cost), glyphs)
        }
        var spans: [Span] = []
        if columns >= 100 {
            let count = share.fileCount == 0 ? "" : Format.count(share.fileCount, "file")
            spans.append(Span(right(count, Self.figureColumns + 1), .dim))
        }
        if columns >= 60 || cost == nil {
            spans.append(Span(right(size, Self.figureColumns), cost == nil ? .text : .dim))
        }
        if let cost { spans.append(Span(right(cost.text, Self.figureColumns), cost.role)) }
        if columns >= 80 {
            let bar = Format.eighths(share.weight, of: whole, columns: Self.barColumns, glyphs: glyphs)
            spans.append(Span(" " + padded(bar, Self.barColumns), .dim))
        }
        return spans
    }

    /// What stands above the figures, and the column that each of these ends before.
    func titles(hasCosts: Bool) -> [(title: String, endColumn: Int)] {
        var end = columns - (columns >= 80 ? Self.barColumns + 1 : 0)
        var titles: [(String, Int)] = []
        if hasCosts {
            titles.append(("ships", end))
            end -= Self.figureColumns
        }
        if columns >= 60 || !hasCosts {
            titles.append(("size", end))
            end -= Self.figureColumns
        }
        if columns >= 100 { titles.append(("files", end)) }
        return titles
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TextWidth.of(text)))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - TextWidth.of(text))) + text
    }
}
