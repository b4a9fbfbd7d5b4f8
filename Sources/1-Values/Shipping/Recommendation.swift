import Bytes

/// Which of some routes to take, and why.
///
/// 1. A route that does not meet a need is out. So are better layers, which are a matter of the next build, and what is
///    picked, which is another image.
/// 2. Of the others, what sends the fewest bytes is the cheapest on every link, and the fastest as long as nobody measured
///    what making and applying packages takes. Where that was measured and traffic has no price, what is ready first is best.
/// 3. A route that is within a tenth of it is as good: in bytes, or in time where traffic has no price and round trips
///    count for more than bytes; then a second more is as good, too. Of these, the one that asks least of the receiver is taken: the stock engine before other
///    stores, these before deltas, a lower level before a higher one.
public struct Recommendation: Hashable, Sendable {
    /// What to take; nil if no route meets the needs.
    public let choice: RouteKind?
    /// Why, and what speaks against it: sentences without a full stop.
    public let reasons: [String]

    /// Figures that are so close are equal for a decision.
    private static let closeness = 1.1
    /// Nobody installs something else for a second less.
    private static let closeSeconds = 1.0

    /// From what asks least of the receiver to what asks most.
    private static let order: [RouteKind] = [
        .pull, .archiveGzip, .archiveZstd, .chunkStore, .blockDelta, .fast, .default, .best, .fileStore,
    ]

    /// Judges routes.
    ///
    /// - Parameters:
    ///   - routes: What was measured.
    ///   - needs: What the receiver needs.
    ///   - link: What carries the bytes.
    ///   - fleet: Who gets them.
    ///   - text: How a figure is written where the sentences are read.
    ///   - mark: How something is written there that was computed of an estimate.
    public init(
        _ routes: [Route], needs: Set<Need>, link: Link, fleet: Fleet,
        text: (Figure) -> String = { $0.text },
        mark: (Figure, String) -> String = { $0.marked($1) }
    ) {
        let needs = Need.allCases.filter(needs.contains)
        let possible = routes.filter { route in
            Self.order.contains(route.kind) && needs.allSatisfy(route.kind.meets)
        }
        let out = routes.compactMap { route -> String? in
            guard Self.order.contains(route.kind),
                let reason = needs.lazy.compactMap({ route.kind.obstacle(to: $0) }).first
            else { return nil }
            return "not \(route.kind.title): \(reason)"
        }
        let isFree = link.price == nil
        // Against what nobody measured, a package whose work is known would lose.
        let ours = possible.filter(\.kind.isOurs)
        let countsWork = isFree && !ours.isEmpty && ours.allSatisfy { $0.work(for: fleet) != nil }
        func effort(_ route: Route) -> Double {
            guard isFree else { return Double(route.figure.byteCount) }
            return link.seconds(for: route.figure.byteCount)
                + (countsWork ? route.work(for: fleet) ?? 0 : 0)
        }
        guard let least = possible.min(by: { effort($0) < effort($1) }) else {
            choice = nil
            reasons = ["no route that was looked at meets all needs"] + out
            return
        }
        let limit = max(effort(least) * Self.closeness, isFree ? effort(least) + Self.closeSeconds : 0)
        let close = Self.order.compactMap { kind in
            possible.first { $0.kind == kind && effort($0) <= limit }
        }
        let chosen = close.first ?? least
        choice = chosen.kind
        var reasons = [
            "\(chosen.kind.title): \(text(chosen.figure)), "
                + Self.reason(
                    chosen, routes, link: link, fleet: fleet, readyAfter: countsWork ? effort(chosen) : nil,
                    mark: mark)
        ]
        if close.count > 1 {
            let others = close.dropFirst().map(\.kind.title).joined(separator: "; ")
            let margin = isFree ? "within 10% or a second" : "within 10%"
            reasons.append("\(margin), and asking more of the receiver: \(others)")
        }
        reasons.append("against it: \(chosen.kind.drawback)")
        if let better = routes.first(where: { $0.kind == .betterLayers }),
            let pull = routes.first(where: { $0.kind == .pull }),
            Double(better.figure.byteCount) * Self.closeness < Double(pull.figure.byteCount)
        {
            reasons.append(
                "better layers would make a pull \(text(better.figure)) instead of \(text(pull.figure)): see 'advise'"
            )
        }
        self.reasons = reasons + out
    }

    private static func reason(
        _ chosen: Route, _ routes: [Route], link: Link, fleet: Fleet, readyAfter: Double?,
        mark: (Figure, String) -> String
    ) -> String {
        func needed(_ route: Route) -> String {
            let byteCount = route.figure.byteCount
            let time = mark(route.figure, NumberText.duration(link.seconds(for: byteCount)))
            guard let costs = fleet.costs(of: byteCount, over: link), let price = link.price else {
                return time
            }
            return time + " and " + mark(route.figure, price.text(costs.month ?? costs.update))
                + (costs.month == nil ? "" : " a month")
        }
        var reason = "\(needed(chosen)) over \(link.name ?? link.values)"
        if let readyAfter, let making = chosen.makingSeconds, let applying = chosen.applyingSeconds {
            let isOne = fleet.devices <= 1
            reason +=
                " and ready after \(NumberText.duration(readyAfter))"
                + (isOne ? "" : " for each of \(NumberText.grouped(fleet.devices)) devices")
                + " (\(NumberText.duration(making)) to make it\(isOne ? "" : " once"), "
                + "\(NumberText.duration(applying)) to apply it)"
        }
        guard chosen.kind != .pull, let pull = routes.first(where: { $0.kind == .pull }) else {
            return reason
        }
        return reason + ", where a pull takes \(needed(pull))"
    }
}

extension Route {
    /// Seconds that making and applying it take for each receiver: it is made once for all of them. Nil if nobody measured it.
    fileprivate func work(for fleet: Fleet) -> Double? {
        guard let makingSeconds, let applyingSeconds else { return nil }
        return makingSeconds / Double(max(1, fleet.devices)) + applyingSeconds
    }
}
