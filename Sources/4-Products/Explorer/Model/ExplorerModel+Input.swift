public import Canvas

extension ExplorerModel {
    /// Takes a key, the mouse or another size.
    mutating func take(_ input: Input) -> [Effect] {
        switch input {
        case .key(let key):
            isUntouched = false
            return press(key)
        case .mouse(let event):
            isUntouched = false
            return take(event)
        case .resize(let size):
            self.size = size
            settle()
            return []
        case .paste(let text): return paste(text)
        case .ground(let isLight): return follow(ground: isLight)
        case .terminate: return [.quit]
        }
    }

    /// Shows the theme that suits the terminal's ground, unless the user chose one meanwhile.
    private mutating func follow(ground isLight: Bool) -> [Effect] {
        let theme = isLight ? "light" : "dark"
        guard options.followsGround, theme != options.theme, context != .themes else { return [] }
        options.followsGround = false
        options.theme = theme
        return [.showTheme(theme)]
    }

    /// Types pasted text where text is edited. Anywhere else it is ignored: its letters would be commands.
    private mutating func paste(_ text: String) -> [Effect] {
        guard screens.last?.isField == true, !layout.isTooSmall else { return [] }
        isUntouched = false
        return onTop { screen, model in screen.type(text, in: &model) }
    }

    /// Takes what came since the last frame. Letters that are typed into a field are taken at once.
    public mutating func update(_ inputs: [Input]) -> [Effect] {
        var effects: [Effect] = []
        var letters = ""
        for input in inputs {
            if case .key(.character(let character)) = input, screens.last?.isField == true, deferred.isEmpty,
                binding(of: .character(character), in: context) == nil
            {
                letters.append(character)
                continue
            }
            effects += take(typed: &letters)
            effects += update(.input(input))
        }
        return effects + take(typed: &letters) + startWork()
    }

    private mutating func take(typed letters: inout String) -> [Effect] {
        guard !letters.isEmpty else { return [] }
        defer { letters = "" }
        status = nil
        return paste(letters)
    }

    private mutating func press(_ key: Key) -> [Effect] {
        status = nil
        // What cannot be seen must not do anything but end.
        if layout.isTooSmall {
            let losesNothing = !isExporting && !isPicking && pickState.picks?.areUnsaved != true
            return key == "q" && losesNothing || key == .control("c") ? [.quit] : []
        }
        let binding = binding(of: key, in: context)
        guard !waits(binding?.command, key) else {
            putOff(key)
            return []
        }
        guard let binding else { return pressUnbound(key) }
        if let obstacle = binding.obstacle(self) {
            remark(obstacle)
            return []
        }
        if binding.command == .cancel, key == .escape,
            (screens.last as? any SearchableScreen)?.searchText != nil
        {
            // One step back: first from what was looked for.
            return onTop { screen, model in
                guard var searched = screen as? any SearchableScreen else { return .stay }
                searched.endSearch(goesBack: false, in: &model)
                screen = searched
                return .stay
            }
        }
        let before = standing
        let effects = dispatch(binding.command)
        if binding.command.isMove, effects.isEmpty, status == nil, standing == before {
            remark(binding.command.isUpwards ? "there is nothing above" : "there is nothing below")
        }
        return effects
    }

    /// A key without a meaning is text, or that it has none is told.
    private mutating func pressUnbound(_ key: Key) -> [Effect] {
        var isIgnored = screens.isEmpty
        let effects = onTop { screen, model in
            let outcome = screen.press(key, in: &model)
            isIgnored = outcome.isIgnored
            return outcome
        }
        guard isIgnored else { return effects }
        let helping = self.binding(for: .help, in: context)
        let commanding = self.binding(for: .palette, in: context)
        var text = "\(key.label) does nothing here"
        if let key = helping?.keys.first { text += ": \(key.label) lists the keys" }
        if let key = commanding?.keys.first { text += ", \(key.label) finds a command by its name" }
        remark(text)
        return effects
    }

    /// Where keys for moving have led to.
    private var standing: [Int] {
        if let screen = screens.last { return screen.standing + [screens.count] }
        return focus == .layers ? [0, layerCursor.position] : [1, files?.cursor.position ?? 0]
    }

    /// A command goes to the screen on top, and to the panes if there is none.
    private mutating func dispatch(_ command: Command) -> [Effect] {
        if command == .quit, context != .quitting, context != .leaving {
            // Only a running export and picks that are nowhere else are asked about before the program ends.
            if isExporting {
                screens.append(QuestionScreen(question: .quit))
            } else if pickState.picks?.areUnsaved == true, context != .failure {
                screens.append(QuestionScreen(question: .leave))
            } else {
                return [.quit]
            }
            return []
        }
        guard !screens.isEmpty else { return perform(command) }
        switch command {
        case .help: screens.append(HelpScreen(about: context))
        case .palette: screens.append(PaletteScreen(over: context))
        case .log: screens.append(LogScreen())
        case .themes: screens.append(ThemeScreen(options))
        case .search where screens.last is any SearchableScreen:
            withSearched { $0.beginSearch(in: $1) }
            screens.append(FindScreen())
        case .nextMatch, .previousMatch:
            return onTop { screen, model in
                guard var searched = screen as? any SearchableScreen else {
                    return screen.perform(command, in: &model)
                }
                let outcome = searched.goToMatch(isForward: command == .nextMatch, in: &model)
                screen = searched
                return outcome
            }
        default: return onTop { screen, model in screen.perform(command, in: &model) }
        }
        return []
    }

