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
        /// About what a registry sends of its layer.
        let layerPullBytes: UInt64?
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
    ///   - pulls: What a registry sends of each layer that is named there.
    init(old: ImageIndex?, _ new: ImageIndex, update: [Advice], pulls: [Int: UInt64]) {
        let advice = ImageAdvice(new)
        self.old = old.map { Image($0, ImageAdvice($0)) }
        self.new = Image(new, advice)
        self.update = update.map { row in
            guard let layer = row.layer, let pull = pulls[layer] else { return Row(row) }
            return Row(row, pullByteCount: pull, layerByteCount: new.summary.layers[layer].byteCount)
        }
        image = advice.advice.map { Row($0) }
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
            let pull = row.pullText.map { " (of a pull: \($0))" } ?? ""
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
                    row.pullText ?? "", row.finding, row.remedy,
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
    /// A row of the report.
    ///
    /// - Parameters:
    ///   - advice: What is advised.
    ///   - pullByteCount: What a registry sends of its layer; nil if that does not matter.
    ///   - layerByteCount: The layer's size, uncompressed.
    fileprivate init(_ advice: Advice, pullByteCount: UInt64? = nil, layerByteCount: UInt64? = nil) {
        var saved: UInt64?
        if let pullByteCount, let layerByteCount, layerByteCount > 0, let bytes = advice.updateByteCount {
            // A layer that stays the same is not pulled at all; else its headers and padding are as much part of it as its
            // files.
            let share = advice.kind == .times ? 1 : min(1, Double(bytes) / Double(layerByteCount))
            saved = min(pullByteCount, UInt64(Double(pullByteCount) * share))
        }
        self.init(
            kind: advice.kind.rawValue, layer: advice.layer.map { $0 + 1 }, files: advice.fileCount,
            imageBytes: advice.imageByteCount, updateBytes: advice.updateByteCount, pullBytes: saved,
            layerPullBytes: pullByteCount, finding: advice.finding, remedy: advice.remedy,
            examples: advice.examples.map { PathText($0.bytes).text })
    }

    /// What a pull would have been and what it is, of this layer; nil if that does not matter.
    fileprivate var pullText: String? {
        guard let pullBytes, let layerPullBytes else { return nil }
        let rest = layerPullBytes - pullBytes
        return (rest == 0 ? "nothing" : "about \(ByteCount.text(rest))")
            + " instead of \(ByteCount.text(layerPullBytes))"
    }
}
