import Canvas
import FileTree
import OCI
import Shipping

extension ExportLevel {
    /// The route of its package.
    fileprivate var route: RouteKind {
        switch self {
        case .fast: .fast
        case .standard: .default
        case .best: .best
        }
    }
}

/// A row of the pane of layers.
enum LayerRow: Hashable, Sendable {
    /// The configurations of both images.
    case config
    /// A row of the alignment.
    case pair(Int)
    /// What a package holds besides the layers.
    case documents
}

extension ExplorerModel {
    /// The rows of the pane of layers, from top to bottom.
    var layerRows: [LayerRow] {
        guard sides.values.contains(where: { $0.summary != nil }) else { return [] }
        return [.config] + pairs.indices.map(LayerRow.pair) + (isAligned ? [.documents] : [])
    }

    /// The row that the cursor of the layers is on.
    var layerRow: LayerRow? {
        let rows = layerRows
        return rows.indices.contains(layerCursor.position) ? rows[layerCursor.position] : nil
    }

    func layer(_ side: Side, _ index: Int) -> LayerSummary? {
        guard let layers = sides[side]?.summary?.layers, layers.indices.contains(index) else { return nil }
        return layers[index]
    }

    var glyphs: Glyphs { options.glyphs }

    /// The present picture of the one thing that moves.
    var spinner: String { glyphs.spinner[ticks % glyphs.spinner.count] }

    /// What a side's image is called.
    func name(of side: Side) -> String {
        if let summary = sides[side]?.summary { return Format.imageName(summary.displayName, glyphs) }
        return Format.text(side == .old ? options.oldSource : options.newSource, glyphs)
    }

    /// Whether both are the same image in the same packing: then there is nothing to ship.
    var isSameImage: Bool {
        guard isAligned, let old = sides[.old]?.summary, let new = sides[.new]?.summary else { return false }
        return old.imageID == new.imageID && old.manifestDigest == new.manifestDigest
            && pairs.allSatisfy { $0.change == .same }
    }

    /// What holds for the whole images, if it is not the usual: that files differ.
    var verdict: String? {
        if isSameImage { return "these are the same image: nothing has to be shipped" }
        guard let tree = tables[.squashed]?.tree, tree.isUnchanged else { return nil }
        if let unread = unreadLayers { return unread.verdict }
        if !ignoredWords.isEmpty, configuration?.isSame != false {
            return "nothing differs but what is ignored: \(ignoredWords.joined(separator: ", "))"
        }
        guard let configuration else { return "both images hold the same files" }
        if configuration.isSame { return "both images hold the same files and the same configuration" }
        return configuration.isSameInMeaning
            ? "the files are the same; of the configuration, only when and how it was made differs"
            : "the files are the same; the configuration is not"
    }

    /// The layers that differ and cannot be compared; nil if there are none.
    var unreadLayers: UnreadLayers? {
        guard isAligned, let old = sides[.old]?.summary, let new = sides[.new]?.summary else { return nil }
        let layers = UnreadLayers(old: old.layers, new: new.layers)
        return layers.isEmpty ? nil : layers
    }

    /// Whether no figure becomes known or better any more.
    var isCostFinal: Bool { estimates == .done }

    /// Why a cost is not known, in words; nil if that is a matter of time nobody has to be told of.
    var unknownCost: String? {
        switch estimates {
        case .waiting, .pairing, .guessing, .probing, .pulling, .exact: "not known yet"
        case .paused: "not known before the export is done"
        case .done: nil
        case .failed(let text): "not known: \(text)"
        }
    }

    /// The package's size at a level, as far as it is known: by estimates, or because a package was made. Of other levels
    /// than the one that costs are shown for there are guesses only, unless a package was made.
    func knownSize(at level: ExportLevel) -> Figure? {
        if let bytes = export.sizes[level] { return Figure(exact: bytes) }
        if let made = routes.measured[level.route], made.makingSeconds != nil { return made.figure }
        return level == .standard ? totals.delta : totals.otherLevels[level]
    }

    /// The row under the cursor in one line: what it is called, and what there is to know of it.
    var cursorLine: (name: String, facts: [Span])? {
        switch focus {
        case .layers:
            guard case .pair(let index) = layerRow, pairs.indices.contains(index) else { return nil }
            let pair = pairs[index]
            guard let layer = pair.new.flatMap({ layer(.new, $0) }) ?? pair.old.flatMap({ layer(.old, $0) })
            else { return nil }
            let count = layer.entryCount.map { "  " + Format.count($0, "entry") } ?? ""
            return (Format.command(layer.createdBy, glyphs), [Span(count, .dim)])
        case .files:
            guard let files, let row = files.current else { return nil }
            if let group = files.currentGroup {
                return GroupView(group: group, glyphs: glyphs).line(isFinal: isCostFinal)
            }
            return FileDetails(model: self, files: files, index: row.node).line
        }
    }

    /// What is ignored when trees are compared, in one or two words each; empty if nothing is.
    var ignoredWords: [String] {
        let count = ignored.paths.count
        let paths = count == 0 ? [] : [count == 1 ? "some paths" : "\(count) kinds of paths"]
        let settings = options.ignoredConfiguration.isEmpty ? [] : ["parts of the configuration"]
        return ignored.fields.names + paths + settings
    }

    /// What can be told about what the cursor is on.
    var details: DetailText? {
        switch focus {
        case .layers: return layerRow.flatMap { LayerDetails(model: self).text($0) }
        case .files:
            guard let files, let row = files.current else { return nil }
            if let group = files.currentGroup {
                return GroupView(group: group, glyphs: glyphs).details(isFinal: isCostFinal)
            }
            return FileDetails(model: self, files: files, index: row.node).text()
        }
    }
}
