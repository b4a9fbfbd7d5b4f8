import Canvas
import FileTree

extension ExplorerModel {
    /// Does what a key asks for.
    mutating func perform(_ command: Command) -> [Effect] {
        switch command {
        case .up, .down, .pageUp, .pageDown, .top, .bottom: return move(command)
        case .toggle, .expand, .collapse, .expandAll, .collapseAll: open(command)
        case .nextPane:
            focus = focus == .layers ? .files : .layers
            settle()
        case .showLayer: return show(.pair(layerCursor.position))
        case .squash: return toggleScope()
        case .changesOnly, .addedOnly, .removedOnly, .modifiedOnly, .order: choose(command)
        case .filterMenu: overlays.append(.filters(position: 0))
        case .search: beginSearch()
        case .nextMatch: goToMatch(isForward: true)
        case .previousMatch: goToMatch(isForward: false)
        case .clear: withFiles { files, _ in files.search = nil }
        case .details: showDetails()
        case .help: overlays.append(.help(offset: 0))
        case .export: overlays.append(.export)
        case .nextField: export.focus = export.focus == .path ? .level : .path
        case .confirm: return confirm()
        case .cancel: return cancel()
        case .copy: return copy()
        case .quit: return quit()
        }
        return []
    }

    // MARK: - Moving

    private mutating func move(_ command: Command) -> [Effect] {
        switch overlays.last {
        case .help(let offset):
            overlays[overlays.count - 1] = .help(offset: scrolled(offset, command, lines: HelpView.lineCount))
        case .details(let offset):
            overlays[overlays.count - 1] = .details(
                offset: scrolled(offset, command, lines: detailLines.count))
        case .filters(let position):
            let last = Change.allCases.count - 1
            let next = command == .up ? position - 1 : position + 1
            overlays[overlays.count - 1] = .filters(position: max(0, min(last, next)))
        case nil where focus == .layers:
            let height = layout.layers.rows
            let target = Self.target(command, from: layerCursor.position, count: pairs.count, height: height)
            layerCursor.move(to: target, count: pairs.count, height: height)
            return followLayer()
        case nil:
            withFiles { files, height in
                let count = files.rows.count
                let target = Self.target(command, from: files.cursor.position, count: count, height: height)
                files.cursor.move(to: target, count: count, height: height)
            }
        default: break
        }
        return []
    }

    private static func target(_ command: Command, from position: Int, count: Int, height: Int) -> Int {
        switch command {
        case .up: position - 1
        case .down: position + 1
        case .pageUp: position - max(1, height - 1)
        case .pageDown: position + max(1, height - 1)
        case .top: 0
        default: count - 1
        }
    }

    private func scrolled(_ offset: Int, _ command: Command, lines: Int) -> Int {
        let height = DialogView.innerRows(size, lines: lines)
        let target = Self.target(command, from: offset, count: lines, height: height)
        return max(0, min(target, lines - height))
    }

    // MARK: - Trees

    /// In the per-layer view, the tree is that of the layer under the cursor.
    mutating func followLayer() -> [Effect] {
        guard scope != .squashed, scope != .pair(layerCursor.position) else { return [] }
        return switchScope(to: .pair(layerCursor.position))
    }

    /// Shows a row's files and goes there.
    mutating func show(_ scope: Scope) -> [Effect] {
        focus = .files
        return switchScope(to: scope)
    }

    private mutating func toggleScope() -> [Effect] {
        switchScope(to: scope == .squashed ? .pair(layerCursor.position) : .squashed)
    }

    private mutating func switchScope(to scope: Scope) -> [Effect] {
        self.scope = scope
        applyFilter()
        settle()
        return compare()
    }

    private mutating func open(_ command: Command) {
        if case .filters(let position) = overlays.last {
            filter.toggle(Change.allCases[position])
            applyFilter()
            return
        }
        withFiles { files, height in
            guard let row = files.current else { return }
            let isOpen = files.isExpanded[row.node]
            switch command {
            case .toggle: files.setExpanded(row.node, !isOpen, height: height)
            case .expand where isOpen:
                files.cursor.move(to: files.cursor.position + 1, count: files.rows.count, height: height)
            case .expand: files.setExpanded(row.node, true, height: height)
            case .collapse where isOpen: files.setExpanded(row.node, false, height: height)
            case .collapse:
                let parent = files.tree.nodes[row.node].parent
                if parent != 0 { files.reveal(parent, height: height) }
            default: files.setAllExpanded(command == .expandAll, height: height)
            }
        }
    }

