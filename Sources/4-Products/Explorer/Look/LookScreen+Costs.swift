import Bytes
import Canvas
import ContentDiff
import FileFormats
import FileTree
import Shipping

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
            // A text that is shown by its bytes may be compressed in the file.
            guard case .text = model.contents[key]?.content else { return true }
            return UInt64(bytes.new.count) == newByteCount(model)
        case .beginning(_, nil), .piece(_, _, nil):
            return newByteCount(model) ?? 0 <= UInt64(FileContent.explainedByteLimit)
        case .bytes, .beginning, .piece, .text, .archive, .failed, nil: return false
        }
    }

    /// Whether it is a file of the new image, not what is in it.
    private var isWhole: Bool { key.new != nil && key.inside.isEmpty }

    func newByteCount(_ model: ExplorerModel) -> UInt64? {
        key.new.flatMap { model.files?.tree.newEntry(at: $0) }?.size
    }

    /// Whether a text is shown whose lines have costs.
    func showsLines(_ model: ExplorerModel) -> Bool {
        guard costs?.lines != nil, case .text = content(model) else { return false }
        return true
    }

    /// Lines of content on screen.
    func contentRows(_ model: ExplorerModel) -> Int {
        let costRows = (showsCosts(model) ? Self.costRows : 0) + CostPane.rows(self, model)
        return max(1, LookView.rows(model.size) - costRows)
    }

    /// The number of a block where what is pressed has numbers: those of other things count from 0.
    static func item(ofBlock index: Int) -> Int { -1 - index }

    /// What is known of why it costs what it costs.
    func explanation(_ model: ExplorerModel) -> FileExplanation? {
        model.contents[key]?.explanation
            ?? model.explained.flatMap { $0.key == key.piece(0) ? $0.explanation : nil }
    }

    /// Puts the costs in order when they came, and again when it is known which sections the file has.
    mutating func refreshCosts(_ model: ExplorerModel) {
        guard isWhole, let loaded = model.contents[key], let costs = explanation(model)?.costs else {
            return costs = nil
        }
        let program = model.contents[key.piece(0)]?.program?.new
        if self.costs == nil || self.costs?.hasSections == false && program != nil {
            let byteCount = Int(clamping: newByteCount(model) ?? 0)
            self.costs = CostMap(
                costs, sections: program?.placeSections ?? [], lines: storedLines(loaded.content, byteCount),
                byteCount: byteCount)
        }
        self.costs?.fit(columns: CostView.mapColumns(model.size.columns))
    }

    /// A text's lines as they are stored; nil for what is no text.
    private func storedLines(_ content: FileContent, _ byteCount: Int) -> [Range<Int>]? {
        guard case .text(let text, _) = content, text.storedNew.bytes.count == byteCount,
            text.newLines.count <= Self.lineLimit
        else { return nil }
        return text.storedNew.lines
    }

    /// Texts of more lines have blocks like other files: to count each line's cost would take longer than a frame.
    private static let lineLimit = 50_000

    /// What a part of the file's own cost is of what it costs in the package, which adds up.
    func scaled(_ part: Double, _ model: ExplorerModel) -> Figure {
        guard let costs, costs.cost > 0, let files = model.files, place == nil,
            case .known(let cost) = files.costs.state(of: node, isFinal: model.isCostFinal),
            cost.byteCount > 0, let bounds = cost.bounds
        else { return Figure(guess: UInt64(max(0, part).rounded())) }
        func share(_ byteCount: UInt64) -> UInt64 {
            UInt64(max(0, part / costs.cost * Double(byteCount)).rounded())
        }
        guard !cost.isExact else { return Figure(exact: share(cost.byteCount)) }
        return Figure(
            share(cost.byteCount), bounds: share(bounds.lowerBound)...share(bounds.upperBound))
    }

    /// The block that the line about costs tells of: the one gone to by cost, or else the one at the present change.
    func currentBlock(_ model: ExplorerModel) -> Int? {
        guard let costs else { return nil }
        if let costRank, costs.ranked.indices.contains(costRank) { return costs.ranked[costRank] }
        guard let offset = currentOffset(model) else { return costs.ranked.first }
        return costs.block(at: offset)
    }

    /// Why there are no costs by place.
    func reason(_ model: ExplorerModel) -> String {
        guard isWhole else { return "only files of the new image as they are stored have costs by place" }
        guard newByteCount(model) ?? 0 <= UInt64(FileContent.explainedByteLimit) else {
            return "it is too large to tell what its places cost"
        }
        guard let explanation = explanation(model) else {
            return "what its places cost is still being found out"
        }
        return explanation.remark
    }

    /// Why there are no places on screen to go to by what they cost; nil if there are.
    func obstacleByCost(_ model: ExplorerModel) -> String? {
        guard let costs else { return reason(model) }
        guard costs.blocks.isEmpty || !showsCosts(model) && !showsLines(model) else { return nil }
        return model.size.rows < Self.leastRows
            ? "costs by place take \(Self.leastRows) lines: \(model.key(.costs, in: context)) lists them"
            : "\(model.key(.bytes, in: context)) shows the bytes, then \(model.key(.cheaperChange, in: context)) goes by cost; \(model.key(.costs, in: context)) lists what costs"
    }

    /// Goes to the block that costs next less, or next more; first to the costliest.
    ///
    /// - Returns: What becomes of this screen.
    mutating func goByCost(isCheaper: Bool, _ model: inout ExplorerModel) -> Outcome {
        guard let costs else { return .stay }
        let next = costRank.map { $0 + (isCheaper ? 1 : -1) } ?? 0
        guard costs.ranked.indices.contains(next) else {
            model.say(isCheaper ? "no other block costs anything" : "no block costs more")
            return .stay
        }
        costRank = next
        let block = costs.blocks[costs.ranked[next]]
        let outcome = show(block, &model)
        guard showsLines(model) else { return outcome }
        let words = BlockText(block, line: costs.line(at: block.range.lowerBound), glyphs: model.glyphs)
        let parts = [block.cost, costs.cost].map { Format.cost(scaled($0, model), model.glyphs) }
        model.say("\(next + 1). \(words.name): \(parts[0]) of \(parts[1]), \(words.kind)")
        return outcome
    }

    /// Shows a block's bytes, of a large file in the piece that holds them.
    ///
    /// - Returns: What becomes of this screen.
    mutating func show(_ block: PlaceCosts.Block, _ model: inout ExplorerModel) -> Outcome {
        var offset = block.range.lowerBound
        if case .piece(_, let all, _) = content(model),
            let piece = all.pieces.firstIndex(where: { $0.new.contains(offset) })
        {
            offset -= all.pieces[piece].new.lowerBound
            if piece != key.piece { return open(piece, landing: .offset(offset), in: &model) }
        }
        if let line = line(atNewOffset: offset) { goTo(line: line, height: contentRows(model)) }
        return .stay
    }

    /// Shows a block that was chosen from the list, in a text by its bytes.
    ///
    /// - Returns: What becomes of this screen.
    mutating func show(blockAt index: Int, _ model: inout ExplorerModel) -> Outcome {
        guard let costs, costs.blocks.indices.contains(index) else { return .stay }
        if case .text = content(model), costs.lines == nil { wantsBytes = true }
        refresh(model)
        costRank = costs.ranked.firstIndex(of: index)
        return show(costs.blocks[index], &model)
    }

    // MARK: - Places

    /// Where in the new content the present change begins.
    private func currentOffset(_ model: ExplorerModel) -> Int? {
        switch content(model) {
        case .bytes(let bytes, _), .beginning(let bytes, _): offset(in: bytes)
        case .piece(let bytes, let all, _):
            offset(in: bytes).map { offset in
                offset + (all.pieces.indices.contains(key.piece) ? all.pieces[key.piece].new.lowerBound : 0)
            }
        case .text(let text, _):
            currentRun.flatMap { run -> Int? in
                let lines = text.runs.indices.contains(run) ? text.runs[run].new : 0..<0
                let places = text.storedNew.lines
                return places.indices.contains(lines.lowerBound) ? places[lines.lowerBound].lowerBound : nil
            }
        case .archive, .failed, nil: nil
        }
    }

    private func offset(in bytes: ByteDiff) -> Int? {
        currentRun.flatMap { bytes.runs.indices.contains($0) ? bytes.runs[$0].new.lowerBound : nil }
            ?? newOffset(ofLine: currentLine)
    }

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
        if case .text = lines.first(where: { if case .fold = $0 { false } else { true } }) {
            return costs?.line(at: offset).flatMap(line(ofNewLine:))
        }
        let last = lines.lastIndex { line in
            if case .bytes(_, let new, _) = line { new.lowerBound <= offset } else { false }
        }
        guard let last, case .bytes(_, let new, _) = lines[last], new.upperBound <= offset,
            lines.indices.contains(last + 1), case .fold = lines[last + 1]
        else { return last ?? lines.indices.first }
        return last + 1
    }
}

extension LookScreen {
    /// The line on screen that shows a line of the new text, or stands for it.
    private func line(ofNewLine number: Int) -> Int? {
        let last = lines.lastIndex { line in
            if case .text(_, let new?, 0, _) = line { new <= number } else { false }
        }
        guard let last, case .text(_, let new?, _, _) = lines[last], new < number,
            let fold = lines[last...].firstIndex(where: { if case .fold = $0 { true } else { false } })
        else { return last ?? lines.indices.first }
        return fold
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
