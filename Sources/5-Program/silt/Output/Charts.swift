import Bytes
import FileIO

/// Text within HTML and SVG.
enum MarkupText {
    /// The text, as text and nothing else, in elements and attributes.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

/// Numbers as horizontal bars, an SVG that needs nothing else.
struct BarChart {
    /// One of them.
    struct Bar {
        let label: String
        let value: Double
        /// The number as people read it.
        let text: String
        /// Whether it is of this program, and is drawn so.
        let isOurs: Bool
    }

    let title: String
    let bars: [Bar]

    private static let rowHeight = 24
    private static let labelWidth = 190
    private static let barWidth = 420
    private static let width = 860

    /// The chart.
    var svg: String {
        let most = bars.map(\.value).max() ?? 0
        let height = 50 + bars.count * Self.rowHeight
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(Self.width) \(height)\" font-family=\"sans-serif\" font-size=\"13\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
            "<text x=\"10\" y=\"22\" font-size=\"15\" fill=\"#222222\">\(MarkupText.escaped(title))</text>",
        ]
        for (index, bar) in bars.enumerated() {
            let y = 40 + index * Self.rowHeight
            let share = most > 0 ? bar.value / most : 0
            // What is there at all can be seen.
            let width = bar.value > 0 ? max(1, Int(share * Double(Self.barWidth))) : 0
            parts.append(
                "<text x=\"\(Self.labelWidth - 8)\" y=\"\(y + 13)\" text-anchor=\"end\" fill=\"#222222\">"
                    + "\(MarkupText.escaped(bar.label))</text>"
                    + "<rect x=\"\(Self.labelWidth)\" y=\"\(y)\" width=\"\(width)\" height=\"17\" "
                    + "fill=\"\(bar.isOurs ? "#0072b2" : "#999999")\"/>"
                    + "<text x=\"\(Self.labelWidth + width + 6)\" y=\"\(y + 13)\" fill=\"#222222\">"
                    + "\(MarkupText.escaped(bar.text))</text>")
        }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }
}

/// A chart's file.
enum ChartFile {
    /// Writes a chart; a chart that is there is replaced.
    static func write(_ svg: String, to path: String) throws {
        let file = try OutputFile(path: path, replacesExisting: true)
        try file.write(Array((svg + "\n").utf8))
        try file.commit()
    }
}