    private mutating func choose(_ command: Command) {
        switch command {
        case .changesOnly: filter.advance()
        case .addedOnly: filter.toggle(only: [.added])
        case .removedOnly: filter.toggle(only: [.removed])
        case .modifiedOnly: filter.toggle(only: [.modified])
        default:
            order = order.next
            status = Status(text: "sorted by \(order.rawValue)", isWarning: false)
        }
        applyFilter()
    }

    /// Trees that are not on screen take the filter over when they are shown.
    private mutating func applyFilter() {
        let (filter, order) = (filter, order)
        withFiles { files, height in files.show(filter, order: order, height: height) }
    }

    // MARK: - Search

    private mutating func beginSearch() {
        focus = .files
        guard let files else { return }
        searchPrompt = SearchPrompt(origin: files.current?.node, expansion: files.isExpanded)
        withFiles { files, _ in files.search = nil }
        settle()
    }

    /// Edits what is searched for and goes to the first match from where the search began.
    mutating func edit(_ key: Key) {
        guard var prompt = searchPrompt, prompt.field.press(key) else { return }
        searchPrompt = prompt
        withFiles { files, height in
            files.setExpansion(prompt.expansion, height: height)
            if let origin = prompt.origin { files.reveal(origin, height: height) }
            files.search = prompt.field.text.isEmpty ? nil : files.findMatches(prompt.field.text)
            let match = files.match(from: prompt.origin, isForward: true, includingNode: true)
            if let match { files.reveal(match, height: height) }
        }
    }

    private mutating func goToMatch(isForward: Bool) {
        focus = .files
        withFiles { files, height in
            let match = files.match(from: files.current?.node, isForward: isForward, includingNode: false)
            if let match { files.reveal(match, height: height) }
        }
    }

    private mutating func endSearch(keeps: Bool) {
        guard let prompt = searchPrompt else { return }
        searchPrompt = nil
        guard !keeps else {
            if files?.search?.matches.isEmpty == true {
                status = Status(text: "'\(prompt.field.text)' is in no path", isWarning: true)
            }
            return
        }
        withFiles { files, height in
            files.search = nil
            files.setExpansion(prompt.expansion, height: height)
            if let origin = prompt.origin { files.reveal(origin, height: height) }
        }
    }

    // MARK: - Overlays

    private mutating func showDetails() {
        guard !detailLines.isEmpty else {
            status = Status(text: "there is nothing to tell about yet", isWarning: false)
            return
        }
        overlays.append(.details(offset: 0))
    }

    private mutating func confirm() -> [Effect] {
        switch overlays.last {
        case .export:
            guard let obstacle = export.obstacle else { return startExport(export.request) }
            status = Status(text: obstacle, isWarning: true)
        case .overwrite(var request):
            overlays.removeLast()
            request.overwrites = true
            return startExport(request)
        case .quitting: return [.cancelExport, .quit]
        case nil: endSearch(keeps: true)
        default: break
        }
        return []
    }

    private mutating func startExport(_ request: ExportRequest) -> [Effect] {
        overlays.removeAll { $0 == .export }
        export.progress = nil
        export.isCancelling = false
        overlays.append(.exporting)
        return [.export(request)]
    }

    private mutating func cancel() -> [Effect] {
        switch overlays.last {
        case .exporting:
            guard !export.isCancelling else { return [] }
            export.isCancelling = true
            return [.cancelExport]
        case .overwrite:
            overlays.removeLast()
            overlays.append(.export)
        case nil: endSearch(keeps: false)
        default: overlays.removeLast()
        }
        return []
    }

    /// An export ended; what follows takes the place of its progress, below a question that is open.
    mutating func takeExportEnd(_ next: Overlay?) {
        export.progress = nil
        overlays.removeAll { $0 == .exporting || $0 == .quitting }
        if let next { overlays.append(next) }
    }

    private mutating func copy() -> [Effect] {
        let text: String
        switch overlays.last {
        case .result(let result): text = result.applyCommand
        default: text = detailPath
        }
        status = Status(text: "copied: \(text)", isWarning: false)
        return [.copy(text)]
    }

    private mutating func quit() -> [Effect] {
        guard overlays.last == .exporting else {
            return overlays.last == .quitting ? [.cancelExport, .quit] : [.quit]
        }
        overlays.append(.quitting)
        return []
    }
}
