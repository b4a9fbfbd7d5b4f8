import Bytes
import Canvas
import Shipping

/// One line about what is picked: how much, what it takes, and that it makes another image.
struct PicksLine {
    let explorer: ExplorerModel

    private var glyphs: Glyphs { explorer.glyphs }

    func draw(in area: Rect, on frame: inout Frame) {
        guard area.rows > 0, let picks = explorer.picks else { return }
        let line = choices(picks).first { $0.width <= area.columns } ?? choices(picks).last ?? []
        frame.put(
            line.fitted(columns: area.columns, mark: glyphs.ellipsis), at: Point(row: area.row, column: 0),
            width: area.columns)
    }

    /// The same in more and in fewer words, the longest first.
    private func choices(_ picks: Picks) -> [[Span]] {
        let all = Format.count(picks.ground.changeCount, "change")
        let count = Span("PICKED \(Format.grouped(picks.count)) of \(all)", .title)
        let short = Span("PICKED \(Format.grouped(picks.count))", .title)
        let hiddenCount = picks.count - (explorer.files?.marks?.listedCount ?? 0)
        let hidden = hiddenCount > 0 ? Span(", \(Format.grouped(hiddenCount)) hidden", .warning) : nil
        let required =
            picks.requiredCount > 0 ? Span(picks.requiredWords) : nil
        let fewer = picks.requiredCount > 0 ? Span("+ \(Format.grouped(picks.requiredCount))") : nil
        let keys = picks.keys.isEmpty ? nil : Span("configuration \(picks.keys.count)")
        let size = explorer.pickSize(at: .standard)
        let cost =
            size.map { Span(Format.cost($0, glyphs), $0.isExact ? .title : .estimate) }
            ?? Span(glyphs.ellipsis, .dim)
        let time = size.flatMap(explorer.time).map { Span($0) }
        let new = explorer.name(of: .new)
        let missing =
            explorer.pickWarnings.isEmpty
            ? nil
            : Span(
                "\(Format.count(explorer.pickWarnings.count, "warning")): \(explorer.key(.listPicks, in: .files))",
                .warning)
        let warned = missing.map { _ in Span("\(explorer.pickWarnings.count)!", .warning) }
        let makes =
            picks.isEverything
            ? Span("everything: makes \(new) itself", .dim) : Span("partial: not \(new)", .warning)
        let failure = explorer.pickState.plan?.failure.map { Span(Format.line($0, glyphs), .error) }
        let partial = Span("partial", .warning)
        return [
            [count, hidden, required, keys, cost, time, missing, failure ?? makes],
            [count, hidden, fewer, keys, cost, time, missing, failure ?? makes],
            [count, hidden, fewer, keys, cost, time, missing, failure ?? partial],
            [short, hidden, fewer, keys, cost, time, missing, failure ?? partial],
            [short, hidden, cost, time, warned, failure ?? partial],
            [short, hidden, cost, warned, failure ?? partial],
            [short, hidden, cost], [short, hidden],
        ].map { joined($0.compactMap(\.self)) }
    }

    /// With separators; what begins with a comma belongs to what stands before it.
    private func joined(_ words: [Span]) -> [Span] {
        words.enumerated().flatMap { index, word in
            index == 0 || word.text.hasPrefix(",") ? [word] : [Span(" \(glyphs.separator) ", .dim), word]
        }
    }
}
