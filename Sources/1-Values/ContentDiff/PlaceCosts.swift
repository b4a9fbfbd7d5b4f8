/// What the places of a new content cost in the patch that makes it of an old one, and what was predicted there.
///
/// Costs are bytes of the patch: those of all places together are the whole patch.
public struct PlaceCosts: Sendable {
    /// A few bytes of the new content where something costs or was predicted.
    public struct Place: Hashable, Sendable {
        /// Where it begins.
        public let start: Int
        /// Where it ends.
        public fileprivate(set) var end: Int
        /// What bytes cost here that stand for themselves.
        public fileprivate(set) var newCost: Float
        /// What it costs here to change old bytes, and to tell which ones.
        public fileprivate(set) var changeCost: Float
        /// How many fields were predicted.
        public fileprivate(set) var predictedCount: UInt32
        /// How many of them became what was predicted.
        public fileprivate(set) var rightCount: UInt32
    }

    /// A named part of the new content.
    public struct Section: Hashable, Sendable {
        /// Its name; no text in a particular encoding.
        public let name: [UInt8]
        /// Where it is.
        public let range: Range<Int>

        /// A part of that name.
        public init(name: [UInt8], range: Range<Int>) {
            self.name = name
            self.range = range
        }
    }

    /// Neighbouring places of one section, or all that are in it.
    public struct Block: Hashable, Sendable {
        /// How most of its cost arises.
        public enum Kind: Hashable, Sendable {
            /// Bytes that stand for themselves.
            case new
            /// Changes of old bytes.
            case patched
            /// Changes of what was predicted.
            case predicted
        }

        /// From its first place to the end of its last.
        public fileprivate(set) var range: Range<Int>
        /// The section that it is in; nil where there is none.
        public let section: [UInt8]?
        /// What bytes cost that stand for themselves.
        public fileprivate(set) var newCost: Double
        /// What changes of old bytes cost.
        public fileprivate(set) var changeCost: Double
        /// How many fields were predicted.
        public fileprivate(set) var predictedCount: Int
        /// How many of them became what was predicted.
        public fileprivate(set) var rightCount: Int

        /// All that it costs.
        public var cost: Double { newCost + changeCost }

        /// How most of its cost arises.
        public var kind: Kind { newCost > changeCost ? .new : predictedCount > 0 ? .predicted : .patched }

        fileprivate mutating func add(_ place: Place) {
            range = range.lowerBound..<max(range.upperBound, place.end)
            newCost += Double(place.newCost)
            changeCost += Double(place.changeCost)
            predictedCount += Int(place.predictedCount)
            rightCount += Int(place.rightCount)
        }

        fileprivate init(_ place: Place, section: [UInt8]?) {
            range = place.start..<place.end
            self.section = section
            (newCost, changeCost, predictedCount, rightCount) = (0, 0, 0, 0)
            add(place)
        }
    }

    /// Where something costs or was predicted, in order.
    public private(set) var places: [Place] = []

    /// Places are told apart to this many bytes.
    private let placeByteCount: Int

    /// No costs yet.
    ///
    /// - Parameter byteCount: The size of the content. The smaller it is, the closer places are told apart: to a byte in a
    ///   few thousand bytes. A large content that differs everywhere has a list half as long as itself.
    public init(byteCount: Int = .max) {
        placeByteCount = max(1, min(Self.largestPlace, byteCount / Self.placeCount))
    }

    private static let largestPlace = 64
    private static let placeCount = 1 << 14
    /// What is farther from the last place than this begins another block.
    private static let blockGap = 128
    /// No block is longer.
    private static let blockByteCount = 16 << 10

    // MARK: - Making

    /// The place at an offset, which must not lie before the last one.
    private mutating func place(at offset: Int) -> Int {
        if let last = places.last, offset / placeByteCount == last.start / placeByteCount {
            return places.count - 1
        }
        places.append(
            Place(start: offset, end: offset, newCost: 0, changeCost: 0, predictedCount: 0, rightCount: 0))
        return places.count - 1
    }

