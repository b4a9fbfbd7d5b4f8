import FileIO
import Shipping

/// The rows of routes as they become known. On a terminal a first idea of some stands below those that were measured, until
/// these were, too.
struct RouteLines {
    /// Whether lines may be drawn anew.
    let isRedrawn: Bool
    private let progress: ProgressLine
    private var report: RoutesReport?
    private var sketches: [Route] = []
    /// How many lines of first ideas are on the screen, below all others.
    private var drawnCount = 0

    /// Nothing is written yet.
    init(_ progress: ProgressLine, isRedrawn: Bool) {
        self.progress = progress
        self.isRedrawn = isRedrawn
    }

    /// Writes what stands above the rows.
    mutating func begin(_ report: RoutesReport) throws {
        self.report = report
        progress.clear()
        try StandardStreams.line(report.textHead)
    }

    /// Shows a first idea of a route.
    mutating func sketch(_ route: Route) throws {
        if route.kind == .pull { report?.sketchedPull = route.figure.byteCount }
        sketches.append(route)
        try draw([])
    }

    /// Writes a route that was measured.
    mutating func add(_ route: Route) throws {
        sketches.removeAll { $0.kind == route.kind }
        report?.add(route)
        try draw([report?.textRow(route) ?? ""])
    }

    private mutating func draw(_ rows: [String]) throws {
        progress.clear()
        guard isRedrawn else {
            for row in rows { try StandardStreams.line(row) }
            return
        }
        let drafts = sketches.map { (report?.textRow($0) ?? "") + "  so far" }
        try StandardStreams.write(Array(Self.text(over: drawnCount, rows, drafts).utf8)[...])
        drawnCount = drafts.count
    }

    /// What writes rows, and below them those that will be drawn anew, over lines that were.
    ///
    /// What is drawn anew does not wrap, so that it can be told how many lines it takes.
    static func text(over count: Int, _ rows: [String], _ drafts: [String]) -> String {
        let up = count > 0 ? "\u{1b}[\(count)A" : ""
        return "\r" + up + "\u{1b}[J" + rows.map { $0 + "\n" }.joined()
            + (drafts.isEmpty ? "" : "\u{1b}[?7l" + drafts.map { $0 + "\n" }.joined() + "\u{1b}[?7h")
    }
}
