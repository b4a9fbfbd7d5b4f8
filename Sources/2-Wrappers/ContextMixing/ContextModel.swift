/// Predicts bytes bit by bit by mixing what followed in many contexts (M. Mahoney, "Adaptive Weighing of Context Models
/// for Lossless Data Compression", 2005); docs/format/contexts.md is normative.
///
/// All indexes are masked to their tables' sizes, so that no input reaches out of them.
final class ContextModel {
    private let kind: ContextKind

    // MARK: Histories by context

    private let contextCount: Int
    /// Sets of a check byte and the histories of a nibble's 15 nodes.
    private let slots: UnsafeMutablePointer<UInt8>
    private let slotMask: Int
    private static let slotByteCount = 16
    /// Both slots of a byte are in one page of memory.
    private static let nearbyMask = 255
    /// Where each context's slot for this nibble starts.
    private let current: UnsafeMutablePointer<Int>
    /// Each context's check byte for this nibble.
    private let checks: UnsafeMutablePointer<UInt8>
    /// By context and history, how likely a one is, in 65536ths.
    private let probabilities: UnsafeMutablePointer<UInt16>
    private let nextHistories: UnsafeMutablePointer<UInt8>
    private let historyCounts: UnsafeMutablePointer<UInt8>

    // MARK: Mixing

    /// The contexts' inputs, two of the match, and a constant one; the rest is 0.
    private static let inputCount = 16
    private let inputs: UnsafeMutablePointer<Int16>
    /// Three tables of weights in 16384ths; each gives one set.
    private let weights: UnsafeMutablePointer<Inputs>
    private typealias Inputs = SIMD16<Int16>
    private typealias Products = SIMD16<Int32>
    private static let weightShift: Int32 = 14
    private static let weightTables = [4 * 256, 256, 256]
    private let odds: UnsafeMutablePointer<Int16>
    private let squashed: UnsafeMutablePointer<Int32>
    /// By a hash of the last byte and the bits so far, and by the odds: what became of them, in 65536ths.
    private let refined: UnsafeMutablePointer<UInt16>
    private static let refinedBits = 12
    private static let refinedSteps = 33

    private var match: MatchModel
    private var contexts = Contexts()

    // MARK: Blocks

    /// How many bytes of this block there were.
    private var blockByteCount = 0
    private var isPlain = false
    /// How likely a block is plain, in 65536ths.
    private var plainProbability = PlainBlocks.startProbability

    init(_ kind: ContextKind) {
        self.kind = kind
        contextCount = kind.contextCount
        let slotCount = 1 << kind.slotBits
        slotMask = slotCount - 1
        slots = .zeros(slotCount * Self.slotByteCount)
        current = .zeros(contextCount)
        checks = .zeros(contextCount + 1)
        let histories = BitHistory.table
        probabilities = .zeros(contextCount * 256)
        for index in 0..<contextCount * 256 {
            probabilities[index] = histories.probabilities[index & 255]
        }
        nextHistories = .copy(histories.next)
        historyCounts = .copy(histories.counts)
        let room = UnsafeMutablePointer<Inputs>.allocate(capacity: 1)
        room.initialize(to: Inputs())
        inputs = UnsafeMutableRawPointer(room).assumingMemoryBound(to: Int16.self)
        var start = Inputs(repeating: 4915)
        for unused in contextCount + 3..<Self.inputCount { start[unused] = 0 }
        weights = .allocate(capacity: Self.weightTables.reduce(0, +))
        weights.initialize(repeating: start, count: Self.weightTables.reduce(0, +))
        odds = .copy(Logistic.odds)
        squashed = .copy(Logistic.probabilities)
        refined = .zeros(Self.refinedSteps << Self.refinedBits)
        for index in 0..<Self.refinedSteps << Self.refinedBits {
            let step = min(index % Self.refinedSteps * 128, 4095)
            refined[index] = UInt16(Logistic.probabilities[step] * 16)
        }
        match = MatchModel(kind)
    }

    deinit {
        slots.deallocate()
        current.deallocate()
        checks.deallocate()
        probabilities.deallocate()
        nextHistories.deallocate()
        historyCounts.deallocate()
        inputs.deallocate()
        weights.deallocate()
        odds.deallocate()
        squashed.deallocate()
        refined.deallocate()
    }

    /// Whether the next byte is the first one of a block.
    var isAtBlockStart: Bool { blockByteCount == 0 }

    /// Goes through the bit that tells whether a block is plain.
    @inline(__always)
    func beginBlock(_ code: (_ probability: UInt32) -> Int) {
        let bit = code(UInt32(plainProbability))
        isPlain = bit == 1
        withUnsafeMutablePointer(to: &plainProbability) { $0.adapt(to: bit, rate: PlainBlocks.rate) }
        plainProbability = max(plainProbability, 1)
    }

    /// Whether much of a block stood in the stream before.
    func repeats(_ block: [UInt8]) -> Bool { match.repeats(block) }

    private func append(_ byte: UInt8) {
        match.append(byte)
        contexts.append(byte)
        blockByteCount = (blockByteCount + 1) & (PlainBlocks.byteCount - 1)
    }

