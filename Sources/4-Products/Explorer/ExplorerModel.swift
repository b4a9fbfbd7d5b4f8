import Bytes
public import Canvas
import FileTree
import OCI

/// The whole state of the screen; `update` changes it, `view` draws it, and neither touches anything outside.
public struct ExplorerModel: Sendable {
    var options: Options
    var size: Size
    var sides: [Side: SideState] = [.old: SideState(), .new: SideState()]
    /// The layers side by side; by their places until `isAligned`.
    var pairs: [LayerPair] = []
    var isAligned = false
    var layerCursor = ListCursor()
    var focus = Pane.files
    var scope = Scope.squashed
    var generation = 0
    /// What was compared so far; going back to a tree finds it as it was left.
    var tables: [Scope: FileTable] = [:]
    var costs: [EntryID: Cost] = [:]
    var layerCosts: [Int: Cost] = [:]
    var totals = Totals()
    var estimates = EstimateState.waiting
    var filter = Filter()
    var order = SortOrder.name
    var overlays: [Overlay] = []
    var searchPrompt: SearchPrompt?
    var status: Status?
    var export: ExportState
    var ticks = 0

    /// An explorer that knows nothing yet.
    public init(_ options: Options, size: Size) {
        self.options = options
        self.size = size
        export = ExportState(options)
    }

    /// What is known of one image.
    struct SideState: Hashable, Sendable {
        var progress: LoadProgress?
        var summary: ImageSummary?
    }

    /// What was typed after `/`, and where to go back to.
    struct SearchPrompt: Hashable, Sendable {
        var field = TextField()
        let origin: Int?
        let expansion: [Bool]
    }

    /// A line about what happened.
    struct Status: Hashable, Sendable {
        let text: String
        let isWarning: Bool
    }

    /// What lies over the panes; the last one has the keys.
    enum Overlay: Hashable, Sendable {
        case details(offset: Int)
        case help(offset: Int)
        case filters(position: Int)
        case export, overwrite(ExportRequest), exporting, result(ExportResult), quitting
        case failure(String)
    }

    /// Where keys go.
    var context: Context {
        switch overlays.last {
        case .details: .details
        case .help: .help
        case .filters: .filters
        case .export: .export
        case .overwrite: .overwrite
        case .exporting: .exporting
        case .result: .result
        case .quitting: .quitting
        case .failure: .failure
        case nil where searchPrompt != nil: .search
        case nil: focus == .layers ? .layers : .files
        }
    }

    /// The compared tree on screen; nil while it is being compared.
    var files: FileTable? { tables[scope] }

    var layout: Layout { Layout(size, layerCount: pairs.count, focus: focus) }

    /// Whether something moves although nothing happens: the session sends ticks while this is true.
    public var isAnimated: Bool {
        guard !overlays.contains(where: { if case .failure = $0 { true } else { false } }) else {
            return false
        }
        return !isAligned || files == nil || estimates.isRunning || overlays.contains(.exporting)
    }

    /// Takes a message in; returns what is to be done outside.
    public mutating func update(_ message: Message) -> [Effect] {
        switch message {
        case .input(let input): return take(input)
        case .tick: ticks += 1
        case .loading(let side, let progress): sides[side]?.progress = progress
        case .summary(let side, let summary):
            sides[side]?.summary = summary
            pairByPlace()
        case .layerIndexed(let side, let layer):
            guard sides[side]?.summary?.layers.indices.contains(layer.index) == true else { return [] }
            sides[side]?.summary?.layers[layer.index] = layer
        case .aligned(let pairs):
            self.pairs = pairs
            isAligned = true
            for side in Side.allCases { sides[side]?.progress = nil }
            layerCursor.settle(count: pairs.count, height: layout.layers.rows)
            return compare()
        case .compared(let scope, let generation, let tree): return take(tree, of: scope, generation)
        case .costs(let news): take(news)
        case .layerCosts(let news): layerCosts.merge(news) { $1 }
        case .totals(let totals): self.totals = totals
        case .estimates(let state): estimates = state
        case .warning(let text): status = Status(text: text, isWarning: true)
        case .failed(let text): overlays = [.failure(text)]
        case .exporting(let progress): export.progress = progress
        case .exportExists(let request): takeExportEnd(.overwrite(request))
        case .exported(let result): takeExportEnd(.result(result))
        case .exportFailed(let text):
            takeExportEnd(nil)
            status = Status(text: text, isWarning: true)
        case .exportCancelled:
            takeExportEnd(nil)
            status = Status(text: "export cancelled; nothing was written", isWarning: false)
        }
        return []
    }

    /// Shows layers side by side before it is known which belong together.
    private mutating func pairByPlace() {
        guard !isAligned else { return }
        let old = sides[.old]?.summary?.layers.count ?? 0
        let new = sides[.new]?.summary?.layers.count ?? 0
        pairs = (0..<max(old, new)).map {
            LayerPair(old: $0 < old ? $0 : nil, new: $0 < new ? $0 : nil, change: .same)
        }
        layerCursor.settle(count: pairs.count, height: layout.layers.rows)
    }

    private mutating func take(_ tree: DiffTree, of scope: Scope, _ generation: Int) -> [Effect] {
        guard generation == self.generation else { return [] }
        let isFirst = tables.isEmpty
        tables[scope] = FileTable(tree, costs: costs, filter: filter, order: order)
        settle()
        // "There are no files yet" is over.
        if status?.isWarning == false { status = nil }
        if scope == .squashed, tree.isUnchanged {
            status = Status(text: "both images hold the same files", isWarning: false)
        }
        return isFirst ? [.startEstimates] : []
    }

    private mutating func take(_ news: [EntryID: Cost]) {
        costs.merge(news) { $1 }
        let height = layout.files.rows
        for scope in tables.keys { tables[scope]?.update(news, height: height) }
    }

    /// Asks for the tree of the present scope, unless it is there.
    mutating func compare() -> [Effect] {
        guard isAligned, files == nil else { return [] }
        generation += 1
        return [.compare(scope, generation: generation)]
    }

    /// Changes the tree on screen, if there is one.
    mutating func withFiles(_ change: (inout FileTable, _ height: Int) -> Void) {
        let height = layout.files.rows
        guard tables[scope] != nil else { return }
        change(&tables[scope, default: Self.nothing], height)
    }

    private static let nothing = FileTable(
        DiffTree(old: [], new: []), costs: [:], filter: Filter(), order: .name)

    /// Makes lists fit the screen after its size or what is on it changed.
    mutating func settle() {
        let layout = layout
        layerCursor.settle(count: pairs.count, height: layout.layers.rows)
        withFiles { files, height in
            files.cursor.settle(count: files.rows.count, height: height)
        }
    }
}
