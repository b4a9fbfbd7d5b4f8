import Bytes

/// Splits sums into whole parts that add up to them.
enum Shares {
    /// Splits a sum in proportion to weights.
    ///
    /// - Parameters:
    ///   - total: The sum.
    ///   - weights: What to split it by; the same for the same weights, whatever their order.
    /// - Returns: A part for each weight; they add up to the sum unless all weights are zero.
    static func split(_ total: UInt64, by weights: [Int: UInt64]) -> [Int: UInt64] {
        let sum = weights.values.reduce(0) { $0 + Double($1) }
        guard sum > 0 else { return weights.mapValues { _ in 0 } }
        var parts: [Int: UInt64] = [:]
        var position = 0.0
        var given: UInt64 = 0
        let ordered = weights.sorted { $0.key < $1.key }
        let last = ordered.last { $0.value > 0 }?.key
        for (key, weight) in ordered {
            position += Double(weight)
            // The last one takes what rounding left over.
            let share = position / sum * Double(total)
            let end = key == last || share >= Double(total) ? total : UInt64(share)
            parts[key] = end - min(given, end)
            given = max(given, end)
        }
        return parts
    }
}