    /// Goes through a byte's bits, the highest first.
    ///
    /// - Parameters:
    ///   - hint: What is known of the byte besides those before it.
    ///   - code: Takes how likely a one is, in 65536ths and never 0, and gives the bit.
    /// - Returns: The byte.
    @inline(__always)
    func byte(hint: UInt64, _ code: (_ probability: UInt32) -> Int) -> UInt8 {
        if isPlain {
            var byte: UInt8 = 0
            for _ in 0..<8 { byte = byte << 1 | UInt8(truncatingIfNeeded: code(1 << 15)) }
            append(byte)
            return byte
        }
        contexts.prepare(kind, hint: hint)
        let hashes = contexts.hashes
        let first = contexts.firstSelector
        let second = contexts.secondSelector
        match.predict()
        var node = 1
        for place in 0..<8 {
            if place & 3 == 0 { selectSlots(hashes, place == 0 ? 0 : node) }
            // Within a nibble's tree: 1 to 15.
            let inner = place < 4 ? node : node & (1 << (place - 4) - 1) | 1 << (place - 4)
            for context in 0..<contextCount {
                let history = Int(slots[current[context] + inner])
                inputs[context] = odds[Int(probabilities[context << 8 | history] >> 4)]
            }
            let strength = match.inputs(node: node, place: place, odds, inputs + contextCount)
            inputs[contextCount + 2] = 256
            let vector = UnsafeRawPointer(inputs).load(as: Inputs.self)
            let sets = (weights + (strength << 8 | node), weights + (1024 + first), weights + (1280 + second))
            let mixed = (dot(sets.0, vector), dot(sets.1, vector), dot(sets.2, vector))
            let mean = (mixed.0 + mixed.1 + mixed.2) / 3
            let row = ((first << 8 | node) * 40503) >> (16 - Self.refinedBits) & (1 << Self.refinedBits - 1)
            let position = (mean + 2048) * 32
            let step = position >> 12
            let share = position & 4095
            let cell = refined + row * Self.refinedSteps + step
            let fine = (Int(cell[0]) * (4096 - share) + Int(cell[1]) * share) >> 12
            let probability = (Int(squashed[mean + 2048]) * 16 + fine) >> 1
            let bit = code(UInt32(max(1, min(probability, 65535))))

            train(sets.0, vector, mixed.0, bit)
            train(sets.1, vector, mixed.1, bit)
            train(sets.2, vector, mixed.2, bit)
            (cell + share >> 11).adapt(to: bit, rate: 6)
            for context in 0..<contextCount {
                let slot = slots + (current[context] + inner)
                let history = Int(slot[0])
                (probabilities + (context << 8 | history)).adapt(to: bit, rate: 7)
                slot[0] = nextHistories[history << 1 | bit]
            }
            match.update(bit)
            node = node << 1 | bit
        }
        let byte = UInt8(truncatingIfNeeded: node)
        append(byte)
        return byte
    }

    /// Finds the slot of each context: one that is its own, or else the less used of two.
    @inline(__always)
    private func selectSlots(_ hashes: Contexts.Hashes, _ node: Int) {
        // All are looked at before any is compared, so that memory answers for all at the same time.
        var touched: UInt8 = 0
        for context in 0..<contextCount {
            var hash = hashes[context]
            var index = Int(truncatingIfNeeded: hash >> 20) & slotMask
            if node > 0 {
                hash = Contexts.mix(hash &+ UInt64(node) &* 0x12345)
                index = index & ~Self.nearbyMask | Int(truncatingIfNeeded: hash >> 20) & Self.nearbyMask
            }
            let slot = index * Self.slotByteCount
            touched |= slots[slot]
            current[context] = slot
            checks[context] = UInt8(truncatingIfNeeded: hash >> 52) | 1
        }
        checks[contextCount] = touched
        for context in 0..<contextCount {
            let check = checks[context]
            var slot = current[context]
            guard slots[slot] != check else { continue }
            let other = slot ^ Self.slotByteCount
            let isLessUsed = historyCounts[Int(slots[other + 1])] < historyCounts[Int(slots[slot + 1])]
            if slots[other] == check || isLessUsed { slot = other }
            if slots[slot] != check {
                (slots + slot).update(repeating: 0, count: Self.slotByteCount)
                slots[slot] = check
            }
            current[context] = slot
        }
    }

    /// The odds that a set of weights gives.
    @inline(__always)
    private func dot(_ weights: UnsafeMutablePointer<Inputs>, _ inputs: Inputs) -> Int {
        // 16 products of 15 and 11 bits fit.
        let products =
            Products(truncatingIfNeeded: weights[0]) &* Products(truncatingIfNeeded: inputs)
        return Int(max(-2047, min(2047, products.wrappedSum() >> Self.weightShift)))
    }

    /// Moves a set's weights to where they would have given the bit.
    @inline(__always)
    private func train(
        _ weights: UnsafeMutablePointer<Inputs>, _ inputs: Inputs, _ given: Int, _ bit: Int
    ) {
        let error = Int16(truncatingIfNeeded: (bit << 12 - Int(squashed[given + 2048])) &* 7)
        let products = Products(truncatingIfNeeded: inputs) &* Products(repeating: Int32(error))
        let moved =
            Products(truncatingIfNeeded: weights[0]) &+ (products &+ Products(repeating: 1 << 14)) &>> 15
        weights[0] = Inputs(
            truncatingIfNeeded: moved.clamped(
                lowerBound: Products(repeating: -32768), upperBound: Products(repeating: 32767)))
    }
}

extension UnsafeMutablePointer where Pointee: FixedWidthInteger {
    /// Room for that many zeros.
    static func zeros(_ count: Int) -> Self {
        let room = allocate(capacity: count)
        room.initialize(repeating: 0, count: count)
        return room
    }

    /// Room for copies of those numbers.
    static func copy(_ numbers: [Pointee]) -> Self {
        let room = allocate(capacity: numbers.count)
        for (index, number) in numbers.enumerated() { room[index] = number }
        return room
    }
}

extension UnsafeMutablePointer<UInt16> {
    /// Moves a probability in 65536ths towards a bit.
    @inline(__always)
    func adapt(to bit: Int, rate: Int) {
        let goal = bit == 1 ? 65535 : 0
        let value = Int(self[0])
        self[0] = UInt16(truncatingIfNeeded: value + (goal - value) >> rate)
    }
}
