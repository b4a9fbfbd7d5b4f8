/// What differs between two contents that are no text, byte by byte.
public struct ByteDiff: Sendable {
    /// A run of the new content that resembles a run of the old one, byte by byte.
    public struct Copy: Hashable, Sendable {
        /// Where it is in the old content.
        public let old: Int
        /// Where it is in the new content.
        public let new: Int
        /// How long it is.
        public let count: Int

        /// A run at those places.
        public init(old: Int, new: Int, count: Int) {
            self.old = old
            self.new = new
            self.count = count
        }
    }

    /// The old content, as far as it is looked at.
    public let old: [UInt8]
    /// The new content, as far as it is looked at.
    public let new: [UInt8]
    /// Runs of bytes, from the first to the last of both contents.
    public let runs: [DiffRun]
    /// Whether the runs follow what was found to belong together, or only the places.
    public let isAligned: Bool

    /// Equal runs shorter than this between changed ones are shown with them.
    private static let joinedByteCount = 16
    private static let runLimit = 200_000

    /// Compares what stands at the same places, counted from both ends.
    public init(old: [UInt8], new: [UInt8]) {
        let common = min(old.count, new.count)
        var end = 0
        if old.count != new.count {
            while end < common, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
        }
        let head = Copy(old: 0, new: 0, count: common - end)
        let tail = Copy(old: old.count - end, new: new.count - end, count: end)
        self.init(old: old, new: new, copies: [head, tail], isAligned: false)
    }

    /// Compares what belongs together.
    ///
    /// - Parameters:
    ///   - old: The old content.
    ///   - new: The new content.
    ///   - copies: What belongs together, in the order of the new content, without overlaps there. Of those that cross in
    ///     the old content, the ones that hold most bytes are kept: a list of two columns cannot cross.
    public init(old: [UInt8], new: [UInt8], copies: [Copy]) {
        self.init(old: old, new: new, copies: copies, isAligned: true)
    }

    private init(old: [UInt8], new: [UInt8], copies: [Copy], isAligned: Bool) {
        self.old = old
        self.new = new
        self.isAligned = isAligned
        var runs: [DiffRun] = []
        var (oldEnd, newEnd) = (0, 0)
        let usable = copies.filter { copy in
            copy.old >= 0 && copy.new >= 0 && copy.count > 0 && copy.count <= old.count - copy.old
                && copy.count <= new.count - copy.new
        }
        for copy in Self.series(of: usable) {
            guard copy.new >= newEnd, runs.count < Self.runLimit else { continue }
            runs.add(old: oldEnd..<copy.old, new: newEnd..<copy.new, isSame: false)
            Self.split(copy, old, new, into: &runs)
            (oldEnd, newEnd) = (copy.old + copy.count, copy.new + copy.count)
        }
        runs.add(old: oldEnd..<old.count, new: newEnd..<new.count, isSame: false)
        self.runs = runs
    }

    /// How many bytes differ: those of the longer side of each run that is not the same.
    public var differingCount: Int {
        runs.reduce(0) { $0 + ($1.isSame ? 0 : max($1.old.count, $1.new.count)) }
    }

    /// Of copies in the order of the new content, those that also stand in their order in the old one: the series that
    /// holds most bytes. One that leads far astray would otherwise leave out all that follows it.
    static func series(of copies: [Copy]) -> [Copy] {
        let ends = Set(copies.map { $0.old + $0.count }).sorted()
        /// How many ends stand before or at a place.
        func rank(_ place: Int) -> Int {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle] <= place { low = middle + 1 } else { high = middle }
            }
            return low
        }
        // The best series that ends at or before each place: a tree of sums (P. Fenwick, 1994), of maxima here.
        var best = Array(repeating: (byteCount: 0, copy: -1), count: ends.count + 1)
        var before = Array(repeating: -1, count: copies.count)
        for (index, copy) in copies.enumerated() {
            var found = (byteCount: 0, copy: -1)
            var place = rank(copy.old)
            while place > 0 {
                if best[place].byteCount > found.byteCount { found = best[place] }
                place &= place - 1
            }
            before[index] = found.copy
            let byteCount = found.byteCount + copy.count
            place = rank(copy.old + copy.count)
            while place <= ends.count {
                if byteCount > best[place].byteCount { best[place] = (byteCount, index) }
                place += place & -place
            }
        }
        var last = (byteCount: 0, copy: -1)
        var place = ends.count
        while place > 0 {
            if best[place].byteCount > last.byteCount { last = best[place] }
            place &= place - 1
        }
        var series: [Copy] = []
        while last.copy >= 0 {
            series.append(copies[last.copy])
            last.copy = before[last.copy]
        }
        return series.reversed()
    }

    /// Tells the equal and the changed bytes of a copy apart.
    private static func split(_ copy: Copy, _ old: [UInt8], _ new: [UInt8], into runs: inout [DiffRun]) {
        var index = 0
        var start = 0
        func add(_ range: Range<Int>, _ isSame: Bool) {
            runs.add(
                old: copy.old + range.lowerBound..<copy.old + range.upperBound,
                new: copy.new + range.lowerBound..<copy.new + range.upperBound, isSame: isSame)
        }
        while index < copy.count {
            while index < copy.count, old[copy.old + index] == new[copy.new + index] { index += 1 }
            guard index < copy.count else { break }
            add(start..<index, true)
            start = index
            // Up to where so many bytes agree again.
            var agreed = 0
            while index < copy.count, agreed < joinedByteCount {
                agreed = old[copy.old + index] == new[copy.new + index] ? agreed + 1 : 0
                index += 1
            }
            if agreed == joinedByteCount { index -= agreed }
            add(start..<index, false)
            start = index
        }
        add(start..<copy.count, true)
    }
}
