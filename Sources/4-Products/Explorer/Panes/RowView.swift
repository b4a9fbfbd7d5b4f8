import Bytes
import Canvas
import FileTree

extension FileTable {
    /// Columns before a row's name; deep trees stay in the left half of their column.
    func indent(of row: Row, in width: Int) -> Int { min(row.depth * 2, width / 2) }

    /// What the marker's column says: of a directory, also what happened in it.
    func mark(of node: DiffTree.Node) -> Change {
        guard node.isDirectory, node.change == .unchanged || node.change == .metadata else {
            return node.change
        }
        if node.counts.changed > node.counts.metadata { return .modified }
        return node.counts.metadata > 0 ? .metadata : .unchanged
    }
}

/// One line of the tree: old on the left, new on the right, the marker between them.
struct RowView {
    let files: FileTable
    let row: FileTable.Row
    let columns: Columns
    let glyphs: Glyphs
    let isCostFinal: Bool
    /// The image whose files these are, if the other one is still read.
    var loneSide: Side?

    private var node: DiffTree.Node { files.tree.nodes[row.node] }

    /// What the row is called: its name, with the directories that share its line, or in a flat list its whole path.
    private var name: [UInt8] {
        let tree = files.tree
        if files.arrangement.isFlat { return tree.path(of: row.node).bytes }
        var name = Array(tree.name(of: row.node))
        var node = row.node
        while node != row.first {
            node = tree.nodes[node].parent
            name = tree.name(of: node) + [UInt8(ascii: "/")] + name
        }
        return name
    }

    func draw(at line: Int, on frame: inout Frame) {
        let node = node
        if let place = row.group, let group = files.group(of: row) {
            let cost = group.figures.state(isFinal: isCostFinal)
            GroupView(group: group, glyphs: glyphs).draw(
                isOpen: files.rows.isOpen(part: place), cost: cost, in: columns, at: line, on: &frame)
            return drawShare(of: group.figures.bytes, cost, 0, at: line, on: &frame)
        }
        if let loneSide {
            let isOld = loneSide == .old
            let half = isOld && !columns.old.isEmpty ? columns.old : columns.new
            return draw(
                isOld ? files.tree.oldEntry(node) : files.tree.newEntry(node), isOld: isOld, in: half,
                at: line,
                on: &frame)
        }
        let mark = files.mark(of: node)
        frame.put(mark.marker, at: Point(row: line, column: columns.marker), style: Style(Format.role(mark)))
        if columns.old.isEmpty {
            let entry = node.isInNew ? files.tree.newEntry(node) : files.tree.oldEntry(node)
            draw(entry, isOld: !node.isInNew, in: columns.new, at: line, on: &frame)
        } else {
            if node.isInOld {
                draw(files.tree.oldEntry(node), isOld: true, in: columns.old, at: line, on: &frame)
            } else {
                drawPeer("from ", in: columns.old, at: line, on: &frame)
            }
            if node.isInNew {
                draw(files.tree.newEntry(node), isOld: false, in: columns.new, at: line, on: &frame)
            } else {
                drawPeer("now ", in: columns.new, at: line, on: &frame)
            }
        }
        guard !columns.cost.isEmpty else { return }
        let cost = Format.span(files.costState(of: row.node, isFinal: isCostFinal), glyphs)
        frame.putRight(
            cost.text, row: line, endColumn: columns.cost.upperBound, style: Style(cost.role),
            width: columns.cost.count, mark: glyphs.ellipsis)
        drawShare(at: line, on: &frame)
    }

    /// How much of its directory's cost is this row's.
    private func drawShare(at line: Int, on frame: inout Frame) {
        let parent = files.arrangement.isFlat ? 0 : files.tree.nodes[row.first].parent
        drawShare(
            of: files.costBytes(of: row.node), files.costState(of: row.node, isFinal: isCostFinal), parent,
            at: line, on: &frame)
    }

