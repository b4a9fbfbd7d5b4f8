import Bytes
import FileTree
import OCI
import Shipping

/// What is picked, for the screen.
struct PickState: Sendable {
    /// The tree of the merged layers, in which nothing is ignored; nil until it is known.
    var tree: DiffTree?
    /// Units of the configuration that can be picked; `*` where it differs in nothing that can be taken by itself.
    var keys: [String] = []
    /// Nil until somebody picks, in a large tree until it is known what can be picked.
    var picks: Picks?
    /// The number of the work that finds that out; nil if none was begun.
    var preparation: Int?
    /// What comes of the picks as they are; nil until it is known.
    var plan: PickPlan?
    /// What their rows cost together.
    var sum = CostSum()
    /// Whether figures came in since it was taken.
    var isSumStale = false
    /// Sizes of packages that were made of these picks, by level.
    var sizes: [ExportLevel: UInt64] = [:]
    /// The file that a list was written to or read from last.
    var path: String?
}

/// What rows cost together, as long as all of them have a figure. Where figures came in since, what is taken away may be
/// more than what was added: the sum is taken anew before long.
struct CostSum: Sendable {
    private var sum: UInt64 = 0
    private var unknownCount = 0

    /// The sum; nil while some of it is not known.
    var byteCount: UInt64? { unknownCount > 0 ? nil : sum }

    mutating func count(_ bytes: UInt64, isLeftOut: Bool) {
        if isLeftOut { sum -= min(sum, bytes) } else { sum.addClamped(bytes) }
    }

    mutating func countUnknown(isLeftOut: Bool) {
        unknownCount = max(0, unknownCount + (isLeftOut ? -1 : 1))
    }

    /// Counts what a node's figure is, if it has one or will get one.
    mutating func count(_ cost: Figure?, of node: Int, in tree: DiffTree, isLeftOut: Bool, isFinal: Bool) {
        if let cost {
            count(cost.byteCount, isLeftOut: isLeftOut)
        } else if !isFinal, CostTable.isExpected(tree, node) {
            countUnknown(isLeftOut: isLeftOut)
        }
    }
}

