import Bytes
import Canvas
import OCI
import Shipping

/// What is told about a row of the layers.
struct LayerDetails {
    let model: ExplorerModel

    func text(_ row: LayerRow) -> DetailText? {
        switch row {
        case .config: configuration()
        case .documents: documents()
        case .pair(let index): model.pairs.indices.contains(index) ? layer(model.pairs[index]) : nil
        }
    }

    private func layer(_ pair: LayerPair) -> DetailText {
        let old = pair.old.flatMap { model.layer(.old, $0) }
        let new = pair.new.flatMap { model.layer(.new, $0) }
        func fact(_ label: String, _ value: (LayerSummary) -> String) -> DetailLine {
            .fact(label, old: old.map(value), new: new.map(value))
        }
        var lines: [DetailLine] = [
            fact("layer") { String($0.index + 1) },
            fact("size") { layer in
                layer.foreignRemark.map { Format.line($0, model.glyphs) }
                    ?? layer.byteCount.map { ByteCount.grouped($0) + " B" } ?? "not read yet"
            },
            fact("entries") {
                $0.isUnread
                    ? "not known" : $0.entryCount.map { ByteCount.grouped(UInt64($0)) } ?? "not read yet"
            },
            fact("blob") { "\(ByteCount.grouped($0.blobByteCount)) B" },
            fact("packed as") { $0.compression.rawValue },
            fact("digest") { $0.digest.description },
            fact("diff id") { $0.diffID.description },
            fact("made by") { Format.line($0.createdBy, model.glyphs) },
        ]
        if model.isAligned {
            lines += [.note("change", pair.change.rawValue), .note("ships as", shipping(pair))]
            if let remark = pair.new.flatMap({ model.blobRemarks[$0] }) {
                lines.append(.note("its blob", remark))
            }
        }
        let digest = (new ?? old)?.digest.description
        return DetailText(title: "Layer", lines: lines, copied: digest)
    }

    private func shipping(_ pair: LayerPair) -> String {
        let known = pair.new.flatMap { model.layerCosts[$0] }
        let cost = known.map { Format.cost($0, model.glyphs) }
        // The old image may hold the layer, and the blob may be another.
        if let cost, known?.byteCount ?? 0 > 0 { return cost }
        return switch pair.change {
        case .same: "nothing: the old image holds this layer"
        case .removed: "nothing: the new image lacks this layer"
        case .moved: "nothing but its new place"
        case .changed, .added: cost ?? model.unknownCost ?? "not known"
        }
    }

    private func documents() -> DetailText {
        let cost = model.totals.documents.map { Format.cost($0, model.glyphs) }
        return DetailText(
            title: "Documents of the package",
            lines: [
                .text(
                    "What a package holds besides what the layers cost: the new image's configuration and manifest, the "
                        + "index, how the archive is put together, how compressed layers that both images hold are "
                        + "compressed, and the package's own headers. The costs of the layers and this add up to the delta."
                ),
                .blank, .note("ships", cost ?? model.unknownCost ?? "not known"),
            ])
    }

    private func configuration() -> DetailText? {
        guard let diff = model.configuration else { return nil }
        var lines: [DetailLine] = []
        if let sentence = model.verdict { lines += [.text(sentence), .blank] }
        if diff.isSame { lines += [.text("Both configurations say the same."), .blank] }
        var keys: [Int: String] = [:]
        let units = Set(model.pickState.keys)
        for row in diff.differences {
            let unit = ImageConfiguration.pickableUnit(of: row)
            if units.contains(unit) { keys[lines.count] = unit }
            lines.append(line(row))
        }
        if diff.omittedCount > 0 {
            lines.append(.text("\(Format.grouped(diff.omittedCount)) more differences are not listed."))
        }
        if !diff.unchanged.isEmpty {
            lines += diff.differences.isEmpty ? [] : [.blank]
            lines += diff.unchanged.map(line)
        }
        lines += [.blank, .note("ships as", "a part of the documents of the package")]
        let id = model.sides[.new]?.summary?.imageID.description
        return DetailText(title: "Configuration", lines: lines, copied: id, keys: keys)
    }

    /// Values may be megabytes; nobody reads more than their beginning here.
    private static let valueLimit = 2000

    private func line(_ row: ConfigDiff.Row) -> DetailLine {
        func shown(_ text: String) -> String {
            text.unicodeScalars.count <= Self.valueLimit
                ? text
                : String(text.unicodeScalars.prefix(Self.valueLimit)) + model.glyphs.ellipsis
                    + " (\(Format.grouped(text.unicodeScalars.count)) characters)"
        }
        return .fact(row.key, old: row.oldText.map(shown), new: row.newText.map(shown))
    }
}