    private func drawShare(
        of part: UInt64, _ state: CostState, _ parent: Int, at line: Int, on frame: inout Frame
    ) {
        // What is known of an unknown figure has no share that holds.
        guard !columns.bar.isEmpty, state != .pending,
            files.costState(of: parent, isFinal: isCostFinal) != .pending
        else { return }
        let whole = files.costBytes(of: parent)
        guard part > 0, whole > 0, part <= whole else { return }
        let percent = ByteCount.percent(part, of: whole)
        let bar = Format.eighths(part, of: whole, columns: columns.bar.count - 5, glyphs: glyphs)
        frame.put(bar, at: Point(row: line, column: columns.bar.lowerBound), style: Style(.progress))
        frame.putRight(
            percent, row: line, endColumn: columns.bar.upperBound, style: Style(.dim), width: 5, mark: "")
    }

    /// Where a moved file came from or went to stands on the side that lacks it.
    private func drawPeer(_ word: String, in half: Range<Int>, at line: Int, on frame: inout Frame) {
        guard let peer = node.peer else { return }
        let start = files.indent(of: row, in: columns.nameWidth(half)) + Format.triangleWidth(glyphs)
        let path = "/" + Format.name(files.tree.path(of: peer).bytes, glyphs)
        let room = half.count - start - word.count
        let text = word + TextFit.path(path, columns: max(0, room), mark: glyphs.ellipsis)
        frame.put(
            text, at: Point(row: line, column: half.lowerBound + start), style: Style(.dim),
            width: half.count - start)
    }

    private func draw(_ entry: Entry?, isOld: Bool, in half: Range<Int>, at line: Int, on frame: inout Frame)
    {
        let node = node
        let nameWidth = columns.nameWidth(half)
        let indent = files.indent(of: row, in: nameWidth)
        var column = half.lowerBound + indent
        // What is a directory on one side only holds its children there, too.
        if !node.children.isEmpty {
            let triangle = files.isExpanded[row.node] ? glyphs.expanded : glyphs.collapsed
            frame.put(triangle, at: Point(row: line, column: column), style: Style(.directory))
        }
        column += Format.triangleWidth(glyphs)
        let isDirectory = entry.map { $0.kind == .directory } ?? node.isDirectory
        let width = isDirectory ? nameWidth : nameWidth + freeColumns(behindNameIn: half, entry)
        let room = max(0, width - indent - Format.triangleWidth(glyphs))
        // What is told of a path stands on its new side, or on the only one it has.
        let isLast = !isOld || columns.old.isEmpty || !node.isInNew
        var notes: [Span] = []
        let shown = files.arrangement.filter.shown
        if isLast {
            let (old, new) = (files.tree.oldEntry(node), files.tree.newEntry(node))
            let fields: String? =
                switch node.change {
                case .metadata: shown.contains(.metadata) ? Format.metadata(old, new) : nil
                // Of another content, the marker tells; that it became something else is more than that.
                case .modified:
                    if let old, let new, Format.isOtherType(old, new) { Format.typeName } else { nil }
                case .unchanged, .added, .removed, .moved: nil
                }
            notes += fields?.split(separator: ", ").map { Span(String($0), .metadata) } ?? []
        }
        if isLast, isDirectory { notes += Format.counts(files.countsBelow(row.node), of: shown) }
        let text = Format.name(name, glyphs) + (isDirectory ? "/" : "")
        // A long name leaves some room for that.
        let reserved = notes.isEmpty ? 0 : min(notes.width + 1, room / 4)
        let fitted = TextFit.path(text, columns: room - reserved, mark: glyphs.ellipsis)
        let role = Format.role(node.change)
        let used = putName(fitted, role, at: Point(row: line, column: column), on: &frame)
        let rest = room - used - 1
        let point = Point(row: line, column: column + used + 1)
        if let entry, !entry.linkTarget.isEmpty, rest > 6 {
            let arrow = entry.kind == .hardLink ? "== " : "-> "
            let spans = Format.fitting(notes, columns: max(0, rest / 2), glyphs: glyphs)
            let width = rest - (spans.isEmpty ? 0 : spans.width + 1)
            let target = TextFit.middle(
                Format.name(entry.linkTarget, glyphs), columns: width - arrow.count, mark: glyphs.ellipsis)
            frame.put(arrow + target, at: point, style: Style(.dim), width: width)
            drawNotes(spans, at: point, columns: rest, on: &frame)
        } else {
            drawNotes(
                Format.fitting(notes, columns: rest, glyphs: glyphs), at: point, columns: rest, on: &frame)
        }
        drawFacts(
            entry, isOld: isOld, isDirectory: isDirectory, start: half.lowerBound + nameWidth, at: line,
            on: &frame)
    }

