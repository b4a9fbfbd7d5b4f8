import Bytes
import Canvas
import FileTree
import Summary

/// What is told of a package: in its line over its files, and under the cursor.
struct GroupView {
    let group: PackageGroups.Group
    let glyphs: Glyphs

    /// `perl-base`, or that there is none.
    var name: String { group.key.map { Format.line($0.name, glyphs) } ?? "no package" }

    private func versions(_ versions: [String]) -> String {
        versions.map { Format.line($0, glyphs) }.joined(separator: ", ")
    }

    /// What became of it.
    var change: Change {
        if group.key == nil { return group.counts.changed > 0 ? .modified : .unchanged }
        if group.old.isEmpty { return .added }
        if group.new.isEmpty { return .removed }
        return group.counts.changed > 0 || group.old != group.new ? .modified : .unchanged
    }

    /// `perl-base 5.36.0-7 → 5.36.0-8`.
    var title: String {
        let (old, new) = (versions(group.old), versions(group.new))
        let both = old.isEmpty || new.isEmpty || old == new ? [old.isEmpty ? new : old] : [old, new]
        return ([name, both.joined(separator: " \(glyphs.arrow) ")]).filter { !$0.isEmpty }.joined(
            separator: " ")
    }

    private var count: String { Format.count(group.range.count, "file") }

    /// The line under the lists.
    func line(isFinal: Bool) -> (name: String, facts: [Span]) {
        var facts = [Span("  \(group.key == nil ? count : "\(count) of it")", .dim)]
        if case .known(let cost) = group.figures.state(isFinal: isFinal) {
            facts.append(Span("  ships \(Format.cost(cost, glyphs))"))
        }
        return (title, facts)
    }

    /// What the details tell.
    func details(isFinal: Bool) -> DetailText {
        func known(_ text: String) -> String? { text.isEmpty ? nil : text }
        let cost =
            switch group.figures.state(isFinal: isFinal) {
            case .nothing: "nothing"
            case .pending: "not known yet"
            case .withLayer: "parts of layers that are shipped whole"
            case .known(let cost): Format.cost(cost, glyphs)
            }
        var lines: [DetailLine] = [.heading(name, change)]
        if let key = group.key {
            lines.append(.note("kind", "one of the \(key.kind.plural)"))
            if !key.place.isEmpty { lines.append(.note("where", Format.line(key.place, glyphs))) }
            lines.append(.fact("version", old: known(versions(group.old)), new: known(versions(group.new))))
        }
        lines.append(
            .note("listed", "\(count): \(Format.counts(group.counts).map(\.text).joined(separator: " "))"))
        lines.append(.note("ships as", cost))
        return DetailText(
            title: group.key == nil ? "Files of no package" : "Package", lines: lines, copied: title)
    }

    /// Draws its line.
    func draw(
        isOpen: Bool, cost: CostState, in columns: Columns, at line: Int, on frame: inout Frame
    ) {
        let change = change
        frame.put(
            change.marker, at: Point(row: line, column: columns.marker), style: Style(Format.role(change)))
        let triangle = isOpen ? glyphs.expanded : glyphs.collapsed
        func put(_ text: String, _ notes: [Span], bytes: UInt64?, in half: Range<Int>) {
            let start = half.lowerBound + Format.triangleWidth(glyphs)
            let width = max(0, columns.nameWidth(half) - Format.triangleWidth(glyphs))
            let room = max(0, width - (notes.isEmpty ? 0 : min(notes.width + 1, width / 3)))
            let used = frame.put(
                TextFit.end(text, columns: room, mark: glyphs.ellipsis), at: Point(row: line, column: start),
                style: Style(Format.role(change)))
            let fitting = Format.fitting(notes, columns: width - used - 1, glyphs: glyphs)
            frame.put(
                fitting, at: Point(row: line, column: start + width - fitting.width), width: fitting.width)
            guard columns.showsSize, let bytes else { return }
            frame.putRight(
                ByteCount.text(bytes), row: line, endColumn: half.upperBound, style: Style(.dim),
                width: Columns.sizeWidth - 1, mark: glyphs.ellipsis)
        }
        let notes = Format.counts(group.counts)
        let isInOld = group.key == nil || !group.old.isEmpty
        let isInNew = group.key == nil || !group.new.isEmpty
        if columns.old.isEmpty {
            put(title, notes, bytes: isInNew ? group.newByteCount : group.oldByteCount, in: columns.new)
            frame.put(
                triangle, at: Point(row: line, column: columns.new.lowerBound), style: Style(.directory))
        } else {
            func side(_ text: String) -> String { text.isEmpty ? name : "\(name) \(text)" }
            if isInOld { put(side(versions(group.old)), [], bytes: group.oldByteCount, in: columns.old) }
            if isInNew { put(side(versions(group.new)), notes, bytes: group.newByteCount, in: columns.new) }
            for (half, isThere) in [(columns.old, isInOld), (columns.new, isInNew)] where isThere {
                frame.put(triangle, at: Point(row: line, column: half.lowerBound), style: Style(.directory))
            }
        }
        guard !columns.cost.isEmpty else { return }
        let span = Format.span(cost, glyphs)
        frame.putRight(
            span.text, row: line, endColumn: columns.cost.upperBound, style: Style(span.role),
            width: columns.cost.count, mark: glyphs.ellipsis)
    }
}
