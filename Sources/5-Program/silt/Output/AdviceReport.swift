import Bytes
import FileTree
import OCI
import Routes

/// Advice as scripts get it; the JSON's keys are documented in the manual page.
struct AdviceReport: Encodable {
    /// An image and how well it uses its bytes.
    struct Image: Encodable {
        let image: ImageReport
        /// From 0 to 1, as dive counts it.
        let efficiency: Double
        let wastedBytes: UInt64
    }

    /// A piece of advice.
    struct Row: Encodable {
        let kind: String
        let layer: Int?
        let files: Int
        /// What it would save of the image.
        let imageBytes: UInt64
        /// What it would have saved of this update, uncompressed, and about what of a pull.
        let updateBytes: UInt64?
        let pullBytes: UInt64?
        let finding: String
        let remedy: String
        let examples: [String]
    }

    let old: Image?
    let new: Image
    /// What would have made this update smaller.
    let update: [Row]
    /// What would make the new image smaller.
    let image: [Row]

    /// Looks at the new image, and takes what was found of the pair.
    ///
    /// - Parameters:
    ///   - old: The old image; nil if there is only one.
    ///   - new: The new image.
    ///   - update: Advice on the update.
    ///   - pullShares: What a registry sends of each layer that is named there, as a share of its size.
    init(old: ImageIndex?, _ new: ImageIndex, update: [Advice], pullShares: [Int: Double]) {
        let advice = ImageAdvice(new)
        self.old = old.map { Image($0, ImageAdvice($0)) }
        self.new = Image(new, advice)
        self.update = update.map { row in
            Row(row, pullShare: row.layer.flatMap { pullShares[$0] })
        }
        image = advice.advice.map { Row($0, pullShare: nil) }
    }

    /// The advice for a terminal.
    var text: String {
        var lines: [String]
        if let old {
            lines = ["old  \(Self.headline(old))", "new  \(Self.headline(new))"]
            lines += ["", "this update, for those who pull it:"] + Self.lines(update)
            lines += ["", "the new image:"]
        } else {
            lines = [Self.headline(new), ""]
        }
        return (lines + Self.lines(image)).joined(separator: "\n")
    }

    private static func headline(_ image: Image) -> String {
        let share = (image.efficiency * 1000).rounded(.down) / 10
        return "\(image.image.name)  \(ByteCount.text(image.image.bytes)) in \(image.image.layers) "
            + "\(image.image.layers == 1 ? "layer" : "layers"), efficiency \(share)%, "
            + "\(ByteCount.text(image.wastedBytes)) wasted"
    }

    private static func lines(_ rows: [Row]) -> [String] {
        if rows.isEmpty { return ["  nothing to advise"] }
        let indent = String(repeating: " ", count: 13)
        return rows.flatMap { row -> [String] in
            let pull = row.pullBytes.map { " (about \(ByteCount.text($0)) of a pull)" } ?? ""
            let bytes = ByteCount.text(row.updateBytes ?? row.imageBytes)
            var lines = ["  \(bytes.padded(11))\(row.finding)\(pull)", "\(indent)-> \(row.remedy)"]
            if !row.examples.isEmpty {
                lines.append("\(indent)such as \(row.examples.joined(separator: ", "))")
            }
            return lines
        }
    }

    /// The advice for a ticket.
    var markdown: String {
        var lines = ["| | image | layers | efficiency | wasted |", "|---|---|---|---|---|"]
        for (side, image) in [("old", old), ("new", new)] {
            guard let image else { continue }
            let share = (image.efficiency * 1000).rounded(.down) / 10
            lines.append(
                "| \(side) | \(MarkdownText.code(image.image.name)) | \(image.image.layers) | \(share)% | "
                    + "\(ByteCount.text(image.wastedBytes)) |")
        }
        for (title, rows) in [("This update", update), ("The image", image)] where !rows.isEmpty {
            lines += ["", "| \(title) | of a pull | finding | remedy | such as |", "|---|---|---|---|---|"]
            lines += rows.map { row in
                let cells = [
                    ByteCount.text(row.updateBytes ?? row.imageBytes),
                    row.pullBytes.map { "about \(ByteCount.text($0))" } ?? "", row.finding, row.remedy,
                    row.examples.map(MarkdownText.code).joined(separator: ", "),
                ]
                return "| " + cells.joined(separator: " | ") + " |"
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension AdviceReport.Image {
    fileprivate init(_ index: ImageIndex, _ advice: ImageAdvice) {
        self.init(
            image: ImageReport(index.summary), efficiency: advice.efficiency.score,
            wastedBytes: advice.efficiency.wastedByteCount)
    }
}

extension AdviceReport.Row {
    fileprivate init(_ advice: Advice, pullShare: Double?) {
        self.init(
            kind: advice.kind.rawValue, layer: advice.layer.map { $0 + 1 }, files: advice.fileCount,
            imageBytes: advice.imageByteCount, updateBytes: advice.updateByteCount,
            pullBytes: advice.updateByteCount.flatMap { bytes in
                pullShare.map { UInt64((Double(bytes) * $0).rounded()) }
            },
            finding: advice.finding, remedy: advice.remedy,
            examples: advice.examples.map { PathText($0.bytes).text })
    }
}
