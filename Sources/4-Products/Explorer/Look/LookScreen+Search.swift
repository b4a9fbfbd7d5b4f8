import Bytes
import Canvas
import ContentDiff
import FileFormats

/// Finding text and bytes in what is shown of a file, and members in an archive.
extension LookScreen {
    /// What is looked for in a file.
    struct Search: Sendable {
        var text = ""
        var hits = ContentHits()
        /// The hit that was gone to.
        var current: Int?
        /// Where to go once the answer is there; nil if one stays.
        fileprivate var errand: Errand?
        /// What was in sight when it began: to go back to.
        fileprivate let origin: Origin
        /// The piece from which one goes on through others that may hold it; nil as long as nobody does.
        fileprivate(set) var piece: Int?
        /// Whether the next piece is to be looked through, or the previous one; nil where one stays.
        fileprivate(set) var seeks: Bool?

        /// The same for another content.
        var kept: Search { Search(text: text, origin: origin) }
    }

    /// Where to go among hits.
    fileprivate enum Errand: Hashable {
        /// To the first one from where the search began.
        case fromOrigin
        /// To the first or last one of a piece that was just come to.
        case first, last
    }

    /// A place that is found again in other lines.
    fileprivate struct Origin: Hashable {
        let line: Int
        let revealed: Int?
        /// Where the first line in sight is in the new content.
        let offset: Int
    }

    /// What is larger is looked through in the background.
    private static let immediateByteCount = 1 << 20

