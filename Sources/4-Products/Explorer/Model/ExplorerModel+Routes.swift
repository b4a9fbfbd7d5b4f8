import Bytes
import Canvas
import Shipping

extension ExplorerModel {
    /// What is known of ways of shipping the update, and what times are told for.
    struct RouteFacts: Sendable {
        /// What was measured for the explorer.
        var measured: [RouteKind: Figure] = [:]
        var state = RouteState.stopped
        /// The link that times are told for; nil if none are.
        var link: Shipping.Link?
        /// Where the list of routes was left.
        var cursor = ListCursor()
    }

    // MARK: - Links

    /// The links that can be chosen.
    var links: [Shipping.Link] {
        guard let own = options.link, !options.links.contains(own) else { return options.links }
        return [own] + options.links
    }

    /// The link that routes are shown for: where none was chosen, the usual one.
    var shownLink: Shipping.Link { routes.link ?? options.link ?? .usual }

    /// Chooses the next link, or the one before; after the last comes the first.
    mutating func walkLinks(by step: Int) {
        let links = links
        guard !links.isEmpty else { return }
        let place = links.firstIndex(of: shownLink) ?? 0
        routes.link = links[(place + step + links.count) % links.count]
    }

    /// Beside the figures of the header, each link has its turn, and then none.
    mutating func walkLinksInHeader() {
        let links = links
        guard let place = routes.link.flatMap(links.firstIndex) else {
            routes.link = links.first
            return
        }
        routes.link = place + 1 < links.count ? links[place + 1] : nil
    }

    /// What carries the bytes: its name, or its values if it has none.
    var linkName: String? { routes.link.map { Format.text($0.name ?? $0.values, glyphs) } }

    /// How long something takes on the chosen link: `17 s`, `≈55 min`; nil if no link is chosen.
    func time(of cost: Cost) -> String? {
        guard let link = routes.link else { return nil }
        let text = NumberText.duration(link.seconds(for: cost.bytes))
        return cost.isExact ? text : glyphs.guessPrefix + text + glyphs.guessSuffix
    }

    // MARK: - Routes

    /// The routes there are: what is picked is one only if something is.
    var routeKinds: [RouteKind] { RouteKind.allCases.filter { $0 != .picked || picks != nil } }

    /// What is known of a route. Where the explorer itself knows better, that stands: the same figure has to stand
    /// everywhere on the screen.
    func route(_ kind: RouteKind) -> Route? {
        let known: Figure? =
            switch kind {
            case .pull: routes.measured[.pull] ?? totals.pull.map(Figure.init)
            case .fast: export.sizes[.fast].map(Figure.init(exact:)) ?? routes.measured[.fast]
            case .best: export.sizes[.best].map(Figure.init(exact:)) ?? routes.measured[.best]
            case .default: totals.delta.map(Figure.init) ?? routes.measured[.default]
            case .picked: picks == nil ? nil : pickSize(at: .standard).map(Figure.init)
            default: routes.measured[kind]
            }
        return known.map { Route(kind, $0) }
    }

    /// Opens the routes, and goes on measuring them where that was left.
    mutating func showRoutes() -> [Effect] {
        screens.append(RoutesScreen(at: routes.cursor))
        guard routes.state != .done, !routes.state.isRunning else { return [] }
        routes.state = .measuring(.pull, percent: nil)
        return [.measureRoutes(known: Set(routes.measured.keys))]
    }

    /// Stops measuring; what was found stays.
    mutating func stopRoutes() -> [Effect] {
        guard routes.state.isRunning else { return [] }
        routes.state = .stopped
        return [.stopRoutes]
    }

    /// What to take, once every route is known.
    var recommendation: Recommendation? {
        guard routes.state == .done else { return nil }
        return Recommendation(routeKinds.compactMap(route), needs: [], link: shownLink, fleet: Fleet())
    }
}

extension Figure {
    /// A cost as routes have it: a guess stays one where it is not known how far it is off.
    fileprivate init(_ cost: Cost) {
        if cost.isExact {
            self.init(exact: cost.bytes)
        } else if cost.low == cost.high {
            self.init(cost.bytes, error: 1)
        } else {
            self.init(cost.bytes, bounds: cost.low...cost.high)
        }
    }
}

extension Cost {
    /// A figure as the explorer shows costs.
    init(_ figure: Figure) {
        if figure.isExact {
            self.init(bytes: figure.byteCount, isExact: true)
        } else {
            self.init(
                guess: figure.byteCount, low: figure.bounds.lowerBound, high: figure.bounds.upperBound)
        }
    }
}
