import Bytes
import FileTree
import OCI

extension DiffReport {
    /// The report for a terminal.
    var text: String {
        var lines = ["old  \(headline(old))", "new  \(headline(new))"]
        if let ignored {
            lines.append("ignored  \(ignored.words)")
        }
        if !settings.isSame { lines += ["", "configuration: \(settings.summary)"] + settings.textLines }
        lines += ["", "layers:"]
        lines += layers.flatMap { layer in
            let numbers = "\(layer.old.map(String.init) ?? "-") -> \(layer.new.map(String.init) ?? "-")"
            // A command may be longer than any line; the mark at its end says so.
            let command = EscapedText.line(layer.createdBy, limit: 60)
            let row =
                "  \(mark(layer.change)) \(numbers.padded(9))"
                + sizes(layer.oldBytes, layer.newBytes).padded(22) + (layerCost(layer)?.padded(10) ?? "")
                + command
            return [row] + [layer.foreign, layer.blob].compactMap(\.self).map { "    ".padded(13) + $0 }
        }
        if let packageBytes, let documentBytes {
            lines.append(
                "    " + "package".padded(31) + cost(packageBytes)
                    + "with \(costText.of(documentBytes)) of documents"
                    + (packageError.map { "; a guess: \($0)" } ?? ""))
        }
        lines += ["", verdict]
        lines += files.map { file in
            "  \(mark(file.change)) \(sizes(file.oldBytes, file.newBytes).padded(22))\(cost(file.patchBytes))"
                + file.path + (file.notes.isEmpty ? "" : "  (\(file.notes.joined(separator: ", ")))")
        }
        if let unlistedBytes {
            lines.append("    " + "".padded(22) + cost(unlistedBytes) + Self.unlisted)
        }
        return lines.joined(separator: "\n")
    }

    /// What is told of costs that no file of the new image has.
    static let unlisted = "in no file: hidden by higher layers, or of layers and blobs as a whole"

    private func headline(_ image: ImageReport) -> String {
        "\(image.name)  \(image.imageID.short)  \(ByteCount.text(image.archiveBytes))"
    }

    private func mark(_ word: String) -> String {
        LayerPair.Change(rawValue: word)?.marker ?? Change.allCases.first { $0.word == word }?.marker ?? "?"
    }

    private func sizes(_ old: UInt64?, _ new: UInt64?) -> String {
        [old, new].compactMap(\.self).map(ByteCount.text).joined(separator: " -> ")
    }

    private func cost(_ byteCount: UInt64?) -> String {
        byteCount.map { costText.of($0).padded(10) } ?? ""
    }

    /// What a layer costs; one that is carried whole, or costs nothing, is no guess.
    func layerCost(_ layer: Layer) -> String? {
        layer.patchBytes.map {
            layer.patchBytesLow == layer.patchBytesHigh ? ByteCount.text($0) : costText.of($0)
        }
    }

    /// How far the package's size may be off; nil for what is no guess.
    var packageError: String? {
        CostText.error(packageBytes, from: packageBytesLow, to: packageBytesHigh)
    }
}

extension DiffReport.File {
    /// What there is to say about a path beside its sizes: where it was, what it was, which metadata differs.
    var notes: [String] {
        var notes = movedFrom.map { ["from \($0)"] } ?? []
        if let oldType { notes.append("\(oldType) -> \(type)") }
        for item in metadata ?? [] {
            // With another content goes another time.
            if change == Change.modified.word, item.field == "time" { continue }
            switch item.field {
            case "mode", "owner", "link target", "device":
                let values =
                    switch (item.old, item.new) {
                    case (let old?, let new?): "\(old) -> \(new)"
                    case (let old?, nil): "was \(old)"
                    case (nil, let new): new ?? ""
                    }
                notes.append("\(item.field) \(values)")
            default: notes.append(item.field + (item.name.map { " \($0)" } ?? ""))
            }
        }
        return notes
    }
}