    var searchText: String? {
        if let lineSearch { return lineSearch.text }
        return search.flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    var searchPlace: (number: Int?, count: Int) {
        if let lineSearch { return (lineSearch.number, lineSearch.count) }
        return (search?.current.map { $0 + 1 }, search?.hits.all.count ?? 0)
    }

    /// Also while one goes through pieces.
    var isSearching: Bool { wanted != nil || search?.piece != nil }

    mutating func beginSearch(in model: ExplorerModel) {
        guard members == nil else { return lineSearch = LineSearch(from: members?.cursor.position ?? 0) }
        let line = firstLine
        search = Search(
            origin: Origin(line: line, revealed: revealed, offset: newOffset(atLine: line, model)))
    }

    mutating func find(_ text: String, in model: inout ExplorerModel) {
        if members != nil { return findMember(text, model) }
        if search == nil { beginSearch(in: model) }
        search?.text = text
        search?.hits = ContentHits()
        search?.current = nil
        guard !text.isEmpty else { return goBack(model) }
        search?.errand = .fromOrigin
        look(model)
        runErrand(model)
    }

    mutating func endSearch(goesBack: Bool, in model: inout ExplorerModel) {
        if members != nil {
            if goesBack, let lineSearch { moveCursor(to: lineSearch.origin, model) }
            return lineSearch = nil
        }
        if goesBack { goBack(model) }
        search = nil
        wanted = nil
    }

    private mutating func goBack(_ model: ExplorerModel) {
        guard let origin = search?.origin else { return }
        reveal(origin.revealed, model)
        put(origin.line, model)
    }

    // MARK: - Contents

    /// Looks for the text in what is shown.
    private mutating func look(_ model: ExplorerModel) {
        wanted = nil
        guard let search, let query = ByteQuery(search.text), let content = searchedContent(model) else {
            return
        }
        let task = FindTask.bytes(query, content)
        if content.byteCount > Self.immediateByteCount {
            wanted = FindRequest(task)
        } else if let found = task.found(isCancelled: { false }) {
            take(found)
        }
    }

    private func searchedContent(_ model: ExplorerModel) -> SearchedContent? {
        switch content(model) {
        case .text(let text, _): SearchedContent(text)
        case .bytes(let bytes, _), .beginning(let bytes, _), .piece(let bytes, _, _): SearchedContent(bytes)
        case .archive, .failed, nil: nil
        }
    }

    mutating func take(_ found: Found) {
        guard case .hits(let hits) = found else { return }
        search?.hits = hits
    }

    /// Looks for the same in a content that took the place of another.
    mutating func searchAnew(_ model: ExplorerModel) {
        guard search != nil else { return }
        search?.hits = ContentHits()
        search?.current = nil
        look(model)
    }

    /// Goes where the search leads, once the answer is there.
    mutating func runErrand(_ model: ExplorerModel) {
        guard wanted == nil, let search, let errand = search.errand, content(model) != nil else { return }
        self.search?.errand = nil
        let all = search.hits.all
        guard !all.isEmpty else {
            if search.piece != nil { self.search?.seeks = errand != .last }
            return
        }
        self.search?.piece = nil
        let next =
            switch errand {
            case .first: 0
            case .last: all.count - 1
            case .fromOrigin: all.firstIndex { !$0.isOld && $0.range.lowerBound >= search.origin.offset } ?? 0
            }
        show(hit: next, model)
    }

    mutating func goToMatch(isForward: Bool, in model: inout ExplorerModel) -> Outcome {
        if members != nil { return goToMember(isForward: isForward, &model) }
        guard let search else { return .stay }
        let count = search.hits.all.count
        let next = search.current.map { $0 + (isForward ? 1 : -1) } ?? (isForward ? 0 : count - 1)
        if (0..<count).contains(next) {
            show(hit: next, model)
        } else if let outcome = goToPiece(isForward: isForward, &model) {
            return outcome
        } else if count > 0 {
            show(hit: isForward ? 0 : count - 1, model)
            model.remark("from the \(isForward ? "first" : "last") match again")
            return .stay
        } else {
            model.remark("'\(search.text)' is not in what is shown")
            return .stay
        }
        return .stay
    }

    /// Goes on in the next piece of a large content, or in the previous one, until one holds what is looked for.
    private mutating func goToPiece(isForward: Bool, _ model: inout ExplorerModel) -> Outcome? {
        guard case .piece(_, let all, _) = content(model), let search else { return nil }
        let next = key.piece + (isForward ? 1 : -1)
        let start = search.piece ?? key.piece
        var kept = search.kept
        guard all.pieces.indices.contains(next) else {
            model.remark(
                "'\(search.text)' is in no \(isForward ? "further" : "earlier") piece", isWarning: true)
            guard search.piece != nil else { return .stay }
            return open(start, landing: isForward ? .bottom : .top, searching: kept, in: &model)
        }
        kept.errand = isForward ? .first : .last
        kept.piece = start
        return open(next, landing: isForward ? .top : .bottom, searching: kept, in: &model)
    }

    /// Goes on to another piece if the present one does not hold what is looked for; nil if one stays.
    mutating func seekOn(in model: inout ExplorerModel) -> Outcome? {
        guard let isForward = search?.seeks else { return nil }
        search?.seeks = nil
        return goToPiece(isForward: isForward, &model)
    }

    /// Whether what is looked for may be in another piece, as it is not in this one.
    func seeksFurther(_ model: ExplorerModel) -> Bool {
        guard case .piece = content(model), searchText != nil, wanted == nil else { return false }
        return search?.hits.all.isEmpty == true
    }

    /// Scrolls sideways so that the first words of the present change are in sight that differ.
    mutating func bringChangeInSight(_ model: ExplorerModel) {
        guard !wraps, case .text(let text, _) = content(model), let run = currentRun,
            text.runs.indices.contains(run)
        else { return }
        let words = text.changedWords(in: text.runs[run])
        guard let place = words.new.first ?? words.old.first else { return }
        bringInSight(ContentHits.Hit(isOld: words.new.isEmpty, range: place, run: run), model)
    }

    /// Shows a hit, opening what is left out around it.
    private mutating func show(hit index: Int, _ model: ExplorerModel) {
        guard let hit = search?.hits.all[index] else { return }
        search?.current = index
        if line(of: hit, model) == nil, !hit.isOld { reveal(place(of: hit, model), model) }
        guard let line = line(of: hit, model) else { return }
        goTo(line: line, height: contentRows(model))
        bringInSight(hit, model)
    }

    /// What is revealed for a hit: in a text its line, in bytes where it is.
    private func place(of hit: ContentHits.Hit, _ model: ExplorerModel) -> Int {
        guard case .text(let text, _) = content(model) else { return hit.range.lowerBound }
        return Self.line(at: hit.range.lowerBound, of: text.newLines)
    }

    private static func line(at offset: Int, of lines: [Range<Int>]) -> Int {
        max(0, lines.partitioningIndex { $0.lowerBound > offset } - 1)
    }

    /// The line on screen that a hit is in; nil if it is left out.
    private func line(of hit: ContentHits.Hit, _ model: ExplorerModel) -> Int? {
        guard case .text(let text, _) = content(model) else {
            return lines.firstIndex { line in
                guard case .bytes(let old, let new, _) = line else { return false }
                return (hit.isOld ? old : new).contains(hit.range.lowerBound)
            }
        }
        let number = Self.line(at: hit.range.lowerBound, of: hit.isOld ? text.oldLines : text.newLines)
        let column = column(of: hit, in: text, model)
        return lines.indices.last { index in
            guard case .text(let old, let new, let row, _) = lines[index] else { return false }
            return (hit.isOld ? old : new) == number && rowStarts[row].column <= column
        }
    }

    private func column(of hit: ContentHits.Hit, in text: TextDiff, _ model: ExplorerModel) -> Int {
        let lines = hit.isOld ? text.oldLines : text.newLines
        guard !lines.isEmpty else { return 0 }
        let line = lines[Self.line(at: hit.range.lowerBound, of: lines)]
        let drawer = ContentText(glyphs: model.glyphs, showsBlanks: false)
        let end = max(line.lowerBound, min(line.upperBound, hit.range.lowerBound))
        return drawer.columnCount(
            line.lowerBound..<end, of: hit.isOld ? text.old : text.new,
            isRaw: (hit.isOld ? text.storedOld : text.storedNew).isRaw)
    }

    /// Scrolls sideways so that a hit in a long line is in sight.
    private mutating func bringInSight(_ hit: ContentHits.Hit, _ model: ExplorerModel) {
        guard !wraps, case .text(let text, _) = content(model) else { return }
        let room = LookView.TextLines.room(
            model.size.columns, for: text, isSplit: isSplit(model),
            isTwoSided: key.old != nil && key.new != nil)
        scrollSideways(to: column(of: hit, in: text, model), columns: hit.range.count, room: room)
    }

    /// Where a line on screen is in the new content, or the next one below it that is there.
    private func newOffset(atLine line: Int, _ model: ExplorerModel) -> Int {
        for index in lines.indices.dropFirst(line) {
            switch lines[index] {
            case .bytes(_, let new, _): return new.lowerBound
            case .text(_, let new?, _, _):
                guard case .text(let text, _) = content(model), text.newLines.indices.contains(new) else {
                    return 0
                }
                return text.newLines[new].lowerBound
            case .text, .fold: continue
            }
        }
        return 0
    }

    // MARK: - Members

    /// The members as they are listed, for a search.
    private func memberTexts(_ model: ExplorerModel) -> [String] {
        guard let members else { return [] }
        return members.lines.map { line in
            switch line {
            case .member(let index): Format.name(members.diff.rows[index].step.name, model.glyphs)
            case .fold: ""
            }
        }
    }

    private mutating func moveCursor(to line: Int, _ model: ExplorerModel) {
        let count = members?.lines.count ?? 0
        members?.cursor.move(to: line, count: count, height: LookView.rows(model.size), margin: 2)
    }

    private mutating func findMember(_ text: String, _ model: ExplorerModel) {
        var search = lineSearch ?? LineSearch(from: members?.cursor.position ?? 0)
        moveCursor(to: search.find(text, in: memberTexts(model)), model)
        lineSearch = search
    }

    private mutating func goToMember(isForward: Bool, _ model: inout ExplorerModel) -> Outcome {
        guard var search = lineSearch else { return .stay }
        let next = search.next(isForward: isForward, from: members?.cursor.position, in: memberTexts(model))
        lineSearch = search
        if let next { moveCursor(to: next, model) }
        model.remark(search.words)
        return .stay
    }
}
