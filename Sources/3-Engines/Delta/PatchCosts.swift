import Bytes
public import ContentDiff

extension Patch {
    /// What each place of the new content costs in this patch.
    ///
    /// Each stream takes what it takes by itself when it is compressed, but no more than it has: what a compressor writes
    /// around it is written once for all files of a layer. Its bytes share that by what a model of two bytes makes of them.
    /// The patch has to have been made with `PatchPlace.tracesPrediction`.
    ///
    /// - Parameters:
    ///   - parts: The matches that the patch was made of.
    ///   - start: Where in the whole new content the patch begins.
    /// - Returns: Costs that add up to `estimatedByteCount`, without what is written around the streams.
    /// - Throws: `CancellationError` when its task was cancelled.
    public func placeCosts(of parts: [MatchedPart], from start: Int = 0) throws -> PlaceCosts {
        var control = StreamShares(self.control)
        var copyCounts = StreamShares(self.copyCounts)
        var literalCounts = StreamShares(self.literalCounts)
        var gaps = StreamShares(differences.gapBytes)
        var changes = StreamShares(differences.changes)
        var literal = StreamShares(self.literal)
        var costs = PlaceCosts(byteCount: byteCount)
        var predictions = self.predictions[...]
        /// Adds what was predicted up to an offset.
        func addPredictions(upTo offset: Int, to costs: inout PlaceCosts) {
            while let next = predictions.first, next.start <= offset {
                predictions.removeFirst()
                costs.add(
                    predictedAt: start + next.start, byteCount: next.byteCount, count: next.count,
                    rightCount: next.rightCount)
            }
        }
        var position = 0
        /// Bytes before the next change; nil behind the last one.
        var gap = gaps.varint()
        var poll = Poll()
        for step in Self.steps(of: parts) {
            let head = control.costOfVarint() + copyCounts.costOfVarint() + literalCounts.costOfVarint()
            addPredictions(upTo: position, to: &costs)
            costs.add(changeAt: start + position, byteCount: 0, cost: head)
            var left = step.copyCount
            while let (count, cost) = gap, count < left {
                try poll.step(1)
                position += count
                left -= count + 1
                addPredictions(upTo: position, to: &costs)
                costs.add(changeAt: start + position, byteCount: 1, cost: cost + changes.cost())
                position += 1
                gap = gaps.varint()
            }
            if let (count, cost) = gap { gap = (count - left, cost) }
            position += left
            addPredictions(upTo: position - 1, to: &costs)
            for _ in 0..<step.literalCount {
                try poll.step(1)
                costs.add(newByteAt: start + position, cost: literal.cost())
                position += 1
            }
        }
        // Choices between what is predicted and what was there stand behind all steps, and cost next to nothing.
        if let end = costs.places.last {
            costs.add(changeAt: end.start, byteCount: 0, cost: control.rest())
        }
        return costs
    }
}

/// Fields of the new content that a predictor served, some bytes together.
struct PredictedPlace: Sendable {
    /// Where the first one starts.
    let start: Int
    /// How far they reach.
    var byteCount: Int
    var count: Int
    /// How many became what was predicted.
    var rightCount: Int

    /// Neighbours within so many bytes are counted together.
    static let joinedByteCount = 64
}

extension [PredictedPlace] {
    /// Adds the fields of a block where what is predicted is something else than the old bytes.
    mutating func add(_ predicted: [UInt8], instead old: [UInt8], _ new: [UInt8], at start: Int) {
        var index = 0
        while index < predicted.count {
            guard predicted[index] != old[index] else {
                index += 1
                continue
            }
            let first = index
            var isRight = true
            while index < predicted.count, predicted[index] != old[index] {
                isRight = isRight && predicted[index] == new[start + index]
                index += 1
            }
            if let last, start + index - last.start <= PredictedPlace.joinedByteCount {
                self[count - 1].byteCount = start + index - last.start
                self[count - 1].count += 1
                self[count - 1].rightCount += isRight ? 1 : 0
            } else {
                append(
                    PredictedPlace(
                        start: start + first, byteCount: index - first, count: 1, rightCount: isRight ? 1 : 0)
                )
            }
        }
    }
}

/// Shares what a stream takes when it is compressed among its bytes, in order.
private struct StreamShares {
    private let bytes: [UInt8]
    private var place = 0
    private var model = ByteModel()
    /// Bytes of the compressed stream for each bit that the model gives it.
    private let scale: Double

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var model = ByteModel()
        let bits = bytes.reduce(0) { $0 + model.bits(of: $1) }
        scale = bits > 0 ? Double(min(StreamEstimate.of(bytes), bytes.count)) / bits : 0
    }

    /// The cost of the next byte.
    mutating func cost() -> Double {
        guard place < bytes.count else { return 0 }
        defer { place += 1 }
        return model.bits(of: bytes[place]) * scale
    }

    /// The cost of the next number.
    mutating func costOfVarint() -> Double { varint()?.cost ?? 0 }

    /// The next number and its cost; nil behind the last one.
    mutating func varint() -> (value: Int, cost: Double)? {
        guard place < bytes.count else { return nil }
        var value = 0
        var sum = 0.0
        var shift = 0
        while place < bytes.count {
            let byte = bytes[place]
            sum += cost()
            if shift < 56 { value |= Int(byte & 0x7f) << shift }
            shift += 7
            if byte < 0x80 { break }
        }
        return (value, sum)
    }

    /// The cost of all that is left.
    mutating func rest() -> Double {
        var sum = 0.0
        while place < bytes.count { sum += cost() }
        return sum
    }
}

/// How surprising a byte is after the one before it, by how often it followed that one until now.
struct ByteModel {
    private var counts = Array(repeating: UInt32(0), count: 1 << 16)
    private var sums = Array(repeating: UInt32(0), count: 1 << 8)
    private var previous = 0

    /// What is not known yet counts as if it had been seen this often, all bytes together.
    private static let prior = 8.0

    mutating func bits(of byte: UInt8) -> Double {
        let index = previous << 8 | Int(byte)
        let ratio =
            (Double(sums[previous]) + Self.prior) / (Double(counts[index]) + Self.prior / 256)
        counts[index] &+= 1
        sums[previous] &+= 1
        previous = Int(byte)
        return Self.logarithm(ratio)
    }

    /// The logarithm to base 2 of a number from 1 on, to the second digit.
    private static func logarithm(_ value: Double) -> Double {
        let part = value.significand - 1
        return Double(value.exponent) + part + 0.34 * part * (1 - part)
    }
}
