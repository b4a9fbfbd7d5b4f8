/// A regular expression as a nondeterministic automaton: places that lead from one to another.
struct RegexProgram: Hashable, Sendable {
    enum Place: Hashable, Sendable {
        /// Takes a byte of a set, by its number in `sets`, and goes on behind it.
        case set(Int)
        /// Goes to two places without taking anything.
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case match
    }

    private(set) var places: [Place] = []
    private(set) var sets: [ByteSet] = []
    private var numbers: [ByteSet: Int] = [:]
    /// How much was looked at to write it: repetitions of nothing write nothing, and have to end all the same.
    private var stepCount = 0

    static let placeLimit = 1000
    private static let stepLimit = 20_000

    init(_ syntax: RegexSyntax) throws(RegexError) {
        try write(syntax)
        try append(.match)
        numbers = [:]
    }

    private mutating func append(_ place: Place) throws(RegexError) {
        guard places.count < Self.placeLimit else {
            throw RegexError("it is too large: repetitions of repetitions take a lot")
        }
        places.append(place)
    }

    private mutating func write(_ syntax: RegexSyntax) throws(RegexError) {
        stepCount += 1
        guard stepCount < Self.stepLimit else {
            throw RegexError("it is too large: repetitions of repetitions take a lot")
        }
        switch syntax {
        case .empty: break
        case .start: try append(.start)
        case .end: try append(.end)
        case .sequence(let parts): for part in parts { try write(part) }
        case .set(let set):
            let number = numbers[set] ?? sets.count
            if number == sets.count {
                sets.append(set)
                numbers[set] = number
            }
            try append(.set(number))
        case .choice(let branches): try write(branches)
        case .repeated(let part, let least, let most):
            for _ in 0..<least { try write(part) }
            guard let most else {
                let split = places.count
                try append(.split(split + 1, split + 1))
                try write(part)
                try append(.jump(split))
                places[split] = .split(split + 1, places.count)
                return
            }
            var splits: [Int] = []
            for _ in least..<most {
                splits.append(places.count)
                try append(.jump(0))
                try write(part)
            }
            for split in splits { places[split] = .split(split + 1, places.count) }
        }
    }

    private mutating func write(_ branches: [RegexSyntax]) throws(RegexError) {
        var jumps: [Int] = []
        for (index, branch) in branches.enumerated() {
            guard index + 1 < branches.count else {
                try write(branch)
                break
            }
            let split = places.count
            try append(.jump(0))
            try write(branch)
            jumps.append(places.count)
            try append(.jump(0))
            places[split] = .split(split + 1, places.count)
        }
        for jump in jumps { places[jump] = .jump(places.count) }
    }
}
