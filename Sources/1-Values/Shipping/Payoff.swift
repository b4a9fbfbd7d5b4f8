/// From when on a route that takes more work pays for what it sends less.
///
/// It speaks of measured work alone: a route takes part if the seconds of making and of applying it are known. A pull
/// does with none, since nobody measured how long an engine unpacks it.
public struct Payoff: Hashable, Sendable {
    /// When it pays.
    public enum Condition: Hashable, Sendable {
        /// For everybody: it takes no more work.
        case always
        /// For nobody.
        case never
        /// From so many receivers on: what they win together is more than making it takes, once.
        case receivers(Int)
        /// On links of fewer bits a second than this, for one receiver.
        case slowerThan(bitsPerSecond: Double)
    }

    /// The route that sends less.
    public let route: RouteKind
    /// What it is compared with.
    public let other: RouteKind
    /// When it pays.
    public let condition: Condition
    /// The same as a sentence without a full stop.
    public let text: String

    /// What can be said of some routes: of each of this program's packages against the level before, how many receivers it
    /// takes and how slow a link, and of the one that is ready first on the link against a pull.
    ///
    /// - Parameters:
    ///   - routes: What was measured.
    ///   - link: What carries the bytes.
    /// - Returns: What can be said; nothing where no work was measured.
    public static func all(of routes: [Route], over link: Link) -> [Payoff] {
        let known = [RouteKind.fast, .default, .best].compactMap { kind in
            routes.first { $0.kind == kind }.flatMap { Work($0, over: link) }
        }
        var told: [Payoff] = []
        for (less, more) in zip(known.dropFirst(), known).reversed() {
            if let payoff = byReceivers(less, more, link) { told.append(payoff) }
            told.append(byLink(less, more))
        }
        let pull = routes.first { $0.kind == .pull }.map { Work(pull: $0, over: link) }
        if let pull, let first = known.min(by: { $0.ready < $1.ready }) { told.append(byLink(first, pull)) }
        return told
    }

    /// What a route takes on a link.
    private struct Work {
        let kind: RouteKind
        let byteCount: Double
        let making: Double
        let applying: Double
        let sending: Double

        init?(_ route: Route, over link: Link) {
            guard let making = route.makingSeconds, let applying = route.applyingSeconds else { return nil }
            kind = route.kind
            byteCount = Double(route.figure.byteCount)
            self.making = making
            self.applying = applying
            sending = link.seconds(for: route.figure.byteCount)
        }

        init(pull route: Route, over link: Link) {
            kind = route.kind
            byteCount = Double(route.figure.byteCount)
            (making, applying) = (0, 0)
            sending = link.seconds(for: route.figure.byteCount)
        }

        /// Until one receiver has the new image.
        var ready: Double { making + sending + applying }
        /// What a sentence calls it.
        var name: String {
            switch kind {
            case .fast: "fast"
            case .default: "default"
            case .best: "best"
            default: "a pull"
            }
        }
    }

    /// Two measurements of the same work may differ by so many seconds.
    private static let noise = 0.1

    /// A route that is made once: what all receivers win together against what making it takes; nil where all that differs is
    /// within what one measurement can tell.
    private static func byReceivers(_ less: Work, _ more: Work, _ link: Link) -> Payoff? {
        let place = link.name ?? link.values
        let making = less.making - more.making
        let won = more.sending + more.applying - less.sending - less.applying
        guard max(abs(won), abs(making)) >= noise else { return nil }
        func told(_ condition: Condition, _ text: String) -> Payoff {
            Payoff(route: less.kind, other: more.kind, condition: condition, text: text)
        }
        let names = "pays against \(more.name)"
        guard won > 0 else {
            return told(
                .never,
                "\(less.name) never \(names) over \(place): each receiver has it \(NumberText.duration(-won)) later"
            )
        }
        guard making >= noise else {
            return told(
                .always,
                "\(less.name) always \(names) over \(place): each receiver has it \(NumberText.duration(won)) sooner, "
                    + "and it takes no longer to make")
        }
        let count = max(1, (making / won).rounded(.up))
        let receivers = count < 1e15 ? Int(count) : .max
        return told(
            .receivers(receivers),
            "\(less.name) \(names) from \(NumberText.grouped(receivers)) receiver\(receivers == 1 ? "" : "s") on over \(place): "
                + "\(NumberText.duration(won)) less for each, \(NumberText.duration(making)) more here, once")
    }

    /// A route that is made for one receiver: on what links it is there sooner.
    private static func byLink(_ less: Work, _ more: Work) -> Payoff {
        let seconds = less.making + less.applying - more.making - more.applying
        let bytes = more.byteCount - less.byteCount
        func told(_ condition: Condition, _ words: String) -> Payoff {
            let (verb, rest) = condition == .never ? ("never pays", words) : ("pays", words)
            return Payoff(
                route: less.kind, other: more.kind, condition: condition,
                text: "\(less.name) \(verb) against \(more.name)\(rest)")
        }
        guard bytes > 0 else {
            return seconds <= -noise
                ? told(.always, " for one receiver: it takes less work")
                : told(.never, " for one receiver: it sends no less")
        }
        guard seconds >= noise else { return told(.always, " for one receiver on every link") }
        let rate = Link.bitsPerSecond(carrying: bytes / seconds)
        return told(
            .slowerThan(bitsPerSecond: rate),
            " for one receiver on links slower than \(Link.text(rate: rounded(rate)))")
    }

    /// Two digits: seconds that were measured once are not known better.
    private static func rounded(_ rate: Double) -> Double {
        guard rate.isFinite, rate > 0 else { return rate }
        var unit = 1.0
        while rate / unit >= 100 { unit *= 10 }
        return (rate / unit).rounded() * unit
    }
}
