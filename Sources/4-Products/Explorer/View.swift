public import Canvas
import FileTree
import OCI

extension ExplorerModel {
    /// Draws the whole screen.
    public func view() -> Frame {
        var frame = Frame(size)
        let names = Side.allCases.map { name(of: $0) }
        frame.title = "silt: \(names.joined(separator: " - "))"
        let layout = layout
        guard !layout.isTooSmall else {
            let least = Layout.least
            let texts = [
                "\(least.columns)x\(least.rows) is the least, this is \(size.columns)x\(size.rows)",
                "less than \(least.columns)x\(least.rows)", "too small",
            ]
            let text = TextFit.first(of: texts, columns: size.columns, mark: glyphs.ellipsis)
            frame.put(text, at: Point(row: max(0, size.rows - 1) / 2, column: 0), style: Style(.warning))
            return frame
        }
        // What is covered is not drawn, and of boxes over each other only the topmost.
        let first = screens.lastIndex { $0.extent == .whole } ?? 0
        if screens.isEmpty || screens[first].extent != .whole {
            HeaderView(explorer: self).draw(in: layout.header, on: &frame)
            PicksLine(explorer: self).draw(in: layout.picks, on: &frame)
            LayersView(explorer: self, layout: layout).draw(on: &frame)
            FilesView(explorer: self, layout: layout).draw(on: &frame)
            PreviewView(explorer: self).draw(in: layout.preview, on: &frame)
            FooterView(explorer: self).draw(layout, on: &frame)
        }
        // A prompt does not cover the box that it is about.
        let top = screens.lastIndex { $0.extent != .prompt }
        for (index, screen) in screens.enumerated().dropFirst(first)
        where index == top || screen.extent != .dialog {
            screen.draw(on: &frame, model: self)
        }
        return frame
    }
}

/// A piece of a line.
struct Span: Hashable, Sendable {
    let text: String
    let role: Role
    /// What pressing it with the mouse does.
    let target: Link.Target?

    init(_ text: String, _ role: Role = .text, target: Link.Target? = nil) {
        self.text = text
        self.role = role
        self.target = target
    }
}

extension [Span] {
    /// The columns they take.
    var width: Int { reduce(0) { $0 + TextWidth.of($1.text) } }

    /// The spans as far as they fit; a mark says that something was cut.
    func fitted(columns: Int, mark: String) -> [Span] {
        guard width > columns else { return self }
        var room = columns - TextWidth.of(mark)
        var result: [Span] = []
        for span in self where room > 0 {
            result.append(
                Span(TextFit.end(span.text, columns: room, mark: ""), span.role, target: span.target))
            room -= TextWidth.of(span.text)
        }
        return result + [Span(TextFit.end(mark, columns: columns, mark: ""), .dim)]
    }
}

extension Frame {
    /// Writes spans one after the other; returns the columns they took.
    @discardableResult
    mutating func put(_ spans: [Span], at point: Point, width: Int, on ground: Role? = nil) -> Int {
        var used = 0
        for span in spans where used < width {
            let place = Point(row: point.row, column: point.column + used)
            let columns = put(span.text, at: place, style: Style(span.role, on: ground), width: width - used)
            if let target = span.target {
                link(Rect(row: place.row, column: place.column, rows: 1, columns: columns), to: target)
            }
            used += columns
        }
        return used
    }
}
