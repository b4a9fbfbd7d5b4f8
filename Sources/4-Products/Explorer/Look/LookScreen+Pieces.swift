import ContentDiff

/// Going through a content piece by piece that is too large to be shown as a whole.
extension LookScreen {
    /// Where in a piece one arrives.
    enum Landing: Hashable, Sendable {
        case change, lastChange, top, bottom
        /// At an offset in the piece's new side.
        case offset(Int)
    }

    /// Does what leads to another piece; nil for what a key does in the piece that is shown.
    func performOnPieces(_ command: Command, in model: inout ExplorerModel) -> Outcome? {
        guard case .piece(_, let all, _) = content(model) else { return nil }
        let height = contentRows(model)
        let last = all.pieces.count - 1
        switch command {
        case .nextChange, .previousChange:
            let isForward = command == .nextChange
            guard isAtLastChange(isForward: isForward),
                let next = all.differing(from: key.piece, isForward: isForward)
            else { return nil }
            return open(next, landing: isForward ? .change : .lastChange, in: &model)
        case .down, .pageDown:
            guard isAtEnd(isForward: true, height: height), key.piece < last else { return nil }
            return open(key.piece + 1, landing: .top, in: &model)
        case .up, .pageUp:
            guard isAtEnd(isForward: false, height: height), key.piece > 0 else { return nil }
            return open(key.piece - 1, landing: .bottom, in: &model)
        case .top: return key.piece == 0 ? nil : open(0, landing: .top, in: &model)
        case .bottom: return key.piece == last ? nil : open(last, landing: .bottom, in: &model)
        default: return nil
        }
    }

    /// Shows another piece.
    ///
    /// - Parameters:
    ///   - piece: Which one.
    ///   - landing: Where in it one arrives.
    ///   - search: What is looked for in it; nil for what is looked for here.
    ///   - model: The explorer.
    /// - Returns: What becomes of this screen.
    func open(
        _ piece: Int, landing: Landing, searching search: Search? = nil, in model: inout ExplorerModel
    ) -> Outcome {
        var screen = LookScreen(node: node, key: key.piece(piece), place: place)
        screen.adopt(self)
        screen.landing = landing
        if case .offset = landing { screen.costRank = costRank }
        screen.costs = costs
        if let search { screen.search = search }
        let effects = model.read(screen.key)
        screen.refresh(model)
        return Outcome(step: .replace(screen), effects: effects)
    }
}
