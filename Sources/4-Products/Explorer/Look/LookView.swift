import Bytes
import Canvas
import ContentDiff
import FileFormats
import FileTree

/// Draws what is in a file over the whole screen.
struct LookView {
    let screen: LookScreen
    let model: ExplorerModel
    let content: FileContent?
    let offset: Int
    let sideways: Int
    let showsBlanks: Bool
    let hunk: Int
    let hunkCount: Int

    var glyphs: Glyphs { model.glyphs }

    /// Lines of content that a screen of some size shows.
    static func rows(_ size: Size) -> Int { max(1, size.rows - (showsFacts(size) ? 4 : 3)) }

    private static func showsFacts(_ size: Size) -> Bool { size.rows >= 12 }

    /// Bytes in a row of either side.
    static func bytesInRow(columns: Int, isOneSided: Bool) -> Int {
        // Each takes two digits, a blank and its character.
        let room =
            (isOneSided ? columns : (columns - 3) / 2) - offsetColumns(columns, isOneSided: isOneSided) - 1
        return [32, 16, 12, 8].first { $0 * 4 <= room } ?? 4
    }

    /// Columns of the offset in front of a row; where there is no room for it, the title tells that of the first row.
    private static func offsetColumns(_ columns: Int, isOneSided: Bool) -> Int {
        columns >= (isOneSided ? 60 : 100) ? 9 : 0
    }

    func draw(on frame: inout Frame) {
        guard let files = model.files else { return }
        frame.fill(frame.bounds, style: .plain)
        // What lies below cannot be pressed.
        frame.link(frame.bounds, to: .nothing)
        let node = files.tree.nodes[screen.node]
        drawHead(files, node, on: &frame)
        drawTitle(files, node, on: &frame)
        drawLines(on: &frame)
        let size = frame.size
        if Self.showsFacts(size) {
            frame.put(facts(files, node), at: Point(row: size.rows - 2, column: 0), width: size.columns)
        }
        if let status = model.status {
            let text = TextFit.end(
                Format.line(status.text, glyphs), columns: size.columns, mark: glyphs.ellipsis)
            frame.put(
                text, at: Point(row: size.rows - 1, column: 0),
                style: Style(status.isWarning ? .warning : .text))
        } else {
            frame.put(
                FooterView.foot(
                    // What cannot be done now is left out.
                    model.bindings.filter {
                        !$0.contexts.contains(screen.context) || $0.obstacle(model) == nil
                    }, screen.context, columns: size.columns, glyphs: glyphs),
                at: Point(row: size.rows - 1, column: 0), width: size.columns)
        }
    }

    // MARK: - Above and below

    private func drawHead(_ files: FileTable, _ node: DiffTree.Node, on frame: inout Frame) {
        let columns = frame.size.columns
        let path = Format.name(screen.path(model), glyphs)
        var facts: [Span] = []
        if case .text(let text, _) = content {
            if text.addedCount > 0 { facts.append(Span("  +\(Format.grouped(text.addedCount))", .added)) }
            if text.removedCount > 0 {
                facts.append(Span("  -\(Format.grouped(text.removedCount))", .removed))
            }
        }
        let sizes = sizes(files, node).map { $0.map { ByteCount.grouped($0) } }
        switch (sizes[0], sizes[1]) {
        case (let old?, let new?) where old != new:
            facts.append(Span("  \(old) \(glyphs.arrow) \(new) B", .dim))
        case (let old?, nil): facts.append(Span("  \(old) B", .dim))
        case (_, let new?): facts.append(Span("  \(new) B", .dim))
        case (nil, nil): break
        }
        while !facts.isEmpty, facts.width + 20 > columns { facts.removeLast() }
        let change = screen.place?.row.change ?? node.change
        let marker = Span(change.marker + " ", Format.role(change))
        let box = files.pickMark(of: screen.node)?.span
        let room = max(0, columns - facts.width - 2 - (box == nil ? 0 : PickMark.columns))
        // The name of what is looked at is never cut for the one that it came from.
        let origin = screen.ancestor(files).map { "  from " + Format.name($0, glyphs) } ?? ""
        let showsOrigin = TextWidth.of(path) + TextWidth.of(origin) <= room
        let head =
            (box.map { [$0] } ?? []) + [
                marker,
                Span(TextFit.path(path, columns: room, mark: glyphs.ellipsis), .header),
                Span(showsOrigin ? origin : "", .dim),
            ]
        frame.put(head, at: Point(row: 0, column: 0), width: columns)
        frame.put(facts, at: Point(row: 0, column: max(0, columns - facts.width)), width: facts.width)
    }

