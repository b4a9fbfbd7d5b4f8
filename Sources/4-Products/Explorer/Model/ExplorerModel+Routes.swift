import Bytes
import Canvas
import Shipping

extension ExplorerModel {
    /// What is known of ways of shipping the update, and what times and amounts are told for.
    struct RouteFacts: Sendable {
        /// What was measured for the explorer.
        var measured: [RouteKind: Route] = [:]
        /// First ideas, which stand where nothing better is known.
        var sketches: [RouteKind: Route] = [:]
        var state = RouteState.stopped
        /// Whether this program's packages are made rather than estimated.
        var makesPackages = false
        /// The links that can be chosen.
        var links: [Shipping.Link]
        /// The link that times are told for; nil if none are.
        var link: Shipping.Link?
        /// Who gets the update.
        var fleet = Fleet()
        /// Where the list of routes was left.
        var cursor = ListCursor()

        init(_ options: Options) {
            link = options.link
            links = options.links
            if let own = link, !links.contains(own) { links.insert(own, at: 0) }
        }

        /// The levels whose packages were not made yet.
        var unmadeLevels: [RouteKind] {
            [.fast, .default, .best].filter { measured[$0]?.makingSeconds == nil }
        }

        /// Takes note of what the work on routes does. It may have ended before it heard that more is wanted.
        mutating func hear(_ news: RouteState) {
            guard state.isRunning, news != .done || !makesPackages || unmadeLevels.isEmpty else { return }
            state = news
        }

        /// One, two, five, ten, twenty, ...: each is a step.
        mutating func changeReceivers(by step: Int) {
            let counts = (0...8).flatMap { power in
                let unit = (0..<power).reduce(1) { count, _ in count * 10 }
                return [unit, 2 * unit, 5 * unit]
            }
            let place = counts.lastIndex { $0 <= fleet.devices } ?? 0
            fleet.devices = counts[min(max(place + step, 0), counts.count - 1)]
        }

        /// Every day, every week, ... and after the longest time only this once.
        mutating func walkRhythms() {
            let usual = Fleet.Rhythm.usual
            guard let place = fleet.rhythm.flatMap(usual.firstIndex) else {
                fleet.rhythm = usual.first
                return
            }
            fleet.rhythm = place + 1 < usual.count ? usual[place + 1] : nil
        }

        /// Takes a link in the place of another, or of one with its name, or as one more, and chooses it.
        mutating func take(_ link: Shipping.Link, for old: Shipping.Link?) {
            if let place = old.flatMap(links.firstIndex) {
                links[place] = link
            } else if let place = link.name.flatMap({ name in links.firstIndex { $0.name == name } }) {
                links[place] = link
            } else {
                links.append(link)
            }
            self.link = link
        }
    }

    // MARK: - Links

    /// The link that routes are shown for: where none was chosen, the usual one.
    var shownLink: Shipping.Link { routes.link ?? options.link ?? .usual }

    /// Chooses the next link, or the one before; after the last comes the first.
    mutating func walkLinks(by step: Int) {
        let links = routes.links
        guard !links.isEmpty else { return }
        let place = links.firstIndex(of: shownLink) ?? 0
        routes.link = links[(place + step + links.count) % links.count]
    }

    /// Beside the figures of the header, each link has its turn, and then none.
    mutating func walkLinksInHeader() {
        let links = routes.links
        guard let place = routes.link.flatMap(links.firstIndex) else {
            routes.link = links.first
            return
        }
        routes.link = place + 1 < links.count ? links[place + 1] : nil
    }

    /// What carries the bytes: its name, or its values if it has none.
    var linkName: String? { routes.link.map { Format.text($0.name ?? $0.values, glyphs) } }

    /// How long something takes on the chosen link: `17 s`, `≈55 min`; nil if no link is chosen.
    func time(of cost: Figure) -> String? {
        guard let link = routes.link else { return nil }
        return time(of: cost, over: link)
    }

    /// How long something takes on a link: `17 s`, `≈55 min`.
    func time(of cost: Figure, over link: Shipping.Link) -> String {
        Format.marked(NumberText.duration(link.seconds(for: cost.byteCount)), of: cost, glyphs)
    }

    // MARK: - Routes

