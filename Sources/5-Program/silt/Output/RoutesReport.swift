import Bytes
import OCI
import Shipping

/// Routes as scripts get them; docs/ROUTES.md documents the JSON's keys.
struct RoutesReport: Encodable {
    /// What carries the bytes.
    struct LinkReport: Encodable {
        let name: String?
        let bitsPerSecond: Double
        let roundTripSeconds: Double
        let loss: Double
        let pricePerMegabyte: Double?
        let currency: String?
    }

    /// What sending it to all receivers costs.
    struct Cost: Encodable {
        let each: Double
        let update: Double
        let month: Double?
        let year: Double?
    }

    /// A route.
    struct Row: Encodable {
        let route: String
        let bytes: UInt64
        /// Where the truth is to be expected; nil where nobody knows.
        let bytesLow: UInt64?
        let bytesHigh: UInt64?
        let isExact: Bool
        /// As a share of a pull.
        let ofPull: Double?
        /// On the link, for one receiver.
        let seconds: Double
        let cost: Cost?
        let keepsDigests: Bool
        let keepsSignatures: Bool
        let runs: String
        let keeps: String
        let makingSeconds: Double?
        let applyingSeconds: Double?
    }

    /// What to take.
    struct Advice: Encodable {
        let route: String?
        let needs: [String]
        let reasons: [String]
    }

    /// From when on a route that takes more work pays.
    struct Pays: Encodable {
        let route: String
        let against: String
        /// always, never, receivers or slower-link.
        let when: String
        let receivers: Int?
        let slowerThanBitsPerSecond: Double?
        let text: String

        init(_ payoff: Payoff) {
            route = payoff.route.rawValue
            against = payoff.other.rawValue
            text = payoff.text
            var (count, rate): (Int?, Double?) = (nil, nil)
            switch payoff.condition {
            case .always: when = "always"
            case .never: when = "never"
            case .receivers(let receivers):
                when = "receivers"
                count = receivers
            case .slowerThan(let bitsPerSecond):
                when = "slower-link"
                rate = bitsPerSecond
            }
            (receivers, slowerThanBitsPerSecond) = (count, rate)
        }
    }

    let old: ImageReport
    let new: ImageReport
    let link: LinkReport
    let devices: Int
    let every: String?
    private(set) var routes: [Row] = []
    private(set) var pays: [Pays] = []
    private(set) var recommendation: Advice?
    /// What is odd about the picks: rules that no change matches, and changes that are taken although a rule leaves them
    /// out.
    private(set) var warnings: [String] = []

    private let chosenLink: Link
    private let fleet: Fleet
    private let showsWork: Bool
    private var measured: [Route] = []

    private enum CodingKeys: String, CodingKey {
        case old, new, link, devices, every, routes, pays, recommendation, warnings
    }

    /// A report without routes.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - link: What carries the bytes.
    ///   - fleet: Who gets them.
    ///   - showsWork: Whether there are times of making and applying to show.
    init(old: ImageSummary, new: ImageSummary, link: Link, fleet: Fleet, showsWork: Bool) {
        self.old = ImageReport(old)
        self.new = ImageReport(new)
        self.link = LinkReport(
            name: link.name, bitsPerSecond: link.bitsPerSecond, roundTripSeconds: link.roundTrip,
            loss: link.loss, pricePerMegabyte: link.price?.perMegabyte, currency: link.price?.currency)
        devices = fleet.devices
        every = fleet.rhythm?.description
        chosenLink = link
        self.fleet = fleet
        self.showsWork = showsWork
    }

    /// Bytes of a route; nil if it is not known.
    func byteCount(of kind: RouteKind) -> UInt64? { figure(of: kind)?.byteCount }

    /// The same, and how far it may be off.
    func figure(of kind: RouteKind) -> Figure? { measured.first { $0.kind == kind }?.figure }

    /// Adds a route; the first one should be a pull.
    mutating func add(_ route: Route) {
        measured.append(route)
        let byteCount = route.figure.byteCount
        routes.append(
            Row(
                route: route.kind.rawValue, bytes: byteCount, bytesLow: route.figure.bounds?.lowerBound,
                bytesHigh: route.figure.bounds?.upperBound, isExact: route.figure.isExact,
                ofPull: share(route),
                seconds: chosenLink.seconds(for: byteCount),
                cost: fleet.costs(of: byteCount, over: chosenLink).map {
                    Cost(each: $0.each, update: $0.update, month: $0.month, year: $0.year)
                }, keepsDigests: route.kind.meets(.digests), keepsSignatures: route.kind.meets(.signatures),
                runs: route.kind.runs, keeps: route.kind.keeps, makingSeconds: route.makingSeconds,
                applyingSeconds: route.applyingSeconds))
    }