    /// Bytes of both sides: of the file, or of the member of an archive.
    private func sizes(_ files: FileTable, _ node: DiffTree.Node) -> [UInt64?] {
        if let row = screen.place?.row { return [row.old?.byteCount, row.new?.byteCount] }
        return [
            screen.key.old.flatMap(files.tree.oldEntry(at:))?.size,
            screen.key.new.flatMap(files.tree.newEntry(at:))?.size,
        ]
    }

    private func drawTitle(_ files: FileTable, _ node: DiffTree.Node, on frame: inout Frame) {
        let columns = frame.size.columns
        frame.fill(
            Rect(row: 1, column: 0, rows: 1, columns: columns), with: glyphs.horizontal,
            style: Style(.borderFocused))
        var words: [String] = []
        switch content {
        case .text(let text, let encoding):
            words.append(encoding)
            if !text.old.isEmpty || !text.new.isEmpty, hunkCount > 0, isTwoSided {
                words.append("change \(Format.grouped(hunk + 1)) of \(Format.grouped(hunkCount))")
            } else if isTwoSided {
                words.append(text.differenceBesideLines ?? "the same content")
            }
        case .archive(let archive):
            words.append(archive.formats.joined(separator: " \(glyphs.arrow) "))
            words.append(
                archive.changedCount == 0
                    ? "the same members"
                    : isTwoSided
                        ? "\(Format.grouped(archive.changedCount)) of \(Format.count(archive.rows.count, "member")) differ"
                        : Format.count(archive.rows.count, "member"))
            if let gap = archive.gap { words.append("not all: \(Format.line(gap, glyphs))") }
        case .bytes(let bytes, let packing):
            let word = model.contents[screen.key]?.program == nil ? "bytes" : "program"
            words.append(packing.map { "\(word) in \($0)" } ?? word)
            words += firstOffset
            if isTwoSided { words += differences(bytes) }
        case .piece(let bytes, let all, let packing):
            words.append(packing.map { "bytes in \($0)" } ?? "bytes")
            let number = min(screen.key.piece, all.pieces.count - 1)
            words += firstOffset
            words.append("piece \(Format.grouped(number + 1)) of \(Format.grouped(all.pieces.count))")
            if isTwoSided {
                words.append("\(Format.grouped(all.differingCount)) of them differ")
                words += differences(bytes)
            }
        case .beginning(let bytes, let packing):
            let count = max(bytes.old.count, bytes.new.count)
            words.append(packing.map { "bytes in \($0)" } ?? "bytes")
            words.append("the first \(ByteCount.text(UInt64(count)))")
            if let (done, total) = model.contents[screen.key]?.compared {
                words.append(
                    "\(model.spinner) compared \(ByteCount.text(done)) of \(ByteCount.text(total)), \(model.key(.cancel, in: .look)) stops"
                )
            } else {
                words.append("\(model.spinner) comparing more")
            }
        case .failed, nil: break
        }
        if let text = screen.searchText, screen.members == nil {
            let (number, count) = screen.searchPlace
            let found =
                screen.isSearching
                ? model.underWay("finding")
                : count == 0
                    ? "'\(Format.line(text, glyphs))' is not in \(piece == nil ? "it" : "this piece")"
                    : number.map { "match \(Format.grouped($0)) of \(Format.grouped(count))" }
                        ?? Format.count(count, "match")
            words.insert(found, at: min(1, words.count))
        }
        if screen.place == nil,
            case .known(let cost) = files.costs.state(of: screen.node, isFinal: model.isCostFinal)
        {
            words.append("ships \(Format.cost(cost, glyphs))")
        }
        let separator = " \(glyphs.separator) "
        while words.count > 1, TextWidth.of(words.joined(separator: separator)) > columns - 4 {
            words.removeLast()
        }
        let title = words.joined(separator: separator)
        guard !title.isEmpty else { return }
        frame.put(
            " " + TextFit.end(title, columns: columns - 4, mark: glyphs.ellipsis) + " ",
            at: Point(row: 1, column: 1), style: Style(.title))
    }

