/// Codes bits in the light of several contexts at once: their odds are added up, each weighing as much as it proved to be
/// worth.
final class MixedBits {
    /// How many contexts there are for each bit.
    static let contextCount = 8
    private static let slotBits: UInt32 = 16
    /// What an input weighs at first, in 65536ths.
    private static let firstWeight: Int32 = 10_650

    private let bits = BitContexts(contextCount << Int(slotBits))
    private let weights: UnsafeMutablePointer<Int32>
    private let inputs = UnsafeMutablePointer<Int32>.filled(0, contextCount)
    private let slots = UnsafeMutablePointer<Int>.filled(0, contextCount)
    private let odds: UnsafeMutablePointer<Int16>
    private let chances: UnsafeMutablePointer<Int32>

    /// So many sets of weights.
    init(setCount: Int) {
        weights = .filled(Self.firstWeight, setCount * Self.contextCount)
        odds = .allocate(capacity: Logistic.odds.count)
        odds.initialize(from: Logistic.odds, count: Logistic.odds.count)
        chances = .allocate(capacity: Logistic.chances.count)
        chances.initialize(from: Logistic.chances, count: Logistic.chances.count)
    }

    deinit {
        weights.deallocate()
        inputs.deallocate()
        slots.deallocate()
        odds.deallocate()
        chances.deallocate()
    }

    /// Says what a context has for the next bit.
    @inline(__always) func set(_ index: Int, _ value: Int) {
        let hash = UInt32(truncatingIfNeeded: value) &* 2_654_435_761
        slots[index] = index &<< Int(Self.slotBits) | Int(hash &>> (32 &- Self.slotBits))
    }

    /// Codes a bit with a set of weights.
    func code(_ bit: Bool, set: Int, _ coder: AdaptiveCoder) -> Bool {
        let weights = weights + set &* Self.contextCount
        var sum = 0
        for index in 0..<Self.contextCount {
            let input = Int32(odds[Int(bits.bits[slots[index]].chance &>> 10)])
            inputs[index] = input
            sum &+= Int(weights[index]) &* Int(input)
        }
        let chance = chances[min(max(sum &>> 16, -2047), 2047) &+ 2048]
        let bit = coder.code(bit, chance: UInt32(chance) &<< 10)
        let error = (bit ? 4096 : 0) &- chance
        for index in 0..<Self.contextCount {
            weights[index] &+= (inputs[index] &* error &* 3 &+ 8192) &>> 14
            coder.learn(bit, &bits.bits[slots[index]])
        }
        return bit
    }
}

/// Chances and their logarithmic odds, in whole numbers: it must come out the same everywhere.
private enum Logistic {
    /// The logistic function at every 128th of -2048 to 2048: 4096 / (1 + exp(-x / 256)), rounded.
    private static let knots: [Int32] = [
        1, 2, 4, 6, 10, 17, 27, 45, 74, 120, 194, 311, 488, 747, 1102, 1546, 2048, 2550, 2994, 3349, 3608,
        3785, 3902, 3976, 4022, 4051, 4069, 4079, 4086, 4090, 4092, 4094, 4095,
    ]

    /// By the logarithmic odds + 2048, in 256ths: the chance in 4096ths, 1 to 4095.
    static let chances: [Int32] = (0..<4096).map { place in
        let fraction = Int32(place & 127)
        return (knots[place >> 7] * (128 - fraction) + knots[place >> 7 + 1] * fraction + 64) >> 7
    }

    /// By the chance in 4096ths: the least logarithmic odds that give as much.
    static let odds: [Int16] = {
        var odds: [Int16] = []
        for place in 1..<4096 {
            while odds.count <= Int(chances[place]) { odds.append(Int16(place - 2048)) }
        }
        while odds.count < 4096 { odds.append(2047) }
        return odds
    }()
}
