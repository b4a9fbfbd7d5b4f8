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
        func put(_ text: GroupTitle, _ notes: [Span], bytes: UInt64?, in half: Range<Int>) {
            let start = half.lowerBound + Format.triangleWidth(glyphs)
            let width = max(0, columns.nameWidth(half) - Format.triangleWidth(glyphs))
            let room = max(0, width - (notes.isEmpty ? 0 : min(notes.width + 1, width / 3)))
            let used = frame.put(
                text.fitted(columns: room, glyphs), at: Point(row: line, column: start),
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
            let known = [versions(group.old), versions(group.new)].filter { !$0.isEmpty }
            put(
                GroupTitle(name: name, versions: Set(known).count == 1 ? [known[0]] : known), notes,
                bytes: isInNew ? group.newByteCount : group.oldByteCount, in: columns.new)
            frame.put(
                triangle, at: Point(row: line, column: columns.new.lowerBound), style: Style(.directory))
        } else {
            func side(_ text: String, isNamedBeside: Bool) -> GroupTitle {
                GroupTitle(name: name, versions: text.isEmpty ? [] : [text], isNamedBeside: isNamedBeside)
            }
            if isInOld {
                let title = side(versions(group.old), isNamedBeside: false)
                put(title, [], bytes: group.oldByteCount, in: columns.old)
            }
            if isInNew {
                let title = side(versions(group.new), isNamedBeside: isInOld)
                put(title, notes, bytes: group.newByteCount, in: columns.new)
            }
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

/// A package's name and its versions in some columns. What tells two versions apart is mostly at their ends, so they lose
/// their middle; and the name is told once where there is no room for it on both sides.
struct GroupTitle {
    let name: String
    /// None, one, or the old and the new one.
    let versions: [String]
    /// Whether the name stands on the old side as well.
    var isNamedBeside = false

    /// So many columns of a version still tell which it is.
    private static let leastVersion = 8

    func fitted(columns: Int, _ glyphs: Glyphs) -> String {
        let arrow = " \(glyphs.arrow) "
        let whole = ([name] + (versions.isEmpty ? [] : [versions.joined(separator: arrow)])).joined(
            separator: " ")
        guard TextWidth.of(whole) > columns, !versions.isEmpty else {
            return TextFit.end(whole, columns: columns, mark: glyphs.ellipsis)
        }
        if isNamedBeside, let version = versions.last {
            return TextFit.middle(version, columns: columns, mark: glyphs.ellipsis)
        }
        let room = columns - TextWidth.of(name) - 1 - (versions.count - 1) * TextWidth.of(arrow)
        let least = versions.reduce(0) { $0 + min(Self.leastVersion, TextWidth.of($1)) }
        guard room >= least else { return TextFit.middle(whole, columns: columns, mark: glyphs.ellipsis) }
        // What a short version leaves, the other one gets.
        let each = room / versions.count
        var left = room
        let fitted = versions.enumerated().map { index, version in
            let others = versions[(index + 1)...].reduce(0) {
                $0 + min(TextWidth.of($1), max(each, Self.leastVersion))
            }
            let text = TextFit.middle(version, columns: left - others, mark: glyphs.ellipsis)
            left -= TextWidth.of(text)
            return text
        }
        return "\(name) \(fitted.joined(separator: arrow))"
    }
}
