import FileTree
import OCI

extension ExplorerModel {
    /// The images by their ids; nil until both are known.
    private var pair: ImagePair? {
        guard let old = sides[.old]?.summary, let new = sides[.new]?.summary else { return nil }
        return ImagePair(old: old.imageID, new: new.imageID)
    }

    /// Asks how the pair was left the last time.
    func recallView() -> [Effect] {
        guard options.remembersViews, let pair else { return [] }
        return [.recallView(pair)]
    }

    /// How the whole images' files are shown; nil if nobody has pressed a key, or there are none to show.
    public var viewState: ViewState? {
        guard options.remembersViews, !isUntouched, let pair, let files = tables[.squashed] else {
            return nil
        }
        var view = ViewState(pair)
        view.filter = arrangement.filter
        view.order = arrangement.order
        view.isReversed = arrangement.isReversed
        view.shape = arrangement.shape
        view.isOneSided = isOneSided
        view.narrowing = arrangement.narrowing?.text ?? ""
        view.opened = files.facts.indices.filter { files.isExpanded[$0] }.prefix(ViewState.openedLimit)
            .map(files.tree.path)
        view.cursor = files.current.map { files.tree.path(of: $0.node) }
        return view
    }

    /// Takes over how the pair was left the last time.
    mutating func take(_ view: ViewState) -> [Effect] {
        guard view.pair == pair else { return [] }
        recalledView = view
        return restoreView()
    }

    /// Shows the files as they were left, unless somebody has pressed a key already.
    mutating func restoreView() -> [Effect] {
        guard let view = recalledView, scope == .squashed, let files else { return [] }
        recalledView = nil
        // That nothing differs is told instead.
        guard isUntouched, screens.isEmpty, verdict == nil else { return [] }
        // What was looked at counts now, not what costs most.
        isUntouched = false
        isOneSided = view.isOneSided
        var expansion = Array(repeating: false, count: files.facts.count)
        for path in view.opened {
            if let node = files.tree.index(of: path), files.facts.hasChildren(node) { expansion[node] = true }
        }
        arrange(then: .restore(expansion, revealing: view.cursor.flatMap(files.tree.index))) { arrangement in
            arrangement.filter = view.filter
            arrangement.order = view.order
            arrangement.isReversed = view.isReversed
            arrangement.shape = view.shape
            // What was typed by another version may mean nothing now.
            arrangement.narrowing = (try? Narrowing(view.narrowing)) ?? nil
        }
        say("shown as it was left the last time")
        return arrangement.needsPackages ? readPackages() : []
    }
}
