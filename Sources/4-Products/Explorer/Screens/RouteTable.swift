import Bytes
import Canvas
import Shipping

/// The routes as lines of a table, as wide as the screen.
struct RouteTable {
    let model: ExplorerModel
    let columns: [Column]

    /// What is told of a route.
    enum Column: Hashable {
        case name, bytes, error, share
        case time(Shipping.Link)
        case money, month, year, make, apply, runs, keeps, digests
    }

    /// As many columns as there is room for, what matters most first.
    init(_ model: ExplorerModel) {
        self.model = model
        let chosen = model.shownLink
        let others = model.routes.links.filter { $0 != chosen }
        let money = Self.money(model)
        let work: [Column] = model.routes.makesPackages ? [.make, .apply] : []
        let byWeight: [Column] =
            [.name, .bytes, .time(chosen)] + money + [.share] + work + [.runs, .digests]
            + others.map(Column.time) + [.error, .keeps]
        var room = model.size.columns
        let fitting = byWeight.prefix { column in
            room -= Self.width(column, of: model.size.columns)
            return room >= 0
        }
        let times = model.routes.links.sorted { $0.bitsPerSecond < $1.bitsPerSecond }.map(Column.time)
        let inOrder: [Column] =
            [.name, .bytes, .error, .share] + times + [
                .money, .month, .year, .make, .apply, .runs, .keeps, .digests,
            ]
        // The name, the bytes and the time are there on the narrowest screen.
        let shown = Set(fitting).union([.name, .bytes, .time(chosen)])
        columns = inOrder.filter(shown.contains)
    }

    /// The columns of money: what this update costs or, where others follow, a month and a year of them.
    private static func money(_ model: ExplorerModel) -> [Column] {
        if model.shownLink.price == nil { return [] }
        return model.routes.fleet.rhythm == nil ? [.money] : [.month, .year]
    }

    /// How wide a column is, with the blanks between it and what stands before.
    private static func width(_ column: Column, of screen: Int) -> Int {
        switch column {
        case .name: screen < 60 ? 16 : 23
        case .bytes, .money: 11
        case .share: 8
        case .make, .apply, .year: 12
        case .time, .month: 13
        case .error: 20
        case .runs: 16
        case .keeps: 13
        case .digests: 9
        }
    }

    /// The titles of the columns.
    var titles: [Span] {
        columns.flatMap { column in
            let isChosen = column == .time(model.shownLink)
            return cell(title(column), column, isChosen ? .key : .dim)
        }
    }

    private func title(_ column: Column) -> String {
        switch column {
        case .name: "route"
        case .bytes: "bytes"
        case .error: "error"
        case .share: "of pull"
        case .time(let link): Format.text(link.name ?? "link", model.glyphs)
        case .money: currency
        case .month: currency + " a month"
        case .year: currency + " a year"
        case .make: "make"
        case .apply: "apply"
        case .runs: "receiver runs"
        case .keeps: "and keeps"
        case .digests: "digests"
        }
    }

    private var currency: String {
        model.shownLink.price.map { Format.text($0.currency, model.glyphs) } ?? ""
    }

    /// A route's line.
    func line(_ kind: RouteKind, isHere: Bool) -> [Span] {
        let route = model.route(kind)
        return columns.flatMap { column -> [Span] in
            if column == .name {
                let mark = isHere ? model.glyphs.cursor + " " : "  "
                let room = Self.width(.name, of: model.size.columns) - TextWidth.of(mark)
                let name = TextFit.end(kind.title, columns: room, mark: model.glyphs.ellipsis)
                let role: Role = route == nil ? .dim : kind.isOurs ? .title : .text
                let gap = String(repeating: " ", count: max(0, room - TextWidth.of(name)))
                return [Span(mark, .key), Span(name, role), Span(gap)]
            }
            guard let route else { return cell(column == .bytes ? pending(kind) : "", column, .dim) }
            return cell(text(column, of: route), column, role(column, of: route))
        }
    }

    /// What stands where a figure will.
    private func pending(_ kind: RouteKind) -> String {
        switch model.routes.state {
        case .measuring(kind, let percent): model.spinner + (percent.map { " \($0)%" } ?? "")
        case .measuring: model.glyphs.ellipsis
        case .stopped, .done, .failed: "-"
        }
    }

