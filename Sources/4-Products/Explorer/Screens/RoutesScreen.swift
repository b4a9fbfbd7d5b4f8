import Bytes
import Canvas
import Shipping

/// What every way of shipping the update sends, how long that takes on a link, and which way to take.
struct RoutesScreen: LineSearchScreen {
    private var cursor: ListCursor
    var search: LineSearch?

    /// The routes, where they were left.
    init(at cursor: ListCursor) { self.cursor = cursor }

    var context: Context { .routes }
    var extent: ScreenExtent { .whole }
    var standing: [Int] { [cursor.position] }
    var searchLine: Int { cursor.position }

    func texts(_ model: ExplorerModel) -> [String] { model.routeKinds.map(\.title) }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        cursor.move(to: line, count: model.routeKinds.count, height: Self.height(model))
    }

    /// Lines above the list: the images, the title, the link, the titles of the columns.
    private static let headRows = 4

    /// How many routes are on screen: all of them if there is room, and a line for what is told of them.
    private static func height(_ model: ExplorerModel) -> Int {
        let room = model.size.rows - headRows - 1
        return max(1, min(model.routeKinds.count, room > 3 ? room - 1 : room))
    }

    // MARK: - Keys

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .nextLink: model.walkLinks(by: 1)
        case .previousLink: model.walkLinks(by: -1)
        case .copy:
            model.say("sent to the terminal's clipboard: the routes as Markdown")
            return .stay(doing: .copy(RouteTable.markdown(model)))
        case .look: return look(model)
        case .takeRoute: return kind(in: model).map { model.take($0) } ?? .stay
        case .makePackages: return Outcome(step: .stay, effects: model.makePackages())
        case .editLink: return .push(LinkScreen(editing: model.shownLink))
        case .newLink: return .push(LinkScreen(editing: nil))
        case .moreReceivers, .fewerReceivers:
            let before = model.routes.fleet.devices
            model.routes.changeReceivers(by: command == .moreReceivers ? 1 : -1)
            if model.routes.fleet.devices == before {
                model.remark(
                    command == .moreReceivers ? "more receivers are not counted" : "one receiver is the least"
                )
            }
        case .nextRhythm:
            model.routes.walkRhythms()
            if model.routes.fleet.rhythm != nil, model.shownLink.price == nil {
                model.say(
                    "traffic of this link has no price: \(model.key(.editLink, in: context)) gives it one, as in 0.05 EUR/MB"
                )
            }
        // What was not measured yet is when one comes back.
        case .cancel: return Outcome(step: .close, effects: model.stopRoutes())
        default: move(command, &model)
        }
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        let wasThere = cursor.position == item
        cursor.move(to: item, count: model.routeKinds.count, height: Self.height(model))
        model.routes.cursor = cursor
        return wasThere ? look(model) : .stay
    }

    /// The route under the cursor.
    func kind(in model: ExplorerModel) -> RouteKind? {
        let kinds = model.routeKinds
        return kinds.indices.contains(cursor.position) ? kinds[cursor.position] : nil
    }

    private func look(_ model: ExplorerModel) -> Outcome {
        kind(in: model).map { .push(RouteDetailsScreen($0)) } ?? .stay
    }

    private mutating func move(_ command: Command, _ model: inout ExplorerModel) {
        cursor.move(command, count: model.routeKinds.count, height: Self.height(model))
        model.routes.cursor = cursor
    }

    mutating func refresh(_ model: ExplorerModel) {
        cursor.settle(count: model.routeKinds.count, height: Self.height(model))
    }

    // MARK: - Looks

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let (glyphs, size) = (model.glyphs, frame.size)
        frame.fill(frame.bounds, style: .plain)
        // What lies below cannot be pressed.
        frame.link(frame.bounds, to: .nothing)
        drawHead(on: &frame, model)
        let table = RouteTable(model)
        frame.put(table.titles, at: Point(row: Self.headRows - 1, column: 0), width: size.columns)
        let kinds = model.routeKinds
        let height = Self.height(model)
        var cursor = cursor
        cursor.settle(count: kinds.count, height: height)
        for index in cursor.offset..<min(kinds.count, cursor.offset + height) {
            let row = Self.headRows + index - cursor.offset
            let isHere = index == cursor.position
            frame.put(
                table.line(kinds[index], isHere: isHere && !model.options.hasColors).marking(search?.text),
                at: Point(row: row, column: 0), width: size.columns)
            frame.link(Rect(row: row, column: 0, rows: 1, columns: size.columns), to: .item(index))
            if isHere { frame.setGround(.cursor, row: row, columns: 0..<size.columns) }
        }
        let end = Self.headRows + height
        let room = max(0, size.rows - 1 - end)
        var lines = state(model, columns: size.columns - 2)
        if lines.count < room { lines.insert([], at: 0) }
        let chart = chart(kinds.compactMap(model.route), model)
        if chart.count + lines.count <= room { lines += chart }
        for (row, spans) in lines.prefix(room).enumerated() {
            frame.put(
                spans.fitted(columns: size.columns - 2, mark: glyphs.ellipsis),
                at: Point(row: end + row, column: 2), width: size.columns - 2)
        }
        drawFoot(on: &frame, model)
    }

    private func drawHead(on frame: inout Frame, _ model: ExplorerModel) {
        let (glyphs, columns) = (model.glyphs, frame.size.columns)
        let title = Side.allCases.map { model.name(of: $0) }.joined(separator: " \(glyphs.arrow) ")
        frame.put(
            TextFit.middle(title, columns: columns, mark: glyphs.ellipsis), at: Point(row: 0, column: 0),
            style: Style(.header))
        frame.fill(
            Rect(row: 1, column: 0, rows: 1, columns: columns), with: glyphs.horizontal,
            style: Style(.borderFocused))
        frame.put(" Routes ", at: Point(row: 1, column: 1), style: Style(.title))
        let link = [
            Span("  over ", .dim), Span(Format.line(model.shownLink.text, glyphs)),
            Span("; \(model.routes.fleet.text)", model.routes.fleet.devices == 1 ? .dim : .text),
        ]
        frame.put(
            link.fitted(columns: columns, mark: glyphs.ellipsis), at: Point(row: 2, column: 0), width: columns
        )
    }

    private func drawFoot(on frame: inout Frame, _ model: ExplorerModel) {
        let (row, columns) = (frame.size.rows - 1, frame.size.columns)
        if let status = model.status {
            let text = TextFit.end(
                Format.line(status.text, model.glyphs), columns: columns, mark: model.glyphs.ellipsis)
            frame.put(
                text, at: Point(row: row, column: 0), style: Style(status.isWarning ? .warning : .text))
            return
        }
        frame.put(
            FooterView.foot(model.bindings, context, columns: columns, glyphs: model.glyphs),
            at: Point(row: row, column: 0), width: columns)
    }

    /// What is being measured, or what to take and why.
    private func state(_ model: ExplorerModel, columns: Int) -> [[Span]] {
        switch model.routes.state {
        case .measuring(let kind, let percent):
            let share = percent.map { " \($0)%" } ?? ""
            let sketches = model.routeKinds.compactMap(model.route).filter(model.isSketch).map(\.kind.title)
            let text =
                "\(model.spinner) measuring \(kind?.title ?? "samples")\(share)"
                + (sketches.isEmpty ? "" : "; so far from few samples: \(sketches.joined(separator: "; "))")
            return TextFit.wrap(text, columns: columns).map { [Span($0, .estimate)] }
        case .failed(let text):
            return TextFit.wrap(
                "the routes are not known: " + Format.line(text, model.glyphs), columns: columns
            ).map { [Span($0, .warning)] }
        case .stopped: return []
        case .done:
            let reasons = (model.recommendation?.reasons ?? []).enumerated().flatMap { place, reason in
                let text = (place == 0 ? "take " : "") + Format.line(reason, model.glyphs)
                return TextFit.wrap(text, columns: columns).map { [Span($0, place == 0 ? .text : .dim)] }
            }
            let pays = model.payoffs.flatMap { payoff in
                TextFit.wrap(Format.line(payoff.text, model.glyphs), columns: columns).map { [Span($0)] }
            }
            return reasons + (pays.isEmpty ? [] : [[]] + pays)
        }
    }

    /// How long each route takes, as bars.
    private func chart(_ routes: [Route], _ model: ExplorerModel) -> [[Span]] {
        let link = model.shownLink
        guard let longest = routes.map(\.figure.byteCount).max(), longest > 0 else { return [] }
        let nameColumns = (routes.map { TextWidth.of($0.kind.title) }.max() ?? 0) + 2
        let room = max(0, min(100, model.size.columns - 2 - nameColumns - 14))
        let head = [Span("time over \(Format.text(link.name ?? link.values, model.glyphs))", .dim)]
        return [[], head]
            + routes.map { route in
                let name = route.kind.title
                let bar = Format.eighths(
                    route.figure.byteCount, of: longest, columns: room, glyphs: model.glyphs)
                let gap = String(repeating: " ", count: nameColumns - TextWidth.of(name))
                return [
                    Span(name, route.kind.isOurs ? .title : .text), Span(gap), Span(bar, .progress),
                    Span(" " + model.time(of: route.figure, over: link), .dim),
                ]
            }
    }
}
