import Canvas
import FileTree
import OCI
import Summary

extension ExplorerModel {
    /// Shows what the update brings; it is read in the background.
    mutating func showSummary() -> [Effect] {
        screens.append(SummaryScreen(at: summaryCursor))
        return readPackages()
    }

    /// Asks for the summary with all that is known by now, unless nobody wants it yet.
    mutating func summarizeAgain() -> [Effect] { summary == nil && !isSummarizing ? [] : summarize() }

    /// Asks for a summary with costs once there are some, if the last one had none.
    mutating func summarizeWithCosts() -> [Effect] {
        guard let summary, summary.costs == nil, !isSummarizing, totals.delta != nil, totals.documents != nil
        else { return [] }
        return summarize()
    }

    private mutating func summarize() -> [Effect] {
        guard let configuration, tables[.squashed] != nil else { return [] }
        isSummarizing = true
        return [
            .summarize(
                SummaryRequest(
                    configuration: configuration, costs: costs.all, layerCosts: layerCosts, totals: totals))
        ]
    }

    /// Takes a summary over.
    mutating func take(_ summary: UpdateSummary) {
        let isFirst = self.summary == nil
        self.summary = summary
        summarySerial += 1
        isSummarizing = false
        guard isFirst, let packages else { return }
        let height = layout.files.rows
        for scope in tables.keys { tables[scope]?.update(packages, height: height) }
    }

    /// Which files belong to which package; nil until that was read.
    var packages: PackageNames? {
        summary.map { PackageNames(old: $0.oldPackages, new: $0.newPackages) }
    }

    /// Reads what packages there are, unless that is known.
    mutating func readPackages() -> [Effect] { summary == nil && !isSummarizing ? summarize() : [] }

    // MARK: - What its lines lead to

    /// Closes the summary and shows what one of its lines tells of.
    ///
    /// - Parameters:
    ///   - target: What it tells of.
    ///   - onlyContent: Whether of several paths those are shown that changed in content, or all that changed.
    /// - Returns: What becomes of the summary.
    mutating func go(to target: SummaryRow.Target, onlyContent: Bool) -> Outcome {
        switch target {
        case .configuration:
            focus = .layers
            layerCursor.move(to: 0, count: layerRows.count, height: layout.layers.rows)
            return .push(DetailsScreen())
        case .layer(let pair): return Outcome(step: .close, effects: showPair(pair))
        case .newLayer(let layer):
            return Outcome(step: .close, effects: showPair(pairs.firstIndex { $0.new == layer } ?? 0))
        case .path, .package, .unpackaged, .change, .kind: break
        }
        focus = .files
        let effects = showWholeImage()
        arrange { $0.narrowing = nil }
        switch target {
        case .path(let path):
            if let node = files?.tree.index(of: path) { go(to: node) }
        case .package(let name): narrow(to: Narrowing(package: name), onlyContent)
        case .unpackaged: narrow(to: .unpackaged, onlyContent)
        case .kind(let kind): narrow(to: Narrowing(kind: kind), onlyContent)
        case .change(let change): changeFilter { $0.show(only: change) }
        case .configuration, .layer, .newLayer: break
        }
        return Outcome(step: .close, effects: effects)
    }

    /// Shows the files of a pair of layers.
    private mutating func showPair(_ pair: Int) -> [Effect] {
        let row = layerRows.firstIndex(of: .pair(pair)) ?? 0
        layerCursor.move(to: row, count: layerRows.count, height: layout.layers.rows)
        return showLayer()
    }

    private mutating func narrow(to narrowing: Narrowing, _ onlyContent: Bool) {
        arrange(then: .costliest) { arrangement in
            arrangement.filter.reset()
            if !onlyContent { arrangement.filter.shown = Filter.changes }
            arrangement.narrowing = narrowing
        }
    }
}
