/// The tokens of a blob by where they start in the data that it holds.
struct OldTokens {
    /// A match and the literals before it, in four bytes: the distance less 1, the length less 3, how many literals.
    struct Step: BitwiseCopyable {
        let value: UInt32

        /// Stands for a length where no match follows the literals.
        private static let none: UInt32 = 511
        static let literalLimit = 255

        init(_ value: UInt32) { self.value = value }

        init(literalCount: Int, match: Token?) {
            let length = match.map { UInt32($0.low - 3) } ?? Self.none
            value = UInt32(literalCount) << 24 | length << 15 | UInt32(max(match?.distance ?? 1, 1) - 1)
        }

        @inline(__always) var literalCount: Int { Int(value &>> 24) }

        @inline(__always) var match: Token? {
            let length = value &>> 15 & 511
            return length == Self.none
                ? nil : .match(length: Int(length) &+ 3, distance: Int(value & 0x7fff) &+ 1)
        }

        /// How many bytes it stands for.
        @inline(__always) var byteCount: Int { literalCount &+ (match?.byteCount ?? 0) }
    }

    /// So many steps are read at once.
    static let pageStepCount = 1 << 10

    /// For each page of steps, where it starts in the data.
    let pageStarts: [Int]
    let stepCount: Int
    /// Position behind the last token.
    let end: Int
    let read: @Sendable (UInt64, Int) throws -> [UInt8]

    /// Takes a blob apart.
    init(_ parser: DeflateParser, end: Int, _ store: any TokenStore) throws {
        var writer = Writer(store: store)
        while try parser.gzipHeader() != nil {
            while true {
                let block = try parser.next()
                if block.kind == .stored {
                    writer.addLiterals(block.byteCount)
                } else {
                    for index in 0..<parser.tokenCount { writer.add(parser.tokens[index]) }
                }
                try writer.flush()
                guard writer.end <= end else { throw Self.holdsOther }
                if block.isLast, !block.continues { break }
            }
            _ = parser.align()
            _ = try parser.bytes(8)
        }
        try writer.finish()
        guard writer.end == end else { throw Self.holdsOther }
        pageStarts = writer.pageStarts
        stepCount = writer.stepCount
        self.end = end
        read = store.finish()
    }

    private static let holdsOther = RecompressionError.notDeflate("it holds other data than it should")

    private struct Writer {
        let store: any TokenStore
        var pageStarts: [Int] = []
        var stepCount = 0
        var end = 0
        private var literalCount = 0
        private var bytes: [UInt8] = []

        init(store: any TokenStore) { self.store = store }

        mutating func add(_ token: Token) {
            if token.isMatch {
                write(Step(literalCount: literalCount, match: token))
                literalCount = 0
            } else {
                addLiterals(1)
            }
        }

        mutating func addLiterals(_ count: Int) {
            literalCount += count
            while literalCount > Step.literalLimit {
                write(Step(literalCount: Step.literalLimit, match: nil))
                literalCount -= Step.literalLimit
            }
        }

        private mutating func write(_ step: Step) {
            if stepCount % pageStepCount == 0 { pageStarts.append(end) }
            stepCount += 1
            end += step.byteCount
            for shift: UInt32 in [0, 8, 16, 24] {
                bytes.append(UInt8(truncatingIfNeeded: step.value &>> shift))
            }
        }

        mutating func flush() throws {
            guard !bytes.isEmpty else { return }
            try store.append(bytes)
            bytes.removeAll(keepingCapacity: true)
        }

        mutating func finish() throws {
            if literalCount > 0 { write(Step(literalCount: literalCount, match: nil)) }
            try flush()
        }
    }
}

/// Looks tokens of a blob up.
struct OldTokenCursor {
    private let tokens: OldTokens
    private var page = -1
    private var steps: [OldTokens.Step] = []
    /// The step that was looked at last, and where it starts in the data.
    private var index = 0
    private var start = 0

    init(_ tokens: OldTokens) { self.tokens = tokens }

    /// The token that starts at a position; nil if none does. A literal is 0.
    mutating func token(at position: Int) throws -> Token? {
        guard position >= 0, position < tokens.end else { return nil }
        if page < 0 || position < start || position >= pageEnd { try turn(to: position) }
        while true {
            let step = steps[index]
            let passed = position &- start
            if passed < step.literalCount { return 0 }
            if passed == step.literalCount, let match = step.match { return match }
            let byteCount = step.byteCount
            guard passed >= byteCount, index &+ 1 < steps.count else { return nil }
            start &+= byteCount
            index &+= 1
        }
    }

    private var pageEnd: Int { page + 1 < tokens.pageStarts.count ? tokens.pageStarts[page + 1] : tokens.end }

    private mutating func turn(to position: Int) throws {
        var low = 0
        var high = tokens.pageStarts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if tokens.pageStarts[middle] <= position { low = middle } else { high = middle }
        }
        if low != page {
            let first = low * OldTokens.pageStepCount
            let count = min(OldTokens.pageStepCount, tokens.stepCount - first)
            let bytes = try tokens.read(UInt64(first) * 4, count * 4)
            steps = bytes.withUnsafeBytes { bytes in
                (0..<count).map {
                    OldTokens.Step(
                        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
                }
            }
            page = low
        }
        index = 0
        start = tokens.pageStarts[low]
    }
}