    /// `from 0x1a240`: where the first row in sight is, if rows have no offsets of their own.
    private var firstOffset: [String] {
        guard Self.offsetColumns(model.size.columns, isOneSided: !isTwoSided) == 0 else { return [] }
        for line in screen.lines.dropFirst(offset) {
            guard case .bytes(let old, let new, _) = line else { continue }
            let place =
                new.isEmpty
                ? (piece?.old.lowerBound ?? 0) + old.lowerBound
                : (piece?.new.lowerBound ?? 0) + new.lowerBound
            return ["from 0x" + String(place, radix: 16)]
        }
        return []
    }

    private func differences(_ bytes: ByteDiff) -> [String] {
        guard hunkCount > 0 else { return ["the same content"] }
        let words = [
            "block \(Format.grouped(hunk + 1)) of \(Format.grouped(hunkCount))",
            "\(Format.grouped(bytes.differingCount)) B differ",
        ]
        return bytes.isAligned ? words : words + ["by place"]
    }

    /// `≠ mtime 2025-10-10 12:40 → 2025-10-20 22:40  = mode 0644  = owner 0:0`: what differs first.
    private func facts(_ files: FileTable, _ node: DiffTree.Node) -> [Span] {
        guard let old = screen.key.old.flatMap(files.tree.oldEntry(at:)),
            let new = screen.key.new.flatMap(files.tree.newEntry(at:))
        else {
            guard let entry = files.tree.newEntry(node) ?? files.tree.oldEntry(node) else { return [] }
            return [
                Span(
                    "\(Format.mode(entry))  \(entry.uid):\(entry.gid)  \(Format.time(entry.modified))  "
                        + "layer \(((node.new ?? node.old)?.layer ?? 0) + 1)", .dim)
            ]
        }
        let changes = MetadataChange.between(old, new)
        var spans: [Span] = []
        for change in changes {
            let name = change.attribute.isEmpty ? change.field : change.attribute
            let none = glyphs.nothing
            let values = "\(change.old ?? none) \(glyphs.arrow) \(change.new ?? none)"
            spans.append(Span("\(glyphs.differs) \(Format.line("\(name) \(values)", glyphs))  ", .metadata))
        }
        let names = Set(changes.map(\.field))
        if !names.contains("mode") { spans.append(Span("= mode \(EntryText.octal(new.mode))  ", .dim)) }
        if !names.contains("owner") { spans.append(Span("= owner \(new.uid):\(new.gid)  ", .dim)) }
        if !names.contains("time") { spans.append(Span("= time \(Format.time(new.modified))", .dim)) }
        return spans.fitted(columns: model.size.columns, mark: glyphs.ellipsis)
    }

    // MARK: - Content

    private var isTwoSided: Bool { screen.key.old != nil && screen.key.new != nil }

