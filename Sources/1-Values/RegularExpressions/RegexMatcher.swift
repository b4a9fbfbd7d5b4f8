/// Looks for a regular expression in texts that may begin alike.
///
/// What it finds out about the states of the automaton, it keeps: a step is one look into a table then.
public struct RegexMatcher {
    /// How far a text was matched. Only good for the matcher that it is from.
    public struct State: Hashable, Sendable {
        fileprivate let number: Int32
    }

    private let program: RegexProgram
    /// Bytes that every set takes or leaves alike share a column.
    private let columns: [Int]
    private let columnCount: Int
    /// A byte of each column.
    private let samples: [UInt8]
    /// For each state and column the next state; -1 for one that nobody asked for.
    private var table: [Int32] = []
    /// For each state the places of the automaton where it may be that take a byte, match, or wait for the end.
    private var states: [[Int32]] = []
    private var isMatch: [Bool] = []
    private var isMatchAtEnd: [Bool] = []
    private var numbers: [[Int32]: Int32] = [:]

    private static let stateLimit = 2000

    /// A matcher that knows no state yet.
    public init(_ regex: ByteRegex) {
        program = regex.program
        var classes: [[Bool]: Int] = [:]
        var columns: [Int] = []
        var samples: [UInt8] = []
        for byte in UInt8.min...UInt8.max {
            let key = program.sets.map { $0.contains(byte) }
            let column = classes[key] ?? classes.count
            if column == classes.count {
                classes[key] = column
                samples.append(byte)
            }
            columns.append(column)
        }
        self.columns = columns
        self.samples = samples
        columnCount = classes.count
    }

    /// The state where a text begins.
    ///
    /// - Throws: `RegexError` as for a step.
    public mutating func start() throws(RegexError) -> State {
        try number(closure([0], isAtStart: true))
    }

    /// The state where a text begins that goes on from another state: `^` holds there, too.
    ///
    /// - Throws: `RegexError` as for a step.
    public mutating func start(also state: State) throws(RegexError) -> State {
        try number(closure(states[Int(state.number)].map(Int.init) + [0], isAtStart: true))
    }

    /// Takes bytes.
    ///
    /// - Parameters:
    ///   - state: The state before them; then the one behind them.
    ///   - bytes: What comes next.
    /// - Returns: Whether the pattern matched behind one of the bytes; what matched before them does not count.
    /// - Throws: `RegexError` if the pattern has more states than are kept.
    public mutating func step(_ state: inout State, _ bytes: ArraySlice<UInt8>) throws(RegexError) -> Bool {
        var current = Int(state.number)
        var hasMatched = false
        for byte in bytes {
            let known = table[current * columnCount + columns[Int(byte)]]
            current = known >= 0 ? Int(known) : try next(current, columns[Int(byte)])
            if isMatch[current] { hasMatched = true }
        }
        state = State(number: Int32(truncatingIfNeeded: current))
        return hasMatched
    }

    /// Whether the pattern matched in that state.
    public func matches(_ state: State) -> Bool { isMatch[Int(state.number)] }

    /// Whether it matches if the text ends in that state.
    public func matchesAtEnd(_ state: State) -> Bool { isMatchAtEnd[Int(state.number)] }

    private mutating func next(_ state: Int, _ column: Int) throws(RegexError) -> Int {
        let byte = samples[column]
        var places = [0]
        for place in states[state] {
            if case .set(let set) = program.places[Int(place)], program.sets[set].contains(byte) {
                places.append(Int(place) + 1)
            }
        }
        let next = try number(closure(places, isAtStart: false)).number
        table[state * columnCount + column] = next
        return Int(next)
    }

    /// All places that can be reached without taking a byte and where something is left to do, in order.
    private func closure(_ start: [Int], isAtStart: Bool) -> [Int32] {
        var isReached = Array(repeating: false, count: program.places.count)
        var pending = start
        while let place = pending.popLast() {
            guard !isReached[place] else { continue }
            isReached[place] = true
            switch program.places[place] {
            case .set, .end, .match: break
            case .split(let one, let other): pending += [one, other]
            case .jump(let target): pending.append(target)
            case .start: if isAtStart { pending.append(place + 1) }
            }
        }
        return isReached.indices.filter { place in
            guard isReached[place] else { return false }
            return switch program.places[place] {
            case .set, .end, .match: true
            case .split, .jump, .start: false
            }
        }.map { Int32(truncatingIfNeeded: $0) }
    }

    private mutating func number(_ places: [Int32]) throws(RegexError) -> State {
        if let known = numbers[places] { return State(number: known) }
        guard states.count < Self.stateLimit else {
            throw RegexError("it is too complex for these names: make it simpler")
        }
        let number = Int32(truncatingIfNeeded: states.count)
        numbers[places] = number
        states.append(places)
        table += repeatElement(-1, count: columnCount)
        let hasMatch = places.contains { program.places[Int($0)] == .match }
        isMatch.append(hasMatch)
        isMatchAtEnd.append(hasMatch || endsHere(places))
        return State(number: number)
    }

    /// Whether `$` leads from one of the places to the end of the pattern.
    private func endsHere(_ places: [Int32]) -> Bool {
        var isReached = Array(repeating: false, count: program.places.count)
        var pending = places.map(Int.init)
        while let place = pending.popLast() {
            guard !isReached[place] else { continue }
            isReached[place] = true
            switch program.places[place] {
            case .set, .start: break
            case .match: return true
            case .end: pending.append(place + 1)
            case .split(let one, let other): pending += [one, other]
            case .jump(let target): pending.append(target)
            }
        }
        return false
    }
}
