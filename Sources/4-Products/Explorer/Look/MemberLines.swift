import Bytes
import Canvas
import FileFormats
import FileTree

/// The members of an archive, old and new side by side or one under the other.
struct MemberLines {
    let view: LookView
    let list: MemberList
    let isSplit: Bool

    private static let sizeColumns = 10

    private var glyphs: Glyphs { view.glyphs }

    func draw(from row: Int, rows: Int, on frame: inout Frame) {
        var list = list
        list.cursor.settle(count: list.lines.count, height: rows)
        // A preview has no cursor.
        let hasCursor = !view.model.screens.isEmpty
        for index in list.cursor.offset..<min(list.lines.count, list.cursor.offset + rows) {
            let place = row + index - list.cursor.offset
            switch list.lines[index] {
            case .member(let member):
                drawMember(list.diff.rows[member], row: place, on: &frame)
                frame.link(
                    Rect(row: place, column: 0, rows: 1, columns: frame.size.columns), to: .item(index))
            case .fold(let count):
                view.drawFold(index, "\(Format.count(count, "member")) the same", row: place, on: &frame)
            }
            guard hasCursor, index == list.cursor.position else { continue }
            frame.setGround(.cursor, row: place, columns: 0..<frame.size.columns)
            if !view.model.options.hasColors {
                frame.put(glyphs.cursor, at: Point(row: place, column: 0), style: Style(.key))
            }
        }
    }

    private func drawMember(_ member: ArchiveDiff.Row, row: Int, on frame: inout Frame) {
        let columns = frame.size.columns
        let role = Format.role(member.change)
        // The first columns are the mark's of the cursor where there are no colours.
        let start = view.model.options.hasColors ? 0 : 2
        if isSplit, columns >= 60 {
            let half = (columns - 3 - start) / 2
            drawSide(member.old, role, row: row, column: start, width: half, on: &frame)
            frame.put(member.change.marker, at: Point(row: row, column: start + half + 1), style: Style(role))
            drawSide(member.new, role, row: row, column: start + half + 3, width: half, on: &frame)
            return
        }
        let size = sizes(member)
        let room = max(0, columns - start - 3 - TextWidth.of(size))
        frame.put(
            [Span(member.change.marker + " ", role)]
                + [Span(name(member.step.name, kind(member), room), role)].marking(view.screen.searchText),
            at: Point(row: row, column: start), width: room + 2)
        frame.putRight(
            size, row: row, endColumn: columns, style: Style(.text), width: columns, mark: glyphs.ellipsis)
    }

    private func drawSide(
        _ member: ArchiveMember?, _ role: Role, row: Int, column: Int, width: Int, on frame: inout Frame
    ) {
        guard let member else { return }
        let room = max(0, width - Self.sizeColumns - 1)
        frame.put(
            [Span(name(member.name, member.kind, room), role)].marking(view.screen.searchText),
            at: Point(row: row, column: column), width: room)
        guard member.kind == .file else { return }
        frame.putRight(
            ByteCount.text(member.byteCount), row: row, endColumn: column + width, style: Style(.text),
            width: Self.sizeColumns, mark: glyphs.ellipsis)
    }

    private func kind(_ member: ArchiveDiff.Row) -> ArchiveMember.Kind {
        member.new?.kind ?? member.old?.kind ?? .file
    }

    private func name(_ bytes: [UInt8], _ kind: ArchiveMember.Kind, _ columns: Int) -> String {
        var text = Format.name(bytes, glyphs)
        if case .link(let target) = kind { text += " \(glyphs.arrow) \(Format.name(target, glyphs))" }
        return TextFit.path(text, columns: columns, mark: glyphs.ellipsis)
    }

    /// `12.3 kB → 12.4 kB`, or the only size there is.
    private func sizes(_ member: ArchiveDiff.Row) -> String {
        let texts = [member.old, member.new].compactMap { side in
            side.flatMap { $0.kind == .file ? ByteCount.text($0.byteCount) : nil }
        }
        guard texts.count == 2, !member.isSame else { return texts.first ?? "" }
        return texts.joined(separator: " \(glyphs.arrow) ")
    }
}