    /// Adds something that is odd about the picks.
    mutating func warn(_ text: String) { warnings.append(text) }

    /// Judges the routes that were added.
    mutating func recommend(needs: Set<Need>) {
        let told = Recommendation(measured, needs: needs, link: chosenLink, fleet: fleet)
        recommendation = Advice(
            route: told.choice?.rawValue, needs: Need.allCases.filter(needs.contains).map(\.rawValue),
            reasons: told.reasons)
        pays = Payoff.all(of: measured, over: chosenLink).map(Pays.init)
    }

    /// A pull's bytes as far as they are known.
    private var pullByteCount: UInt64? { byteCount(of: .pull) ?? sketchedPull }
    /// A first idea of a pull's bytes, for rows that are told before it was measured.
    var sketchedPull: UInt64?

    private func share(_ route: Route) -> Double? {
        byteCount(of: .pull).flatMap { $0 > 0 ? Double(route.figure.byteCount) / Double($0) : nil }
    }

    /// How long the link takes for a route, in words.
    private func duration(_ route: Route) -> String {
        NumberText.duration(chosenLink.seconds(for: route.figure.byteCount))
    }

    /// Whether a route's share of a pull is no estimate: both are exact, or it is the pull.
    private func isShareExact(_ route: Route) -> Bool {
        let isPullExact = measured.first { $0.kind == .pull }?.figure.isExact ?? false
        return route.kind == .pull || route.figure.isExact && isPullExact
    }

    // MARK: - Cells

    /// What a route sends, and what that takes: the cells of a table.
    private var columns: [(title: String, width: Int, cell: (Route) -> String)] {
        var columns: [(title: String, width: Int, cell: (Route) -> String)] = [
            ("route", 22, { $0.kind.title }),
            ("bytes", 11, { $0.figure.text }),
            ("error", 22, { $0.figure.errorText }),
            (
                "of pull", 9,
                { route in
                    pullByteCount.map { pull in
                        let percent = ByteCount.percent(route.figure.byteCount, of: pull)
                        return isShareExact(route) || percent.hasPrefix("<") ? percent : "~" + percent
                    } ?? ""
                }
            ),
            ("time", 13, { $0.figure.marked(duration($0)) }),
        ]
        if let price = chosenLink.price {
            let isMonthly = fleet.rhythm != nil
            columns.append(
                (
                    isMonthly ? "\(price.currency) a month" : price.currency, 14,
                    { route in
                        let costs = fleet.costs(of: route.figure.byteCount, over: chosenLink)
                        return costs.map { route.figure.marked(NumberText.money($0.month ?? $0.update)) }
                            ?? ""
                    }
                ))
            if isMonthly {
                columns.append(
                    (
                        "\(price.currency) a year", 14,
                        { route in
                            fleet.costs(of: route.figure.byteCount, over: chosenLink)?.year.map {
                                route.figure.marked(NumberText.money($0))
                            } ?? ""
                        }
                    ))
            }
        }
        if showsWork {
            columns.append(("make", 9, { $0.workText($0.makingSeconds) }))
            columns.append(("apply", 9, { $0.workText($0.applyingSeconds) }))
        }
        return columns
    }

    /// What a route asks of the receiver.
    private static let demands: [(title: String, width: Int, cell: @Sendable (RouteKind) -> String)] = [
        ("route", 22, { $0.title }),
        ("digests", 9, { $0.meets(.digests) ? "kept" : "lost" }),
        ("signatures", 12, { $0.meets(.signatures) ? "kept" : "lost" }),
        ("runs", 16, { $0.runs }),
        ("keeps", 0, { $0.keeps }),
    ]

    /// Images, link and fleet, and the heads of the first table.
    private var heading: [String] {
        [
            "old  \(old.name)  \(ByteCount.text(old.archiveBytes))",
            "new  \(new.name)  \(ByteCount.text(new.archiveBytes))",
            "over \(EscapedText.line(chosenLink.text)); \(fleet.text)",
        ]
    }

