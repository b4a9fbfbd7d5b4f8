import Canvas
import Shipping

/// Asks for a link: its name, which may be missing, and its values, as the settings have them.
struct LinkScreen: Screen {
    private let old: Shipping.Link?
    private var field: TextField
    private var error: String?

    /// Asks for new values of a link, or for a new one.
    init(editing old: Shipping.Link?) {
        self.old = old
        field = TextField(old.map { ($0.name.map { "\($0) = " } ?? "") + $0.values } ?? "")
    }

    var context: Context { .link }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            do {
                let link = try Self.link(field.text, known: model.routes.links)
                model.routes.take(link, for: old)
                let name = link.name ?? "NAME"
                model.say("until the program ends; in the settings: links.\(name) = \(link.values)")
                return .close
            } catch {
                self.error = "\(error)"
                return .stay
            }
        case .cancel: return .close
        default: return .stay
        }
    }

    /// Reads `mast = 256kbit/s, 600ms`, or values alone.
    private static func link(_ text: String, known: [Shipping.Link]) throws(LinkError) -> Shipping.Link {
        guard let sign = text.firstIndex(of: "=") else { return try Link(parsing: text, known: known) }
        var link = try Link(parsing: String(text[text.index(after: sign)...]), known: known)
        let name = text[..<sign].split(separator: " ").joined(separator: " ")
        link.name = name.isEmpty ? nil : name
        return link
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        guard field.press(key) else { return .ignored }
        error = nil
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let width = max(8, min(60, dialogs.innerColumns))
        let window = field.window(columns: width, mark: model.glyphs.ellipsis)
        let gap = String(repeating: " ", count: max(0, width - TextWidth.of(window.text)))
        var lines = [[Span(window.text + gap, .field)]]
        if let error {
            lines += dialogs.wrap(Format.line(error, model.glyphs)).map { [Span($0, .error)] }
        } else {
            lines += dialogs.wrap("mast = 256 kbit/s, 600 ms, 2%, 0.05 EUR/MB").map { [Span($0, .dim)] }
        }
        let area = dialogs.draw(
            old == nil ? "A new link" : "The link's values", lines, context, minimumColumns: width, on: &frame
        )
        frame.cursor = Point(row: area.row, column: area.column + window.column)
    }
}
