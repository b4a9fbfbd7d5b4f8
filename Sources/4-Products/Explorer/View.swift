public import Canvas
import FileTree
import OCI

extension ExplorerModel {
    /// Draws the whole screen.
    public func view(glyphs: Glyphs) -> Frame {
        var frame = Frame(size)
        let layout = layout
        HeaderView(explorer: self, glyphs: glyphs).draw(in: layout.header, on: &frame)
        LayersView(explorer: self, glyphs: glyphs, layout: layout).draw(on: &frame)
        FilesView(explorer: self, glyphs: glyphs, layout: layout).draw(on: &frame)
        FooterView(explorer: self, glyphs: glyphs).draw(in: layout.footer, on: &frame)
        for overlay in overlays { draw(overlay, on: &frame, glyphs: glyphs) }
        let names = Side.allCases.map { name(of: $0) }
        frame.title = "silt: \(names.joined(separator: " - "))"
        return frame
    }

    /// What a side's image is called.
    func name(of side: Side) -> String {
        if let summary = sides[side]?.summary { return Format.imageName(summary.displayName) }
        return Format.text(side == .old ? options.oldSource : options.newSource)
    }

    private func draw(_ overlay: Overlay, on frame: inout Frame, glyphs: Glyphs) {
        let dialogs = DialogView(glyphs: glyphs, size: size)
        let export = ExportView(explorer: self, glyphs: glyphs, dialogs: dialogs)
        switch overlay {
        case .details(let offset): DetailsView(explorer: self, dialogs: dialogs).draw(offset, on: &frame)
        case .help(let offset): HelpView(dialogs: dialogs).draw(offset, on: &frame)
        case .filters(let position): FiltersView(explorer: self, dialogs: dialogs).draw(position, on: &frame)
        case .export: export.drawDialog(on: &frame)
        case .overwrite(let request): export.drawOverwrite(request, on: &frame)
        case .exporting: export.drawProgress(on: &frame)
        case .result(let result): export.drawResult(result, on: &frame)
        case .quitting: export.drawQuitting(on: &frame)
        case .failure(let text):
            dialogs.draw(
                "silt cannot go on", dialogs.wrap(Format.line(text)).map { [Span($0, .error)] }, .failure,
                on: &frame)
        }
    }
}

/// A piece of a line.
struct Span: Hashable, Sendable {
    let text: String
    let role: Role

    init(_ text: String, _ role: Role = .text) {
        self.text = text
        self.role = role
    }
}

extension Frame {
    /// Writes spans one after the other; returns the columns they took.
    @discardableResult
    mutating func put(_ spans: [Span], at point: Point, width: Int, on ground: Role? = nil) -> Int {
        var used = 0
        for span in spans where used < width {
            let place = Point(row: point.row, column: point.column + used)
            used += put(span.text, at: place, style: Style(span.role, on: ground), width: width - used)
        }
        return used
    }
}