    /// Adds what a byte costs that stands for itself. Offsets do not go back.
    public mutating func add(newByteAt offset: Int, cost: Double) {
        let index = place(at: offset)
        places[index].end = max(places[index].end, offset + 1)
        places[index].newCost += Float(cost)
    }

    /// Adds what it costs to change some old bytes.
    public mutating func add(changeAt offset: Int, byteCount: Int, cost: Double) {
        let index = place(at: offset)
        places[index].end = max(places[index].end, offset + byteCount)
        places[index].changeCost += Float(cost)
    }

    /// Adds fields that were predicted.
    public mutating func add(predictedAt offset: Int, byteCount: Int, count: Int, rightCount: Int) {
        let index = place(at: offset)
        places[index].end = max(places[index].end, offset + byteCount)
        places[index].predictedCount += UInt32(clamping: count)
        places[index].rightCount += UInt32(clamping: rightCount)
    }

    /// Adds those of a part that follows.
    public mutating func append(_ other: PlaceCosts) { places += other.places }

    // MARK: - Looking at them

    /// All of it.
    public var cost: Double { places.reduce(0) { $0 + Double($1.newCost) + Double($1.changeCost) } }

    /// What bytes cost that stand for themselves.
    public var newCost: Double { places.reduce(0) { $0 + Double($1.newCost) } }

    /// Places that lie together, cut where sections end, in order. Those that only right predictions are in cost nothing.
    ///
    /// - Parameter sections: Parts of the content in order, without overlaps.
    /// - Returns: The blocks.
    public func blocks(in sections: [Section]) -> [Block] {
        var blocks: [Block] = []
        var start = 0
        forEach(in: sections) { place, section, isFirst in
            if let last = blocks.last, !isFirst, place.start - last.range.upperBound <= Self.blockGap,
                place.end - start <= Self.blockByteCount
            {
                blocks[blocks.count - 1].add(place)
            } else {
                blocks.append(Block(place, section: section))
                start = place.start
            }
        }
        return blocks
    }

    /// What all places of each section cost together, in order; what lies between sections counts as one of its own.
    ///
    /// - Parameter sections: Parts of the content in order, without overlaps.
    /// - Returns: A sum for each section in which there is a place.
    public func sums(of sections: [Section]) -> [Block] {
        var sums: [Block] = []
        forEach(in: sections) { place, section, isFirst in
            if isFirst || sums.isEmpty {
                sums.append(Block(place, section: section))
            } else {
                sums[sums.count - 1].add(place)
            }
        }
        return sums
    }

    /// Goes through the places, with the section that each begins in and whether it is the first one there.
    private func forEach(
        in sections: [Section], _ body: (_ place: Place, _ section: [UInt8]?, _ isFirst: Bool) -> Void
    ) {
        var next = 0
        /// Twice the number of the section, or one less for what lies before it.
        var last: Int?
        for place in places {
            while next < sections.count, sections[next].range.upperBound <= place.start { next += 1 }
            let isInside = next < sections.count && sections[next].range.lowerBound <= place.start
            let number = 2 * next + (isInside ? 1 : 0)
            body(place, isInside ? sections[next].name : nil, number != last)
            last = number
        }
    }

    /// What equal parts of the content cost.
    ///
    /// - Parameters:
    ///   - count: How many parts.
    ///   - byteCount: The size of the content.
    /// - Returns: What each part costs.
    public func columns(_ count: Int, of byteCount: Int) -> [Double] {
        guard count > 0, byteCount > 0 else { return [] }
        var columns = Array(repeating: 0.0, count: count)
        for place in places {
            let column = min(count - 1, Int(Double(place.start) / Double(byteCount) * Double(count)))
            guard column >= 0 else { continue }
            columns[column] += Double(place.newCost) + Double(place.changeCost)
        }
        return columns
    }
}
