import Canvas

extension ExplorerModel {
    /// Takes a key, the mouse or another size.
    mutating func take(_ input: Input) -> [Effect] {
        switch input {
        case .key(let key): return press(key)
        case .mouse(let event): return take(event)
        case .resize(let size):
            self.size = size
            settle()
            return []
        case .paste(let text):
            paste(text)
            return []
        case .terminate: return [.quit]
        }
    }

    /// Types pasted text where text is edited. Anywhere else it is ignored: its letters would be commands.
    private mutating func paste(_ text: String) {
        for character in text {
            switch context {
            case .search: edit(.character(character))
            case .export: export.press(.character(character))
            default: return
            }
        }
    }

    private mutating func press(_ key: Key) -> [Effect] {
        status = nil
        if let binding = Command.lookup(key, in: context) {
            if let obstacle = binding.obstacle(self) {
                status = Status(text: obstacle, isWarning: false)
                return []
            }
            return perform(binding.command)
        }
        switch context {
        case .search: edit(key)
        case .export: export.press(key)
        default: break
        }
        return []
    }

    // MARK: - Mouse

    private mutating func take(_ event: MouseEvent) -> [Effect] {
        guard overlays.isEmpty else { return takeOverOverlay(event) }
        let layout = layout
        if layout.layers.contains(event.point) { return takeOverLayers(event, layout) }
        if layout.files.contains(event.point) { return takeOverFiles(event, layout) }
        return []
    }

    private mutating func takeOverOverlay(_ event: MouseEvent) -> [Effect] {
        switch event.action {
        case .wheelUp: return perform(.up, in: [.help, .details])
        case .wheelDown: return perform(.down, in: [.help, .details])
        case .click, .doubleClick: return []
        }
    }

    private mutating func perform(_ command: Command, in contexts: Set<Context>) -> [Effect] {
        contexts.contains(context) ? perform(command) : []
    }

    private mutating func takeOverLayers(_ event: MouseEvent, _ layout: Layout) -> [Effect] {
        let height = layout.layers.rows
        switch event.action {
        case .wheelUp: layerCursor.scroll(by: -3, count: pairs.count, height: height)
        case .wheelDown: layerCursor.scroll(by: 3, count: pairs.count, height: height)
        case .click, .doubleClick:
            let row = event.point.row - layout.layers.row + layerCursor.offset
            guard pairs.indices.contains(row) else { return [] }
            focus = .layers
            layerCursor.move(to: row, count: pairs.count, height: height)
            if event.action == .doubleClick, isAligned { return show(.pair(row)) }
        }
        return followLayer()
    }

    private mutating func takeOverFiles(_ event: MouseEvent, _ layout: Layout) -> [Effect] {
        let columns = layout.columns
        var wasTriangle = false
        withFiles { files, height in
            switch event.action {
            case .wheelUp: files.cursor.scroll(by: -3, count: files.rows.count, height: height)
            case .wheelDown: files.cursor.scroll(by: 3, count: files.rows.count, height: height)
            case .click, .doubleClick:
                let row = event.point.row - layout.files.row + files.cursor.offset
                guard files.rows.indices.contains(row) else { return }
                files.cursor.move(to: row, count: files.rows.count, height: height)
                let halves = [columns.old, columns.new].filter { !$0.isEmpty }
                wasTriangle = halves.contains { half in
                    let start =
                        half.lowerBound + files.indent(of: files.rows[row], in: columns.nameWidth(half))
                    return (start...start + 1).contains(event.point.column)
                }
            }
        }
        switch event.action {
        case .wheelUp, .wheelDown: return []
        case .click, .doubleClick:
            focus = .files
            // The second press on a triangle is one more click on it.
            return wasTriangle || event.action == .doubleClick ? perform(.toggle) : []
        }
    }
}
