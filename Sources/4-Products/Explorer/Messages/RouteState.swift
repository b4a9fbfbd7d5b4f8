public import Shipping

/// What the background work on routes is doing.
public enum RouteState: Hashable, Sendable {
    /// Nothing: nobody asked, or it was stopped.
    case stopped
    /// Measuring a route, or at first what tells something of all; how many percent of it are done, if that can be told.
    case measuring(RouteKind?, percent: Int?)
    /// Every route is known.
    case done
    /// It ended early; the text says why.
    case failed(String)

    /// Whether routes are still being measured.
    var isRunning: Bool { if case .measuring = self { true } else { false } }
}