    private func drawLines(on frame: inout Frame) {
        let rows = screen.contentRows(model)
        let paneRows = CostPane.rows(screen, model)
        let first = screen.showsCosts(model) ? 2 + LookScreen.costRows : 2
        if first > 2 { CostView(screen: screen, model: model).draw(at: 2, on: &frame) }
        CostPane(screen: screen, model: model).draw(at: first + rows, rows: paneRows, on: &frame)
        switch content {
        case nil: say("\(model.spinner) reading", .dim, on: &frame)
        case .failed(let text): say(Format.line(text, glyphs), .error, on: &frame)
        case .text(let text, _):
            guard !screen.lines.isEmpty else { return say("there is nothing in it", .dim, on: &frame) }
            TextLines(view: self, text: text, isSplit: screen.isSplit(model)).draw(
                screen.lines[offset..<min(screen.lines.count, offset + rows)], from: 2, on: &frame)
        case .archive:
            guard let members = screen.members, !members.lines.isEmpty else {
                return say("there is nothing in it", .dim, on: &frame)
            }
            MemberLines(view: self, list: members, isSplit: screen.isSplit(model)).draw(
                from: 2, rows: rows, on: &frame)
        case .bytes(let bytes, _), .beginning(let bytes, _), .piece(let bytes, _, _):
            guard !screen.lines.isEmpty else { return say("there is nothing in it", .dim, on: &frame) }
            let hex = HexLines(
                glyphs: glyphs, bytes: bytes, isTwoSided: isTwoSided,
                width: Self.bytesInRow(columns: frame.size.columns, isOneSided: !isTwoSided),
                showsOffsets: Self.offsetColumns(frame.size.columns, isOneSided: !isTwoSided) > 0,
                piece: piece,
                hits: screen.search?.hits ?? ContentHits(),
                current: hunkCount > 1
                    ? screen.currentRun.flatMap { bytes.runs.indices.contains($0) ? bytes.runs[$0] : nil }
                    : nil)
            let shown = offset..<min(screen.lines.count, offset + rows)
            for (index, line) in screen.lines[shown].enumerated() {
                if case .fold(let run, let count) = line {
                    drawFold(run, "\(Format.grouped(count)) equal bytes", row: first + index, on: &frame)
                } else {
                    hex.draw(line, row: first + index, on: &frame)
                }
            }
        }
    }

    /// The piece of a large content that is shown.
    private var piece: ContentPieces.Piece? {
        guard case .piece(_, let all, _) = content, all.pieces.indices.contains(screen.key.piece) else {
            return nil
        }
        return all.pieces[screen.key.piece]
    }

    private func say(_ text: String, _ role: Role, on frame: inout Frame) {
        for (index, line) in TextFit.wrap(text, columns: max(1, frame.size.columns - 4)).enumerated() {
            frame.put(line, at: Point(row: 3 + index, column: 2), style: Style(role))
        }
    }

    /// A line that stands for what is the same; pressing it opens it.
    func drawFold(_ run: Int, _ text: String, row: Int, on frame: inout Frame) {
        let columns = frame.size.columns
        let line = Rect(row: row, column: 0, rows: 1, columns: columns)
        frame.fill(line, with: glyphs.fold, style: Style(.border))
        frame.link(line, to: .item(run))
        frame.put(" \(text) ", at: Point(row: row, column: 4), style: Style(.dim))
    }

    /// Lines of text, one under the other or side by side.
    struct TextLines {
        let view: LookView
        let text: TextDiff
        let isSplit: Bool

        private var glyphs: Glyphs { view.glyphs }

        /// Columns of text beside the numbers of lines.
        static func room(_ columns: Int, for text: TextDiff, isSplit: Bool, isTwoSided: Bool) -> Int {
            let digits = String(max(text.oldLines.count, text.newLines.count)).count
            if isSplit { return (columns - 3) / 2 - digits - 1 }
            return columns - (isTwoSided ? 2 * digits + 4 : digits + 3)
        }

        func draw(_ lines: ArraySlice<LookLine>, from row: Int, on frame: inout Frame) {
            let digits = String(max(text.oldLines.count, text.newLines.count)).count
            var words: [Int: (old: [Range<Int>], new: [Range<Int>])] = [:]
            for run in Set(lines.map(\.run)) { words[run] = text.changedWords(in: text.runs[run]) }
            for (index, line) in lines.enumerated() {
                switch line {
                case .fold(let run, let count):
                    view.drawFold(run, "\(Format.count(count, "equal line"))", row: row + index, on: &frame)
                case .text(let old, let new, let start, let run):
                    let from = view.screen.rowStarts[start]
                    let marks = words[run] ?? ([], [])
                    if isSplit {
                        drawSplit(
                            old, new, from, marks, isSame: text.runs[run].isSame, digits, row: row + index,
                            on: &frame)
                    } else {
                        drawUnified(old, new, from, marks, digits, row: row + index, on: &frame)
                    }
                case .bytes: break
                }
            }
        }

