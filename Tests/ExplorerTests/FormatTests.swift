import Canvas
import Shipping
import Testing

@testable import Explorer

struct FormatTests {
    @Test(arguments: [
        (
            "/bin/sh -c #(nop) COPY dir:\(String(repeating: "0123abcd", count: 8)) in /srv ",
            "COPY dir:0123abcd in /srv"
        ),
        ("RUN /bin/sh -c   make\t all # buildkit", "make all"),
        (String(repeating: "0123abcd", count: 16), "0123abcd0123abcd"),
        (String(repeating: "é0123abc", count: 8), String(repeating: "é0123abc", count: 8)),
    ])
    func `of a layer's command only what somebody wrote is shown`(createdBy: String, shown: String) {
        #expect(Format.command(createdBy, .unicode) == shown)
    }

    @Test(
        arguments: [
            (700_000...21_000_000, "0.7–21 MB"), (92_200...63_000_000, "92 kB–63 MB"),
            (92_200...630_000_000, "≤630 MB"), (500...63_000_000, "500 B–63 MB"),
            (0...999_000_000, "0–999 MB"),
            (999...999_949_000_000, "≤1000 GB"),
        ] as [(ClosedRange<UInt64>, String)])
    func `a range is never wider than its column`(bounds: ClosedRange<UInt64>, shown: String) {
        let figure = Figure(bounds.upperBound / 2, bounds: bounds)
        #expect(Format.cost(figure, .unicode) == shown)
        #expect(TextWidth.of(Format.cost(figure, .ascii)) < Columns.costWidth)
    }

    @Test func `a range stands apart from the size before it`() {
        var script = Script()
        script.send(.layerCosts([1: Figure(3_000_000, bounds: 92_200...63_000_000)]))
        #expect(script.screen().text.contains("B 92 kB–63 MB"))
        script.send(.layerCosts([1: Figure(3_000_000, bounds: 92_200...630_000_000)]))
        #expect(script.screen().text.contains("B     ≤630 MB"))
    }
}
