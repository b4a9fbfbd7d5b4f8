import Bytes
import Canvas
import Shipping

/// How a route's figure is made, what the route asks of the receiver, and how long it takes on every link.
struct RouteDetailsScreen: TextScreen {
    let kind: RouteKind
    var scroll = ScrollOffset()
    var search: LineSearch?

    init(_ kind: RouteKind) { self.kind = kind }

    var context: Context { .route }
    var title: String { kind.title }

    private static let labelColumns = 14

    func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        let glyphs = model.glyphs
        func told(_ label: String, _ text: String, _ role: Role = .text) -> [[Span]] {
            let room = max(12, min(76, dialogs.innerColumns) - Self.labelColumns)
            return TextFit.wrap(Format.line(text, glyphs), columns: room).enumerated().map { place, line in
                let label = place == 0 ? label : ""
                let gap = String(repeating: " ", count: max(1, Self.labelColumns - label.count))
                return [Span(label + gap, .dim), Span(line, role)]
            }
        }
        var lines: [[Span]] = []
        if let route = model.route(kind) {
            let figure = route.figure
            let cost = Format.cost(figure, glyphs)
            let error =
                figure.bounds == nil
                ? "  how far it is off is not known" : "  \(model.errorText(of: route))"
            let size = figure.isExact ? " (\(ByteCount.grouped(figure.byteCount)) bytes)" : error
            lines.append([
                Span("bytes" + String(repeating: " ", count: Self.labelColumns - 5), .dim),
                Span(cost, .title),
                Span(size),
            ])
        } else {
            lines += told("bytes", "not measured yet", .dim)
        }
        lines += told("sends", kind.method)
        lines += [[]]
        for (label, need) in Self.needs {
            let obstacle = kind.obstacle(to: need)
            lines += told(label, obstacle.map { "no: \($0)" } ?? "yes", obstacle == nil ? .text : .warning)
        }
        lines += told("runs", kind.runs) + told("keeps", kind.keeps) + told("against it", kind.drawback)
        if let route = model.route(kind), let making = route.makingSeconds,
            let applying = route.applyingSeconds
        {
            lines += told(
                "work", "\(NumberText.duration(making)) to make, \(NumberText.duration(applying)) to apply")
        }
        for payoff in model.payoffs where payoff.route == kind || payoff.other == kind {
            lines += told("pays", payoff.text)
        }
        guard let figure = model.route(kind)?.figure else { return lines }
        lines += [[]]
        for link in model.routes.links {
            let role: Role = link == model.shownLink ? .title : .text
            var text = model.time(of: figure, over: link)
            if let money = model.money(of: figure.byteCount, over: link) {
                text += ", " + Format.marked(money, of: figure, glyphs)
            }
            lines += told(Format.text(link.name ?? "link", glyphs), text, role)
        }
        return lines
    }

    private static let needs: [(label: String, need: Need)] = [
        ("digests", .digests), ("signatures", .signatures), ("stock engine", .stockEngine),
        ("offline", .offline),
        ("small device", .smallDevice),
    ]
}
