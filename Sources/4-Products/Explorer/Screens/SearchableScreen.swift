import Canvas

/// A screen in which a text is found: `/` asks for it, `n` and `N` go on, esc forgets it.
protocol SearchableScreen: Screen {
    /// What was looked for; nil if nothing is.
    var searchText: String? { get }

    /// Where the match is that was gone to last, from 1, and how many there are; for the line that is typed in.
    var searchPlace: (number: Int?, count: Int) { get }

    /// Whether the answer is still to come.
    var isSearching: Bool { get }

    /// Keeps in mind where the search begins.
    mutating func beginSearch(in model: ExplorerModel)

    /// Finds a text and goes to the first match from where the search began; an empty one takes that back.
    mutating func find(_ text: String, in model: inout ExplorerModel)

    /// Goes to the next match or the previous one.
    mutating func goToMatch(isForward: Bool, in model: inout ExplorerModel) -> Outcome

    /// Forgets what was looked for.
    mutating func endSearch(goesBack: Bool, in model: inout ExplorerModel)
}

extension SearchableScreen {
    var isSearching: Bool { false }
}

/// What is looked for in the lines of a screen.
struct LineSearch: Hashable, Sendable {
    /// What was typed; nil before that.
    private(set) var text: String?
    /// The lines that hold it.
    private var lines: [Int] = []
    /// The place in `lines` of the one that was gone to.
    private var current: Int?
    /// Where it began.
    let origin: Int

    init(from origin: Int) { self.origin = origin }

    /// The match that was gone to, from 1.
    var number: Int? { current.map { $0 + 1 } }

    /// The line that was gone to.
    var line: Int? { current.flatMap { lines.indices.contains($0) ? lines[$0] : nil } }

    /// How many lines hold what is looked for.
    var count: Int { lines.count }

    /// What was found, in words.
    var words: String {
        guard let number else { return "'\(text ?? "")' is in no line" }
        return "match \(Format.grouped(number)) of \(Format.grouped(count))"
    }

    /// Looks for a text; returns the first line that holds it from where the search began, or that line.
    mutating func find(_ text: String, in lines: [String]) -> Int {
        self.text = text.isEmpty ? nil : text
        self.lines = Self.lines(text, in: lines)
        current = self.lines.firstIndex { $0 >= origin } ?? self.lines.indices.first
        return current.map { self.lines[$0] } ?? origin
    }

    /// The next line that holds the text, or the previous one, around the ends; nil if none does.
    ///
    /// - Parameters:
    ///   - isForward: Whether to go down.
    ///   - here: The line that has the keys; nil if none has, then one goes on from the last match.
    ///   - lines: What the lines say by now.
    /// - Returns: The line.
    mutating func next(isForward: Bool, from here: Int?, in lines: [String]) -> Int? {
        let before = line
        self.lines = Self.lines(text ?? "", in: lines)
        current = nil
        guard !self.lines.isEmpty else { return nil }
        let from = here ?? before
        let next =
            isForward
            ? self.lines.firstIndex { $0 > from ?? -1 } ?? 0
            : self.lines.lastIndex { $0 < from ?? .max } ?? self.lines.count - 1
        current = next
        return self.lines[next]
    }

    private static func lines(_ text: String, in lines: [String]) -> [Int] {
        guard !text.isEmpty else { return [] }
        let isFolded = ignoresCase(text)
        let wanted = isFolded ? text.lowercased() : text
        return lines.indices.filter { (isFolded ? lines[$0].lowercased() : lines[$0]).contains(wanted) }
    }

    /// Whether capitals do not matter: so it is without a capital in the text.
    static func ignoresCase(_ text: String) -> Bool { !text.contains(where: \.isUppercase) }
}

/// A screen of lines.
protocol LineSearchScreen: SearchableScreen {
    var search: LineSearch? { get set }

    /// The lines as they are read, those out of sight, too.
    func texts(_ model: ExplorerModel) -> [String]

    /// The line that has the keys, or the first one in sight.
    var searchLine: Int { get }

    /// Whether it is that line that has the keys: then one goes on from it.
    var hasCursor: Bool { get }

    /// Shows a line, and gives it the keys.
    mutating func go(toLine line: Int, in model: ExplorerModel)
}

extension LineSearchScreen {
    var searchText: String? { search?.text }
    var hasCursor: Bool { true }

    var searchPlace: (number: Int?, count: Int) { (search?.number, search?.count ?? 0) }

    mutating func beginSearch(in model: ExplorerModel) { search = LineSearch(from: searchLine) }

    mutating func find(_ text: String, in model: inout ExplorerModel) {
        var search = search ?? LineSearch(from: searchLine)
        let line = search.find(text, in: texts(model))
        self.search = search
        go(toLine: line, in: model)
    }

    mutating func goToMatch(isForward: Bool, in model: inout ExplorerModel) -> Outcome {
        guard var search else { return .stay }
        let next = search.next(isForward: isForward, from: hasCursor ? searchLine : nil, in: texts(model))
        self.search = search
        if let next { go(toLine: next, in: model) }
        model.remark(search.words)
        return .stay
    }

    mutating func endSearch(goesBack: Bool, in model: inout ExplorerModel) {
        if goesBack, let search { go(toLine: search.origin, in: model) }
        search = nil
    }
}

extension [Span] {
    /// The same text with all places marked that hold what is looked for.
    func marking(_ text: String?) -> [Span] {
        guard let text, !text.isEmpty else { return self }
        let ignoresCase = LineSearch.ignoresCase(text)
        func folded(_ character: Character) -> String {
            ignoresCase ? character.lowercased() : String(character)
        }
        let wanted = text.map(folded)
        let all = flatMap { $0.text.map(folded) }
        var isMarked = Array<Bool>(repeating: false, count: all.count)
        var place = 0
        while place + wanted.count <= all.count {
            guard all[place..<place + wanted.count].elementsEqual(wanted) else {
                place += 1
                continue
            }
            for index in place..<place + wanted.count { isMarked[index] = true }
            place += wanted.count
        }
        guard isMarked.contains(true) else { return self }
        var result: [Span] = []
        var index = 0
        for span in self {
            var piece = ""
            var pieceIsMarked = false
            func flush() {
                guard !piece.isEmpty else { return }
                result.append(Span(piece, pieceIsMarked ? .match : span.role, target: span.target))
                piece = ""
            }
            for character in span.text {
                if isMarked[index] != pieceIsMarked {
                    flush()
                    pieceIsMarked = isMarked[index]
                }
                piece.append(character)
                index += 1
            }
            flush()
        }
        return result
    }
}