    private mutating func onTop(_ body: (inout any Screen, inout ExplorerModel) -> Outcome) -> [Effect] {
        guard var screen = screens.popLast() else { return [] }
        let outcome = body(&screen, &self)
        switch outcome.step {
        case .stay: screens.append(screen)
        case .close: break
        case .replace(let next): screens.append(next)
        case .push(let next): screens += [screen, next]
        case .closeAndPress(let key): return outcome.effects + press(key)
        case .closeAndPerform(let command): return outcome.effects + dispatch(command)
        }
        return outcome.effects
    }

    /// Goes on to the next piece of a large content where the present one does not hold what is looked for.
    mutating func seekOn() -> [Effect] {
        guard let look = screens.last as? LookScreen, look.search?.seeks != nil else { return [] }
        return onTop { screen, model in
            guard var look = screen as? LookScreen else { return .stay }
            let outcome = look.seekOn(in: &model)
            screen = look
            return outcome ?? .stay
        }
    }

    /// The screen that commands are about: not the box that they are chosen from.
    var subject: (any Screen)? { screens.last { !($0 is PaletteScreen) } }

    /// The binding of a key where one is.
    private func binding(of key: Key, in context: Context) -> Binding? {
        bindings.first { $0.contexts.contains(context) && $0.keys.contains(key) }
    }

    // MARK: - Mouse

    private mutating func take(_ event: MouseEvent) -> [Effect] {
        let layout = layout
        if layout.isTooSmall { return [] }
        // The second of two quick presses is one more.
        let isPress = event.action == .click || event.action == .doubleClick
        if isPress, let target = view().target(at: event.point) {
            // While a text is typed below the panes, a key of theirs would be a letter of it.
            if screens.last?.extent == .prompt, !layout.footer.contains(event.point) { return [] }
            switch target {
            case .nothing: return []
            case .key(let key): return press(key)
            case .item(let item):
                guard screens.isEmpty else {
                    return onTop { screen, model in screen.choose(item, in: &model) }
                }
                // The titles of columns.
                sort(by: SortOrder.allCases[item])
                return []
            }
        }
        guard screens.isEmpty else { return takeOverScreen(event) }
        if isPress, layout.preview.contains(event.point) {
            // What is shown there, whatever has the keys.
            focus = .files
            return perform(.look)
        }
        if layout.layers.contains(event.point) { return takeOverLayers(event, layout) }
        if layout.files.contains(event.point) { return takeOverFiles(event, layout) }
        return []
    }

    private mutating func takeOverScreen(_ event: MouseEvent) -> [Effect] {
        let scrolled = binding(of: .down, in: context)?.command == .down
        switch event.action {
        case .wheelUp where scrolled: return dispatch(.up)
        case .wheelDown where scrolled: return dispatch(.down)
        default: return []
        }
    }

    private mutating func takeOverLayers(_ event: MouseEvent, _ layout: Layout) -> [Effect] {
        let height = layout.layers.rows
        let count = layerRows.count
        switch event.action {
        case .wheelUp: layerCursor.scroll(by: -3, count: count, height: height)
        case .wheelDown: layerCursor.scroll(by: 3, count: count, height: height)
        case .click, .doubleClick:
            let row = event.point.row - layout.layers.row + layerCursor.offset
            guard row < count else { return [] }
            focus = .layers
            layerCursor.move(to: row, count: count, height: height)
            if layout.marks.contains(event.point.column) { return followLayer() + pickHere(goesOn: false) }
            if event.action == .doubleClick, isAligned { return showLayer() }
        }
        return followLayer()
    }

    private mutating func takeOverFiles(_ event: MouseEvent, _ layout: Layout) -> [Effect] {
        let columns = layout.columns
        let width = Format.triangleWidth(glyphs)
        var wasTriangle = false
        var isOnRow = false
        withFiles { files, height in
            switch event.action {
            case .wheelUp: files.cursor.scroll(by: -3, count: files.rows.count, height: height)
            case .wheelDown: files.cursor.scroll(by: 3, count: files.rows.count, height: height)
            case .click, .doubleClick:
                let row = event.point.row - layout.files.row + files.cursor.offset
                isOnRow = files.rows.indices.contains(row)
                guard isOnRow else { return }
                files.cursor.move(to: row, count: files.rows.count, height: height)
                let halves = [columns.old, columns.new].filter { !$0.isEmpty }
                wasTriangle = halves.contains { half in
                    let start =
                        half.lowerBound + files.indent(of: files.rows[row], in: columns.nameWidth(half))
                    return (start..<start + width).contains(event.point.column)
                }
            }
        }
        switch event.action {
        case .wheelUp, .wheelDown: return []
        case .click, .doubleClick:
            focus = .files
            guard isOnRow else { return [] }
            if layout.marks.contains(event.point.column) { return pickHere(goesOn: false) }
            // The second press on a triangle is one more click on it.
            return wasTriangle ? perform(.toggle) : event.action == .doubleClick ? perform(.look) : []
        }
    }
}
