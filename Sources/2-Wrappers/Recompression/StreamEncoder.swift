/// Encodes whole streams, one after the other in the same memory.
struct StreamEncoder: ~Copyable {
    private var window = Window()
    private var blocks = BlockWriter()
    private var lazyLength = 0
    /// What the stream should be, if that is known.
    private var expected: UnsafeBufferPointer<UInt8>?
    private var matchedCount = 0
    /// How much searching may take until a stream is given up as the wrong one.
    private var workLimit = Int.max
    private var isWrong = false

    /// Compresses a content; nil when searching took more than it may.
    mutating func compress(
        _ content: UnsafeBufferPointer<UInt8>, _ parameters: DeflateParameters, workLimit: Int
    ) -> [UInt8]? {
        expected = nil
        self.workLimit = workLimit
        run(content, parameters)
        return isWrong ? nil : Array(blocks.written)
    }

    /// How much searching took so far.
    var work: Int { window.work }

    /// Whether compressing a content makes a stream.
    ///
    /// Stops at the first block that does not, when searching took more than it may, and when its task was cancelled.
    mutating func makes(
        _ stream: UnsafeBufferPointer<UInt8>, of content: UnsafeBufferPointer<UInt8>,
        _ parameters: DeflateParameters, workLimit: Int
    ) -> Bool {
        expected = stream
        self.workLimit = workLimit
        run(content, parameters)
        return !isWrong && matchedCount == stream.count
    }

    private mutating func run(_ content: UnsafeBufferPointer<UInt8>, _ parameters: DeflateParameters) {
        let tuning = Tuning(parameters)
        window.reset(content, tuning)
        blocks.reset(tuning)
        lazyLength = tuning.lazyLength
        matchedCount = 0
        isWrong = false
        if tuning.isLazy { encodeLazily() } else { encodeGreedily() }
        if !isWrong { finishBlock(isLast: true) }
    }

    /// Ends a block at the window's position; false if the stream is not the expected one.
    @inline(never) @discardableResult private mutating func finishBlock(isLast: Bool = false) -> Bool {
        blocks.finishBlock(
            stored: window.block, byteCount: window.position - window.blockStart, isLast: isLast)
        window.blockStart = window.position
        guard let expected else { return true }
        let written = blocks.written
        isWrong =
            expected.count - matchedCount < written.count
            || !written.elementsEqual(
                UnsafeBufferPointer(rebasing: expected[matchedCount...].prefix(written.count)))
        matchedCount += written.count
        blocks.dropWritten()
        if Task.isCancelled { isWrong = true }
        return !isWrong
    }

    /// Whether searching may go on; if not, the stream counts as a wrong one.
    @inline(__always) private mutating func goesOn() -> Bool {
        guard window.work > workLimit else { return true }
        isWrong = true
        return false
    }

    /// Levels 1 to 3: takes the first match.
    private mutating func encodeGreedily() {
        while true {
            window.fill()
            if window.lookahead == 0 { return }
            let position = window.position
            var length = 0
            if window.lookahead >= Limits.minimumMatch {
                let head = window.insert(position)
                if window.canSearch(head) {
                    length = window.search(head, beating: Limits.minimumMatch - 1)
                    guard goesOn() else { return }
                }
            }
            let isFull: Bool
            let covered = position &- window.blockStart
            if length >= Limits.minimumMatch {
                isFull = blocks.append(
                    length: length, distance: position &- window.matchStart, covered: covered)
                window.lookahead &-= length
                window.position &+= length
                // Indexing all of a long match takes more time than it is worth.
                if length <= lazyLength, window.lookahead >= Limits.minimumMatch {
                    for place in position &+ 1..<position &+ length { window.insert(place) }
                }
            } else {
                isFull = blocks.append(literal: window.byte(at: position), covered: covered)
                window.lookahead &-= 1
                window.position &+= 1
            }
            if isFull, !finishBlock() { return }
        }
    }

    /// Levels 4 to 9: holds a match back until it is known that the next byte has no longer one.
    private mutating func encodeLazily() {
        var length = Limits.minimumMatch - 1
        var isLiteralPending = false
        while true {
            window.fill()
            if window.lookahead == 0 { break }
            let position = window.position
            let (knownLength, knownStart) = (length, window.matchStart)
            length = Limits.minimumMatch - 1
            if window.lookahead >= Limits.minimumMatch {
                let head = window.insert(position)
                if knownLength < lazyLength, window.canSearch(head) {
                    length = window.search(head, beating: knownLength)
                    guard goesOn() else { return }
                    if length == Limits.minimumMatch, position &- window.matchStart > Limits.farDistance {
                        length = Limits.minimumMatch - 1
                    }
                }
            }
            if knownLength >= Limits.minimumMatch, length <= knownLength {
                let isFull = blocks.append(
                    length: knownLength, distance: position &- 1 &- knownStart,
                    covered: position &- window.blockStart)
                window.passMatch(knownLength, isRun: position &- 1 &- knownStart == 1)
                isLiteralPending = false
                length = Limits.minimumMatch - 1
                if isFull, !finishBlock() { return }
                continue
            }
            if isLiteralPending {
                let isFull = blocks.append(
                    literal: window.byte(at: position &- 1), covered: position &- window.blockStart)
                if isFull, !finishBlock() { return }
            }
            isLiteralPending = true
            window.lookahead &-= 1
            window.position &+= 1
        }
        if isLiteralPending {
            _ = blocks.append(literal: window.byte(at: window.position &- 1), covered: 0)
        }
    }
}