    // MARK: - Text

    /// What comes before the routes.
    var textHead: String {
        (heading + ["", Self.line(columns.map { ($0.title, $0.width) })]).joined(separator: "\n")
    }

    /// A route in one line.
    func textRow(_ route: Route) -> String { Self.line(columns.map { ($0.cell(route), $0.width) }) }

    /// What comes after the routes.
    var textTail: String {
        var lines = ["", Self.line(Self.demands.map { ($0.title, $0.width) })]
        lines += measured.map { route in Self.line(Self.demands.map { ($0.cell(route.kind), $0.width) }) }
        lines += [""] + pays.map(\.text) + (pays.isEmpty ? [] : [""]) + recommendationLines
        return lines.joined(separator: "\n")
    }

    private static func line(_ cells: [(String, Int)]) -> String {
        let line = cells.map { $0.0.padded($0.1) }.joined()
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// What pays, and what to take.
    private var sentences: [String] { pays.map(\.text) + advice }

    /// What to take, and why.
    private var advice: [String] {
        guard let recommendation, let first = recommendation.reasons.first else { return [] }
        return [recommendation.route == nil ? first : "take \(first)"] + recommendation.reasons.dropFirst()
    }

    private var recommendationLines: [String] {
        advice.prefix(1) + advice.dropFirst().map { "     \($0)" }
    }

    // MARK: - Markdown and HTML

    /// The routes for a ticket.
    var markdown: String {
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        func rule(_ count: Int) -> String { "|" + String(repeating: "---|", count: count) }
        let columns = columns
        var lines = [
            "\(MarkdownText.code(old.name)) to \(MarkdownText.code(new.name)) over "
                + "\(MarkdownText.code(EscapedText.line(chosenLink.text))); \(fleet.text)", "",
            row(columns.map(\.title)), rule(columns.count),
        ]
        lines += measured.map { route in row(columns.map { $0.cell(route) }) }
        lines += ["", row(Self.demands.map(\.title)), rule(Self.demands.count)]
        lines += measured.map { route in row(Self.demands.map { $0.cell(route.kind) }) }
        lines += [""] + sentences.map { "- \(MarkdownText.code($0))" }
        return lines.joined(separator: "\n")
    }

    /// The routes as a page that needs nothing else.
    var html: String {
        let columns = columns
        func table(_ titles: [String], _ rows: [[String]]) -> String {
            let head = titles.map { "<th>\(MarkupText.escaped($0))</th>" }.joined()
            let body = rows.map { row in
                "<tr>" + row.map { "<td>\(MarkupText.escaped($0))</td>" }.joined() + "</tr>"
            }.joined(separator: "\n")
            return "<table>\n<tr>\(head)</tr>\n\(body)\n</table>"
        }
        let parts = [
            "<!DOCTYPE html>", "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Routes</title>",
            "<style>",
            "body { font-family: sans-serif; margin: 2em; color: #222; background: #fff }",
            "table { border-collapse: collapse; margin: 1em 0 }",
            "th, td { padding: .2em .8em; text-align: left; border-bottom: 1px solid #ddd }",
            "</style></head><body>",
            "<p>" + heading.map(MarkupText.escaped).joined(separator: "<br>\n") + "</p>",
            table(columns.map(\.title), measured.map { route in columns.map { $0.cell(route) } }), chart,
            table(
                Self.demands.map(\.title), measured.map { route in Self.demands.map { $0.cell(route.kind) } }),
            "<ul>" + sentences.map { "<li>\(MarkupText.escaped($0))</li>" }.joined() + "</ul>",
            "</body></html>",
        ]
        return parts.joined(separator: "\n")
    }

    /// The bytes of all routes as bars.
    var chart: String {
        BarChart(
            title: "What is sent for \(new.name)",
            bars: measured.map { route in
                let time = route.figure.marked(duration(route))
                return BarChart.Bar(
                    label: route.kind.title, value: Double(route.figure.byteCount),
                    text: "\(route.figure.text), \(time)", isOurs: route.kind.isOurs)
            }
        ).svg
    }
}

extension Route {
    /// Seconds of work, as far as they were measured.
    fileprivate func workText(_ seconds: Double?) -> String {
        seconds.map(NumberText.duration) ?? (kind.isOurs ? "" : "-")
    }
}