extension ExplorerModel {
    /// What is picked; nil if nothing is.
    var picks: Picks? { pickState.picks.flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: - Picking

    /// Picks what the cursor is on, or the range that was begun; leaves it out again if all of it is picked.
    mutating func pickHere(goesOn: Bool = true) -> [Effect] {
        guard preparePicks() else { return [] }
        switch focus {
        case .layers:
            let effects = pickLayerRow()
            // Where one layer's files are shown, the next one's are wanted then.
            return goesOn ? effects + moveCursor(.down) : effects
        case .files:
            // A table that is held while its marks change is copied: no variable holds it here and below.
            guard let changes = files?.changesHere(of: pickState.picks?.ground) else { return [] }
            guard !changes.isEmpty else {
                say("there is nothing to pick: it did not change")
                return []
            }
            let effects = pick(changes)
            withFiles { files, height in
                let isRange = files.rangeStart != nil
                files.rangeStart = nil
                if goesOn, !isRange { files.goOn(height: height) }
            }
            return effects
        }
    }

    private mutating func pickLayerRow() -> [Effect] {
        switch layerRow {
        case .config: return pick(keys: pickState.picks?.ground.keys ?? [])
        case .pair(let row):
            guard let ground = pickState.picks?.ground, pairs.indices.contains(row) else { return [] }
            guard pairs[row].change != .same, pairs[row].new != nil || ground.countsOfRows[row] > 0 else {
                say("there is nothing to pick: the layer did not change")
                return []
            }
            return changePicks { [layer = pairs[row].new] in $0.toggle(row: row, layer: layer) }
        case .documents:
            say("the documents are made for what is picked")
            return []
        case nil: return []
        }
    }

    /// Picks units of the configuration, or leaves them out.
    mutating func pick(keys: [String]) -> [Effect] {
        guard preparePicks() else { return [] }
        guard !keys.isEmpty else {
            say("there is nothing to pick: the configuration does not differ in what it means")
            return []
        }
        return changePicks { $0.toggle(keys: keys) }
    }

    /// Whether all of some nodes of the tree on screen are picked: then a key leaves them out.
    func arePicked(_ nodes: [Int]) -> Bool {
        guard let picks, let files, !nodes.isEmpty else { return false }
        return nodes.allSatisfy { files.pickPlace(of: $0).map(picks.made.isPicked) ?? true }
    }

    /// Picks nodes of the tree on screen, or leaves them out.
    mutating func pick(_ nodes: [Int]) -> [Effect] {
        guard preparePicks(), let places = files?.pickPlaces(of: nodes) else { return [] }
        guard !places.isEmpty else {
            say(
                isChangedInImage(nodes)
                    ? "a higher layer changes that again: pick it in the whole image (\(key(.squash, in: .files)))"
                    : "both images have the same there in the end: there is nothing to pick")
            return []
        }
        return changePicks { $0.toggle(places) }
    }

    /// So many nodes of a layer are looked for in the whole images, to tell why none of them can be picked.
    private static let lookLimit = 1000

    /// Whether anything is changed in the whole images at the places of nodes of the tree on screen.
    private func isChangedInImage(_ nodes: [Int]) -> Bool {
        guard let files, let ground = pickState.picks?.ground else { return false }
        return nodes.prefix(Self.lookLimit).contains { node in
            ground.tree.index(of: files.tree.path(of: node)).map(ground.needs.isChanged) ?? false
        }
    }

    /// Why what the cursor is on cannot be picked; nil if it can, or if it is not known yet.
    var reasonNotToPick: String? {
        switch focus {
        case .layers:
            switch layerRow {
            case .documents: "the documents are made for what is picked"
            case .pair(let row) where pairs.indices.contains(row) && pairs[row].change == .same:
                "there is nothing to pick: the layer did not change"
            case .config where pickState.keys.isEmpty:
                "there is nothing to pick: the configuration does not differ in what it means"
            case .config, .pair, nil: nil
            }
        case .files:
            files.flatMap { files in
                files.current.flatMap {
                    files.listedChangeCounts[$0.first] == 0
                        ? "there is nothing to pick: it did not change" : nil
                }
            }
        }
    }

    /// Picks all of the directory that the cursor is on or in, also what is not listed.
    mutating func pickDirectory() -> [Effect] {
        guard preparePicks(), let changes = changesInDirectory else { return [] }
        guard !changes.isEmpty else {
            say("there is nothing to pick: nothing in it changed")
            return []
        }
        return changePicks { $0.toggle(changes) }
    }

    /// All that changed in the directory that the cursor is on or in, as nodes of the picks' tree.
    private var changesInDirectory: [Int]? {
        guard let files, let row = files.current, let ground = pickState.picks?.ground else { return nil }
        let tree = files.tree
        if row.group != nil { return files.pickPlaces(of: files.listedChanges(of: row)) }
        let directory = tree.nodes[row.node].children.isEmpty ? tree.nodes[row.node].parent : row.first
        guard let place = ground.tree.index(of: tree.path(of: directory)) else { return nil }
        var changes = ground.changes(under: place)
        if case .pair(let row) = scope { changes.removeAll { ground.row(of: $0) != row } }
        return changes
    }

    /// Picks all that is listed.
    mutating func pickListed() -> [Effect] {
        guard let changes = files?.allListedChanges else { return [] }
        guard !changes.isEmpty else {
            say(wayToChanges)
            return []
        }
        return pick(changes)
    }

    /// Begins a range of rows, or gives it up.
    mutating func beginRange() {
        withFiles { files, _ in
            files.rangeStart = files.rangeStart == nil ? files.current?.node : nil
        }
        guard files?.rangeStart != nil else { return }
        say(
            "a range begins here: go to its other end, then \(key(.pick)) picks all of it; \(key(.back)) gives it up"
        )
    }

    /// Leaves everything out.
    mutating func pickNothing() -> [Effect] {
        let effects = changePicks { $0.replace(by: [], layers: [], keys: []) }
        say("nothing is picked any more: \(key(.undoPick)) takes that back")
        return effects
    }

    mutating func undoPick(_ command: Command) -> [Effect] {
        let effects = changePicks { command == .undoPick ? $0.undo() : $0.redo() }
        if picks == nil { say("nothing is picked") }
        return effects
    }

    // MARK: - Keeping up

    /// Makes ready for the first pick; false if nothing can be picked yet.
    mutating func preparePicks() -> Bool {
        if pickState.picks == nil {
            guard let tree = pickState.tree, pickState.preparation == nil else {
                say("the images are still being compared")
                return false
            }
            pickState.picks = Picks(PickGround(tree, pairs: pairs, keys: pickState.keys))
        }
        markFiles()
        return true
    }

    /// Changes picks, and all that is shown of them.
    mutating func changePicks(_ change: (inout Picks) -> Void) -> [Effect] {
        guard var picks = pickState.picks else { return [] }
        let revision = picks.revision
        let requiredCount = picks.requiredCount
        // What the closure changes must be held once, or it is copied.
        pickState.picks = nil
        change(&picks)
        pickState.picks = picks
        guard picks.revision != revision else { return [] }
        pickState.plan = nil
        pickState.sizes = [:]
        sumUpNews()
        markFiles()
        settle()
        if picks.requiredCount > requiredCount {
            tellRequired(picks, more: picks.requiredCount - requiredCount - 1)
        }
        pickState.picks?.forgetNews()
        return [.planPicks(picks.isEmpty ? nil : picks.selection, revision: picks.revision)]
    }

    /// Says what comes along with a pick.
    private mutating func tellRequired(_ picks: Picks, more: Int) {
        let first = (picks.news ?? []).lazy.filter {
            $0.before == .left && picks.made.state(of: $0.node) == .required
        }
        .map(\.node).min()
        guard let first, let reason = reason(of: first, in: picks) else { return }
        let path = "/" + Format.name(picks.ground.tree.path(of: first).bytes, glyphs)
        say(
            "\(path) comes along: it \(reason)"
                + (more > 0 ? ", and \(Format.count(more, "more change"))" : ""))
    }

    /// Why a node is made that nobody picked: what it is to what needs it.
    func reason(of place: Int, in picks: Picks) -> String? {
        guard let reason = picks.made.required[place] else { return nil }
        let path = "/" + Format.name(picks.ground.tree.path(of: reason.needing).bytes, glyphs)
        return switch reason {
        case .directory: "holds \(path)"
        case .hardLink: "is the same file as \(path)"
        case .move: picks.ground.tree.nodes[place].isInNew ? "is what \(path) became" : "is now \(path)"
        case .inside: "goes with \(path)"
        }
    }

    /// Shows in the tree on screen what is picked.
    mutating func markFiles() {
        guard let known = pickState.picks, let isLinked = files.map({ $0.pickPlaces != nil }) else { return }
        if !isLinked {
            var row: Int?
            if case .pair(let index) = scope { row = index }
            let isSame = scope == .squashed && ignored.isEmpty && !staleScopes.contains(scope)
            withFiles { files, _ in files.link(to: known.ground, row: row, isSame: isSame) }
        }
        guard files?.markedRevision != known.revision else { return }
        withFiles { files, _ in files.mark(known.isEmpty ? nil : known, revision: known.revision) }
    }

    /// Adds up what the rows of picks cost.
    mutating func sumUpPicks() {
        pickState.isSumStale = false
        pickState.sum = CostSum()
        guard let picks else { return }
        var sum = CostSum()
        let tree = picks.ground.tree
        let isFinal = isCostFinal
        picks.made.forEach { node, _ in
            let cost = tree.newID(of: node).flatMap { costs[$0] }
            sum.count(cost, of: node, in: tree, isLeftOut: false, isFinal: isFinal)
        }
        pickState.sum = sum
    }

    /// Adds what was picked since to what the rows of picks cost, and takes away what was left out.
    private mutating func sumUpNews() {
        guard let picks else { return pickState.sum = CostSum() }
        // No tick takes it anew then.
        if pickState.isSumStale, !estimates.isRunning { return sumUpPicks() }
        let tree = picks.ground.tree
        // Of hundreds of thousands of nodes the table tells by their places what ids have to be looked up for.
        let table = files.flatMap { if case .same? = $0.pickPlaces { $0.costs } else { nil } }
        // What is added up stays in hand: the explorer itself is not written to for each of them.
        var sum = pickState.sum
        let isFinal = isCostFinal
        for change in picks.news ?? [] where (change.before == .left) != (change.after == .left) {
            let node = change.node
            let cost = table.map { $0.own(node) } ?? tree.newID(of: node).flatMap { costs[$0] }
            sum.count(cost, of: node, in: tree, isLeftOut: change.after == .left, isFinal: isFinal)
        }
        pickState.sum = sum
    }

    mutating func sumUpPicksIfStale() { if pickState.isSumStale { sumUpPicks() } }

    mutating func take(_ plan: PickPlan, of revision: Int) {
        guard pickState.picks?.revision == revision else { return }
        pickState.plan = plan
    }

    /// What a package of the picks takes at a level, as far as it is known; the sum of rows is marked as such.
    func pickSize(at level: ExportLevel) -> Figure? {
        if let bytes = pickState.sizes[level] { return Figure(exact: bytes) }
        guard level == .standard else { return nil }
        if let bytes = pickState.plan?.byteCount { return Figure(exact: bytes) }
        // A package has documents, whatever is picked.
        guard let sum = pickState.sum.byteCount, let documents = totals.documents else { return nil }
        return Figure(guess: sum) + documents
    }

    // MARK: - What is missing

    /// What the image that the picks make lacks.
    var pickWarnings: [PickWarning] { picks == nil ? [] : pickState.plan?.warnings ?? [] }

    /// The warnings about the row under the cursor.
    var warningsHere: [PickWarning] {
        guard focus == .files, let files, let row = files.current, let place = files.pickPlace(of: row.node)
        else { return [] }
        return pickWarnings.filter { $0.node == place }
    }

    /// Picks what warnings say is missing: those of the row if there are any, else all.
    mutating func pickRemedy(ofRow isOfRow: Bool) -> [Effect] {
        let here = isOfRow ? warningsHere : []
        let remedy = (here.isEmpty ? pickWarnings : here).flatMap(\.remedy)
        let before = picks?.count ?? 0
        let effects = changePicks { $0.pick(remedy) }
        if let picks, picks.count > before {
            say(
                "picked \(Format.count(picks.count - before, "more change")); \(key(.undoPick, in: .files)) takes that back"
            )
        }
        return effects
    }

    // MARK: - Going there

    /// Shows a change that is picked, whatever hid it.
    mutating func show(pick place: Int) -> [Effect] {
        let effects = files?.node(ofPick: place) == nil ? showWholeImage() : []
        guard let node = files?.node(ofPick: place) else { return effects }
        go(to: node)
        return effects
    }

    // MARK: - Lists in files

    /// The picks as a list.
    var pickList: PickList? {
        picks.map {
            $0.selection.list(
                in: $0.ground.tree, oldImageID: sides[.old]?.summary?.imageID,
                newImageID: sides[.new]?.summary?.imageID)
        }
    }

    /// What writes the picks to a file; says why it cannot.
    mutating func pickFile(_ path: String) -> PickFileRequest? {
        guard let picks, let list = pickList else { return nil }
        guard list.isComplete else {
            say("these picks cannot be written: a path is too deep", isWarning: true)
            return nil
        }
        return PickFileRequest(path: path, bytes: list.bytes, revision: picks.revision)
    }

    mutating func take(_ list: PickList, from path: String) -> [Effect] {
        for (side, wanted) in [(Side.old, list.oldImageID), (.new, list.newImageID)] {
            guard let wanted, let actual = sides[side]?.summary?.imageID, wanted != actual else { continue }
            say(
                "'\(path)' is for another \(side == .old ? "old" : "new") image, \(wanted.short); this is \(actual.short)",
                isWarning: true)
            return []
        }
        guard preparePicks(), let ground = pickState.picks?.ground else { return [] }
        pickState.path = path
        let matches = list.matches(in: ground.tree) { ground.layer(of: $0).map { $0 + 1 } }
        let layers =
            list.rules.isEmpty ? Set(list.layers.map { $0 - 1 }.filter { ground.rowOfLayer[$0] != nil }) : []
        // A part of the configuration stands for all in it.
        let keys = ground.keys.filter { key in
            list.takenKeys.contains { $0 == "*" || $0 == key || key.hasPrefix($0 + " ") }
        }
        let effects = changePicks { $0.replace(by: matches.nodes, layers: layers, keys: Set(keys)) }
        if let picks { pickState.picks?.keep(picks.revision) }
        let vain = list.lines(inVain: matches.unmatched, of: ground)
        let told =
            picks.map { "picked \($0.words) by '\(path)'" } ?? "'\(path)' picks nothing of these images"
        let overruled = picks.map { list.overruled(by: $0.made, in: ground.tree) } ?? []
        say(
            told + Self.words(ofVain: vain) + words(of: overruled),
            isWarning: picks == nil || !vain.isEmpty || !overruled.isEmpty)
        return effects
    }

    /// `; /usr/bin/perl is taken all the same: it is the same file as /usr/bin/perl5`.
    private func words(of overruled: [PickList.Overruled]) -> String {
        guard let first = overruled.first, let picks, let reason = reason(of: first.node, in: picks) else {
            return ""
        }
        let path = "/" + Format.name(picks.ground.tree.path(of: first.node).bytes, glyphs)
        let count = overruled.reduce(0) { $0 + 1 + $1.moreCount }
        let rest = count > 1 ? " (and \(Format.grouped(count - 1)) more)" : ""
        return "; \(path) is taken all the same: it \(reason)\(rest)"
    }

    /// `; 5 lines match nothing: 'config Nix', '+ /nix/da' and 3 more`.
    private static func words(ofVain lines: [String]) -> String {
        guard !lines.isEmpty else { return "" }
        let quoted = lines.prefix(3).map { "'\($0)'" }
        let rest = lines.count - quoted.count
        let verb = lines.count == 1 ? "matches" : "match"
        return "; \(Format.count(lines.count, "line")) \(verb) nothing: \(quoted.joined(separator: ", "))"
            + (rest > 0 ? " and \(Format.grouped(rest)) more" : "")
    }
}

extension PickList {
    /// The lines that pick nothing of some images, as they stand in a file: mistyped ones, most likely.
    ///
    /// - Parameters:
    ///   - unmatched: The rules that no change matches.
    ///   - ground: What can be picked.
    /// - Returns: The lines: keys, layers, then rules.
    fileprivate func lines(inVain unmatched: [Rule], of ground: PickGround) -> [String] {
        func text(_ list: PickList) -> String {
            let lines = list.bytes.split(separator: UInt8(ascii: "\n")).dropFirst()
            return EscapedText.line(String(decoding: lines.first ?? [], as: UTF8.self), limit: 100)
        }
        let keys = configKeys.filter { wanted in
            wanted != "*" && !ground.keys.contains { $0 == wanted || $0.hasPrefix(wanted + " ") }
        }
        let layers = layers.filter { ground.rowOfLayer[$0 - 1] == nil }.sorted()
        return keys.map { text(PickList(configKeys: [$0])) } + layers.map { text(PickList(layers: [$0])) }
            + unmatched.map { text(PickList(rules: [$0])) }
    }
}
