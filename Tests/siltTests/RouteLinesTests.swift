import Shipping
import Testing

@testable import silt

/// How rows of routes are drawn over first ideas of them.
struct RouteLinesTests {
    @Test func `first ideas stand below and are drawn over`() {
        // Nothing stood there: the progress alone is cleared away.
        let first = RouteLines.text(over: 0, [], ["pull  so far"])
        #expect(first == "\r\u{1b}[J\u{1b}[?7lpull  so far\n\u{1b}[?7h")
        let second = RouteLines.text(over: 2, ["pull"], ["gzip  so far"])
        #expect(second == "\r\u{1b}[2A\u{1b}[Jpull\n\u{1b}[?7lgzip  so far\n\u{1b}[?7h")
        #expect(RouteLines.text(over: 1, ["gzip"], []) == "\r\u{1b}[1A\u{1b}[Jgzip\n")
    }
}