    /// What sending so many bytes over a link costs, in words: `0.45 EUR each, 90.00 EUR for 200 devices, 390 EUR a month,
    /// 4,680 EUR a year`; nil if traffic has no price.
    func money(of byteCount: UInt64, over link: Shipping.Link) -> String? {
        guard let price = link.price, let costs = routes.fleet.costs(of: byteCount, over: link) else {
            return nil
        }
        var parts = [price.text(costs.each)]
        if routes.fleet.devices > 1 {
            parts = [
                parts[0] + " each",
                "\(price.text(costs.update)) for \(ByteCount.grouped(UInt64(clamping: routes.fleet.devices))) devices",
            ]
        }
        if let month = costs.month, let year = costs.year {
            parts += ["\(price.text(month)) a month", "\(price.text(year)) a year"]
        }
        return parts.joined(separator: ", ")
    }

    /// The routes there are: what is picked is one only if something is.
    var routeKinds: [RouteKind] { RouteKind.allCases.filter { $0 != .picked || picks != nil } }

    /// What is known of a route. Where the explorer itself knows better, that stands: the same figure has to stand
    /// everywhere on the screen.
    func route(_ kind: RouteKind) -> Route? {
        let measured = routes.measured[kind]
        if let measured, measured.makingSeconds != nil { return measured }
        let known: Figure? =
            switch kind {
            case .pull: measured?.figure ?? totals.pull
            case .fast: export.sizes[.fast].map(Figure.init(exact:))
            case .best: export.sizes[.best].map(Figure.init(exact:))
            case .default: totals.delta
            case .picked: picks == nil ? nil : pickSize(at: .standard)
            default: nil
            }
        return known.map { Route(kind, $0) } ?? measured ?? routes.sketches[kind]
    }

    /// What is said of how far a route's figure may be off: nothing for an exact one.
    func errorText(of route: Route) -> String {
        let text = Format.error(route.figure, glyphs)
        return isSketch(route) ? text + " so far" : text
    }

    /// Whether a route's figure is a first idea of it.
    func isSketch(_ route: Route) -> Bool {
        routes.measured[route.kind] == nil && routes.sketches[route.kind] == route
    }

    /// Opens the routes, and goes on measuring them where that was left.
    mutating func showRoutes() -> [Effect] {
        screens.append(RoutesScreen(at: routes.cursor))
        guard routes.state != .done, !routes.state.isRunning else { return [] }
        return measureRoutes()
    }

    /// Has the packages of all levels made and applied, too.
    mutating func makePackages() -> [Effect] {
        routes.makesPackages = true
        return measureRoutes()
    }

    private mutating func measureRoutes() -> [Effect] {
        var known = Set(routes.measured.keys)
        if routes.makesPackages { known.subtract(routes.unmadeLevels) }
        routes.state = .measuring(nil, percent: nil)
        return [.measureRoutes(known: known, makesPackages: routes.makesPackages)]
    }

    /// Stops measuring; what was found stays.
    mutating func stopRoutes() -> [Effect] {
        guard routes.state.isRunning else { return [] }
        routes.state = .stopped
        return [.stopRoutes]
    }

    /// From when on it pays to send less, as far as packages were made.
    var payoffs: [Payoff] { Payoff.all(of: routeKinds.compactMap(route), over: shownLink) }

    /// What to take, once every route is known.
    var recommendation: Recommendation? {
        guard routes.state == .done else { return nil }
        return Recommendation(
            routeKinds.compactMap(route), needs: [], link: shownLink, fleet: routes.fleet,
            text: { Format.cost($0, glyphs) }, mark: { Format.marked($1, of: $0, glyphs) })
    }

    /// Why a route cannot be taken into an export; nil if it can.
    func obstacle(toTaking kind: RouteKind?) -> String? {
        guard let kind, kind.isOurs else {
            return "this program makes no such thing: \(key(.look, in: .routes)) tells what the receiver runs"
        }
        if isExporting { return "an export runs already" }
        if kind == .picked { return nil }
        return picks == nil
            ? nil
            : "something is picked, and an export would be of that: \(key(.pickNothing, in: .files)) leaves it out"
    }

    /// The export of a route's package, in the place of the routes.
    mutating func take(_ kind: RouteKind) -> Outcome {
        switch kind {
        case .fast: export.level = .fast
        case .best: export.level = .best
        default: export.level = .standard
        }
        return Outcome(step: .replace(ExportScreen()), effects: stopRoutes())
    }
}