    /// The columns behind a file's name that would tell how much larger it became, where that is nothing.
    private func freeColumns(behindNameIn half: Range<Int>, _ entry: Entry?) -> Int {
        guard columns.showsDifference, !columns.showsMode, half == columns.new,
            Self.difference(node, entry?.kind == .file).isEmpty
        else { return 0 }
        return Columns.differenceWidth
    }

    private func drawNotes(_ spans: [Span], at point: Point, columns: Int, on frame: inout Frame) {
        let width = spans.width
        let start = Point(row: point.row, column: point.column + columns - width)
        frame.put(spans, at: start, width: width)
    }

    private func drawFacts(
        _ entry: Entry?, isOld: Bool, isDirectory: Bool, start: Int, at line: Int, on frame: inout Frame
    ) {
        var column = start
        func put(_ text: String, _ width: Int, _ role: Role = .dim) {
            column += width
            frame.putRight(
                text, row: line, endColumn: column, style: Style(role), width: width - 1,
                mark: glyphs.ellipsis)
        }
        if columns.showsMode { put(entry.map(Format.mode) ?? "", Columns.modeWidth) }
        if columns.showsOwner { put(entry.map { "\($0.uid):\($0.gid)" } ?? "", Columns.ownerWidth) }
        if columns.showsTime { put(entry.map { Format.time($0.modified) } ?? "", Columns.timeWidth) }
        guard columns.showsSize else { return }
        let bytes = isDirectory ? (isOld ? node.oldByteCount : node.newByteCount) : entry?.size ?? 0
        let hasSize = isDirectory || entry?.kind == .file
        if columns.showsDifference, !isOld || columns.old.isEmpty {
            put(Self.difference(node, hasSize), Columns.differenceWidth)
        }
        put(
            hasSize ? ByteCount.text(bytes) : "", Columns.sizeWidth,
            isDirectory || node.change == .unchanged ? .dim : .text)
    }

    /// How many bytes more or less there are than before.
    private static func difference(_ node: DiffTree.Node, _ hasSize: Bool) -> String {
        guard hasSize, node.isInOld, node.isInNew, node.oldByteCount != node.newByteCount else { return "" }
        return node.newByteCount > node.oldByteCount
            ? "+" + ByteCount.text(node.newByteCount - node.oldByteCount)
            : "-" + ByteCount.text(node.oldByteCount - node.newByteCount)
    }

    /// Writes a name; what the search found in it stands out.
    private func putName(_ name: String, _ role: Role, at point: Point, on frame: inout Frame) -> Int {
        guard let query = files.search?.query, let part = query.split(separator: "/").last, !part.isEmpty
        else {
            return frame.put(name, at: point, style: Style(role))
        }
        let ignoresCase = !query.utf8.contains { (0x41...0x5a).contains($0) }
        let searched = ignoresCase ? name.lowercased() : name
        guard searched.unicodeScalars.count == name.unicodeScalars.count,
            let range = searched.firstRange(of: part)
        else { return frame.put(name, at: point, style: Style(role)) }
        let start = searched.unicodeScalars.distance(from: searched.startIndex, to: range.lowerBound)
        let scalars = Array(name.unicodeScalars)
        let count = part.unicodeScalars.count
        func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
            String(String.UnicodeScalarView(scalars))
        }
        let spans = [
            Span(text(scalars[..<start]), role), Span(text(scalars[start..<start + count]), .match),
            Span(text(scalars[(start + count)...]), role),
        ]
        return frame.put(spans, at: point, width: TextWidth.of(name))
    }
}
