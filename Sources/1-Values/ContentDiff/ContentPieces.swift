/// Two contents that are too large to be looked at as a whole, cut into pieces that belong together.
public struct ContentPieces: Sendable {
    /// A part of both contents.
    public struct Piece: Hashable, Sendable {
        /// Where it is in the old content.
        public fileprivate(set) var old: Range<Int>
        /// Where it is in the new content.
        public fileprivate(set) var new: Range<Int>
        /// Whether both parts are the same.
        public fileprivate(set) var isSame: Bool
    }

    /// All pieces, in order: together they are both contents.
    public private(set) var pieces: [Piece] = []
    private let limit: Int

    /// Cuts two contents.
    ///
    /// - Parameters:
    ///   - oldCount: The size of the old content.
    ///   - newCount: The size of the new content.
    ///   - copies: What is the same in both, in the order of the new content. Of those that cross in the old content, the
    ///     ones that hold most bytes are kept.
    ///   - limit: How many bytes a piece has at most, on either side.
    public init(oldCount: Int, newCount: Int, copies: [ByteDiff.Copy], limit: Int) {
        self.limit = max(1, limit)
        var (oldEnd, newEnd) = (0, 0)
        for copy in ByteDiff.series(of: copies) where copy.new >= newEnd && copy.old >= oldEnd {
            add(oldEnd..<copy.old, newEnd..<copy.new, isSame: false)
            (oldEnd, newEnd) = (copy.old + copy.count, copy.new + copy.count)
            add(copy.old..<oldEnd, copy.new..<newEnd, isSame: true)
        }
        add(min(oldEnd, oldCount)..<oldCount, min(newEnd, newCount)..<newCount, isSame: false)
    }

    /// How many pieces differ.
    public var differingCount: Int { pieces.count { !$0.isSame } }

    /// The next piece that differs behind one, or before it; nil if there is none.
    public func differing(from index: Int, isForward: Bool) -> Int? {
        isForward
            ? pieces.indices.dropFirst(index + 1).first { !pieces[$0].isSame }
            : pieces.indices.prefix(max(0, index)).last { !pieces[$0].isSame }
    }

    /// Adds two parts, to the last piece as far as that has room.
    private mutating func add(_ old: Range<Int>, _ new: Range<Int>, isSame: Bool) {
        var (old, new) = (old, new)
        while !old.isEmpty || !new.isEmpty {
            let used = pieces.last.map { max($0.old.count, $0.new.count) } ?? limit
            // A piece that is the same throughout is not looked at closely: a difference does not join it.
            let joins = used < limit && pieces.last.map { $0.isSame == isSame || !$0.isSame } == true
            let room = joins ? limit - used : limit
            let longest = max(old.count, new.count)
            // Of sides of unequal length each gives its share, so that they end together.
            func share(_ range: Range<Int>) -> Int {
                longest <= room ? range.count : Int(Double(range.count) / Double(longest) * Double(room))
            }
            var (oldShare, newShare) = (share(old), share(new))
            if oldShare == 0, newShare == 0 { (oldShare, newShare) = (min(1, old.count), min(1, new.count)) }
            let parts = (
                old: old.lowerBound..<old.lowerBound + oldShare,
                new: new.lowerBound..<new.lowerBound + newShare
            )
            if joins {
                pieces[pieces.count - 1].old = pieces[pieces.count - 1].old.lowerBound..<parts.old.upperBound
                pieces[pieces.count - 1].new = pieces[pieces.count - 1].new.lowerBound..<parts.new.upperBound
            } else {
                pieces.append(Piece(old: parts.old, new: parts.new, isSame: isSame))
            }
            old = parts.old.upperBound..<old.upperBound
            new = parts.new.upperBound..<new.upperBound
        }
    }
}
