/// A long array in pieces. A copy shares all pieces but those that are changed afterwards: somebody may work on a copy
/// in the background, and a change of a few elements copies a few kilobytes, not all of them.
struct Chunked<Element: Sendable>: Sendable {
    private(set) var pieces: [[Element]] = []
    private(set) var count = 0

    /// How many elements a piece has; a power of two.
    private static var pieceCount: Int { 512 }

    init() {}

    /// An array of equal elements; all pieces are one until they are changed.
    init(repeating element: Element, count: Int) {
        let piece = Array(repeating: element, count: Self.pieceCount)
        pieces = Array(repeating: piece, count: count / Self.pieceCount)
        self.count = count / Self.pieceCount * Self.pieceCount
        grow(to: count, filledWith: element)
    }

    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        get { pieces[index / Self.pieceCount][index % Self.pieceCount] }
        _modify { yield &pieces[index / Self.pieceCount][index % Self.pieceCount] }
    }

    mutating func append(_ element: Element) {
        if count % Self.pieceCount == 0 {
            var piece: [Element] = []
            piece.reserveCapacity(Self.pieceCount)
            pieces.append(piece)
        }
        pieces[pieces.count - 1].append(element)
        count += 1
    }

    /// Makes it as long as that, if it is shorter.
    mutating func grow(to count: Int, filledWith element: Element) {
        while self.count < count { append(element) }
    }
}
