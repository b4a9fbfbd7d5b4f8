import Bytes
import Canvas
import ContentDiff
import FileFormats
import FileTree

/// Why a file costs what it costs: over its bytes.
extension LookScreen {
    /// Lower windows have no lines for it.
    private static let leastRows = 18
    /// The map, and a line about the block in sight.
    static let costRows = 2

    /// Whether costs stand over the content: over bytes as the layer holds them.
    func showsCosts(_ model: ExplorerModel) -> Bool {
        guard model.size.rows >= Self.leastRows, isWhole, members == nil else { return false }
        switch content(model) {
        case .bytes(let bytes, nil):
            // A text that is shown by its bytes may have been stored in another encoding.
            guard case .text = model.contents[key]?.content else { return true }
            return UInt64(bytes.new.count) == newByteCount(model)
        case .beginning(_, nil): return newByteCount(model) ?? 0 <= UInt64(FileContent.byteLimit)
        case .bytes, .beginning, .piece, .text, .archive, .failed, nil: return false
        }
    }

    /// Whether it is a file of the new image, not what is in it.
    private var isWhole: Bool { key.new != nil && key.inside.isEmpty }

    private func newByteCount(_ model: ExplorerModel) -> UInt64? {
        key.new.flatMap { model.files?.tree.newEntry(at: $0) }?.size
    }

    /// Lines of content on screen.
    func contentRows(_ model: ExplorerModel) -> Int {
        max(1, LookView.rows(model.size) - (showsCosts(model) ? Self.costRows : 0))
    }

    /// What is known of why it costs what it costs.
    func explanation(_ model: ExplorerModel) -> FileExplanation? { model.contents[key]?.explanation }

    /// Puts the costs in order when they came, and again when it is known which sections the file has.
    mutating func refreshCosts(_ model: ExplorerModel) {
        guard isWhole, let loaded = model.contents[key], let costs = loaded.explanation?.costs else {
            return costs = nil
        }
        let program = loaded.program?.new
        if self.costs == nil || self.costs?.hasSections == false && program != nil {
            self.costs = CostMap(
                costs, sections: program?.placeSections ?? [], byteCount: Int(newByteCount(model) ?? 0))
        }
        self.costs?.fit(columns: CostView.mapColumns(model.size.columns))
    }

    /// What a part of the file's own cost is of what it costs in the package, which adds up.
    func scaled(_ part: Double, _ model: ExplorerModel) -> Cost {
        guard let costs, costs.cost > 0, let files = model.files, place == nil,
            case .known(let cost) = files.costs.state(of: node, isFinal: model.isCostFinal), cost.isExact,
            cost.bytes > 0
        else { return Cost(bytes: UInt64(max(0, part).rounded()), isExact: false) }
        let share = part / costs.cost * Double(cost.bytes)
        return Cost(bytes: UInt64(max(0, share).rounded()), isExact: true)
    }

    /// The block that the line about costs tells of: the one gone to by cost, or else the one at the present change.
    func currentBlock(_ model: ExplorerModel) -> Int? {
        guard let costs else { return nil }
        if let costRank, costs.ranked.indices.contains(costRank) { return costs.ranked[costRank] }
        guard let offset = newOffset(ofLine: currentLine) else { return costs.ranked.first }
        return costs.block(at: offset)
    }

    /// Why there are no costs by place.
    func reason(_ model: ExplorerModel) -> String {
        guard isWhole else { return "only files of the new image as they are stored have costs by place" }
        guard newByteCount(model) ?? 0 <= UInt64(FileContent.byteLimit) else {
            return "it is too large to tell what its places cost"
        }
        guard let explanation = explanation(model) else {
            return "what its places cost is still being found out"
        }
        return explanation.remark
    }

    /// Goes to the block that costs next less, or next more; first to the costliest.
    mutating func goByCost(isCheaper: Bool, _ model: inout ExplorerModel) {
        guard showsCosts(model), let costs, !costs.blocks.isEmpty else {
            guard costs != nil else { return model.say(reason(model)) }
            return model.say(
                model.size.rows < Self.leastRows
                    ? "costs by place take \(Self.leastRows) lines: $ lists them"
                    : "x shows the bytes, then } goes by cost; $ lists what costs")
        }
        let next = costRank.map { $0 + (isCheaper ? 1 : -1) } ?? 0
        guard costs.ranked.indices.contains(next) else {
            return model.say(isCheaper ? "no other block costs anything" : "no block costs more")
        }
        costRank = next
        show(costs.blocks[costs.ranked[next]], model)
    }

    /// Shows a block's bytes.
    mutating func show(_ block: PlaceCosts.Block, _ model: ExplorerModel) {
        if let line = line(atNewOffset: block.range.lowerBound) {
            goTo(line: line, height: contentRows(model))
        }
    }

    /// Shows a block that was chosen from the list, in a text by its bytes.
    mutating func show(blockAt index: Int, _ model: ExplorerModel) {
        guard let costs, costs.blocks.indices.contains(index) else { return }
        if case .text = content(model) { wantsBytes = true }
        refresh(model)
        costRank = costs.ranked.firstIndex(of: index)
        show(costs.blocks[index], model)
    }

    // MARK: - Places

    /// Where in the new content a line begins; nil for what is no line of bytes.
    func newOffset(ofLine index: Int) -> Int? {
        guard lines.indices.contains(index) else { return nil }
        if case .bytes(_, let new, _) = lines[index] { return new.lowerBound }
        // What is left out begins behind the line before it.
        guard index > 0, case .bytes(_, let new, _) = lines[index - 1] else { return nil }
        return new.upperBound
    }

    /// The line that shows the byte at an offset of the new content, or stands for it.
    func line(atNewOffset offset: Int) -> Int? {
        let last = lines.lastIndex { line in
            if case .bytes(_, let new, _) = line { new.lowerBound <= offset } else { false }
        }
        guard let last, case .bytes(_, let new, _) = lines[last], new.upperBound <= offset,
            lines.indices.contains(last + 1), case .fold = lines[last + 1]
        else { return last ?? lines.indices.first }
        return last + 1
    }
}

extension ElfFile {
    /// Its sections in the order of the file, without what lies in another one.
    fileprivate var placeSections: [PlaceCosts.Section] {
        var end = 0
        return sections.filter { $0.isInFile && $0.byteCount > 0 && !$0.name.isEmpty }
            .sorted { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }
            .compactMap { section in
                guard let start = Int(exactly: section.offset), let count = Int(exactly: section.byteCount),
                    start >= end, count <= Int.max - start
                else { return nil }
                end = start + count
                return PlaceCosts.Section(name: section.name, range: start..<end)
            }
    }
}