        private func number(_ line: Int?, _ digits: Int) -> String {
            let text = line.map { String($0 + 1) } ?? ""
            return String(repeating: " ", count: max(0, digits - text.count)) + text
        }

        private func drawUnified(
            _ old: Int?, _ new: Int?, _ from: WrappedText.Start,
            _ marks: (old: [Range<Int>], new: [Range<Int>]),
            _ digits: Int,
            row: Int,
            on frame: inout Frame
        ) {
            let both = view.isTwoSided
            // What goes on from the line before has its number there.
            let (oldShown, newShown) = from.column == 0 ? (old, new) : (nil, nil)
            let numbers =
                both
                ? "\(number(oldShown, digits)) \(number(newShown, digits))"
                : number(newShown ?? oldShown, digits)
            let isSame = old != nil && new != nil
            let mark = isSame || !both ? " " : new == nil ? "-" : "+"
            let role: Role = isSame || !both ? .text : new == nil ? .removed : .added
            let head = [Span(numbers + " ", .dim), Span(mark + " ", role)]
            let used = frame.put(head, at: Point(row: row, column: 0), width: frame.size.columns)
            let spans = content(
                old, new, from, marks, isOld: new == nil, role, columns: frame.size.columns - used)
            frame.put(spans, at: Point(row: row, column: used), width: frame.size.columns - used)
        }

        private func drawSplit(
            _ old: Int?, _ new: Int?, _ from: WrappedText.Start,
            _ marks: (old: [Range<Int>], new: [Range<Int>]),
            isSame: Bool,
            _ digits: Int,
            row: Int, on frame: inout Frame
        ) {
            let half = (frame.size.columns - 3) / 2
            for (line, isOld) in [(old, true), (new, false)] {
                guard let line else { continue }
                let start = isOld ? 0 : half + 3
                let role: Role = isSame ? .text : isOld ? .removed : .added
                let used = frame.put(
                    [Span(number(from.column == 0 ? line : nil, digits) + " ", .dim)],
                    at: Point(row: row, column: start), width: half)
                let spans = content(
                    isOld ? line : nil, isOld ? nil : line, from, marks, isOld: isOld, role,
                    columns: half - used)
                frame.put(spans, at: Point(row: row, column: start + used), width: half - used)
            }
            let mark = isSame ? glyphs.vertical : old == nil ? "+" : new == nil ? "-" : "~"
            let role: Role = isSame ? .border : old == nil ? .added : new == nil ? .removed : .modified
            frame.put(mark, at: Point(row: row, column: half + 1), style: Style(role))
        }

        private func content(
            _ old: Int?, _ new: Int?, _ from: WrappedText.Start,
            _ marks: (old: [Range<Int>], new: [Range<Int>]),
            isOld: Bool,
            _ role: Role,
            columns: Int
        ) -> [Span] {
            let drawer = ContentText(glyphs: glyphs, showsBlanks: view.showsBlanks)
            let (line, bytes) =
                isOld ? (old.map { text.oldLines[$0] }, text.old) : (new.map { text.newLines[$0] }, text.new)
            let origin = isOld ? from.old : from.new
            guard let line, from.column == 0 || origin != nil else { return [] }
            let places = isOld ? marks.old : marks.new
            return drawer.spans(
                line, of: bytes, isRaw: (isOld ? text.storedOld : text.storedNew).isRaw, marked: places[...],
                found: view.screen.search?.hits.places(line, isOld: isOld) ?? [], role: role,
                markedRole: isOld ? .removedWord : .addedWord, from: origin,
                start: from.column + view.sideways,
                columns: view.screen.wraps ? columns - 1 : columns, goesOn: view.screen.wraps)
        }
    }
}