    /// What a cell says.
    ///
    /// - Parameters:
    ///   - column: What is told.
    ///   - route: Of which route.
    ///   - mark: How what was computed of a figure is written; nil for the way of the screen.
    /// - Returns: The text; empty for nothing.
    private func text(
        _ column: Column, of route: Route, mark: ((Figure, String) -> String)? = nil
    ) -> String {
        let byteCount = route.figure.byteCount
        func marked(_ text: String, _ figure: Figure) -> String {
            guard !text.isEmpty else { return text }
            return mark.map { $0(figure, text) } ?? Format.marked(text, of: figure, model.glyphs)
        }
        switch column {
        case .name: return route.kind.title
        case .bytes: return Format.cost(route.figure, model.glyphs)
        case .error: return model.errorText(of: route)
        case .share:
            guard let pull = model.route(.pull)?.figure, pull.byteCount > 0 else { return "" }
            let percent = ByteCount.percent(byteCount, of: pull.byteCount)
            // Of itself it is all, however far off it may be.
            return route.kind == .pull ? percent : marked(percent, route.figure.isExact ? pull : route.figure)
        case .time(let link):
            return marked(NumberText.duration(link.seconds(for: byteCount)), route.figure)
        case .money: return marked(money(byteCount, \.update), route.figure)
        case .month: return marked(money(byteCount, \.month), route.figure)
        case .year: return marked(money(byteCount, \.year), route.figure)
        case .make: return work(route.makingSeconds, of: route.kind)
        case .apply: return work(route.applyingSeconds, of: route.kind)
        case .runs: return route.kind.runs
        case .keeps: return route.kind.keeps
        case .digests: return route.kind.meets(.digests) ? "kept" : "lost"
        }
    }

    /// An amount for all receivers.
    private func money(_ byteCount: UInt64, _ amount: (Fleet.Costs) -> Double?) -> String {
        model.routes.fleet.costs(of: byteCount, over: model.shownLink).flatMap(amount).map(NumberText.money)
            ?? ""
    }

    /// Seconds of work: of other programs' nobody measured them.
    private func work(_ seconds: Double?, of kind: RouteKind) -> String {
        seconds.map(NumberText.duration) ?? (kind.isOurs ? model.glyphs.ellipsis : "-")
    }

    private func role(_ column: Column, of route: Route) -> Role {
        if model.isSketch(route) { return .dim }
        return switch column {
        case .bytes: route.figure.isExact ? .text : .estimate
        case .time(model.shownLink), .money, .month, .year: .text
        case .digests: route.kind.meets(.digests) ? .dim : .warning
        default: .dim
        }
    }

    /// A text in a column: numbers at its right end, words at its left.
    private func cell(_ text: String, _ column: Column, _ role: Role) -> [Span] {
        let width = Self.width(column, of: model.size.columns)
        switch column {
        case .name, .runs, .keeps, .digests, .error:
            let text = TextFit.end(text, columns: width - 2, mark: model.glyphs.ellipsis)
            let gap = String(repeating: " ", count: max(0, width - 2 - TextWidth.of(text)))
            return [Span("  "), Span(text, role), Span(gap)]
        case .bytes, .share, .time, .money, .month, .year, .make, .apply:
            let text = TextFit.end(text, columns: width - 1, mark: model.glyphs.ellipsis)
            return [
                Span(String(repeating: " ", count: max(0, width - TextWidth.of(text)))), Span(text, role),
            ]
        }
    }

    // MARK: - Markdown

    /// All that is known of the routes on the chosen link, as a table.
    static func markdown(_ model: ExplorerModel) -> String {
        let link = model.shownLink
        var titles = ["route", "bytes", "error", "of pull", "time over \(link.name ?? link.values)"]
        let table = RouteTable(model)
        titles += money(model).map(table.title)
        if model.routes.makesPackages { titles += ["make", "apply"] }
        titles += ["receiver runs", "receiver keeps", "digests"]
        let columns: [Column] =
            [.name, .bytes, .error, .share, .time(link)] + money(model)
            + (model.routes.makesPackages ? [.make, .apply] : []) + [.runs, .keeps, .digests]
        let rows = model.routeKinds.compactMap(model.route).map { route in
            columns.map { column in
                // As in all other documents, whatever the screen shows.
                switch column {
                case .bytes: route.figure.text
                case .error: route.figure.errorText + (model.isSketch(route) ? " so far" : "")
                default: table.text(column, of: route) { $1.hasPrefix("<") ? $1 : $0.marked($1) }
                }
            }
        }
        return ([titles, titles.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }
}
