/// A chosen line of a list and the first line on screen.
struct ListCursor: Hashable, Sendable {
    private(set) var position = 0
    private(set) var offset = 0

    /// Chooses a line and scrolls as little as shows it, with some lines around it.
    mutating func move(to position: Int, count: Int, height: Int, margin: Int = 0) {
        self.position = max(0, min(position, count - 1))
        offset = max(self.position + margin - max(1, height) + 1, min(offset, self.position - margin))
        settle(count: count, height: height)
    }

    /// Scrolls by lines; the chosen line stays on screen.
    mutating func scroll(by lines: Int, count: Int, height: Int) {
        offset = max(0, min(offset + lines, count - height))
        position = max(0, min(max(offset, min(position, offset + height - 1)), count - 1))
    }

    /// Makes both numbers fit a list and a window of other sizes.
    mutating func settle(count: Int, height: Int) {
        position = max(0, min(position, count - 1))
        let height = max(1, height)
        offset = max(position - height + 1, min(offset, position))
        offset = max(0, min(offset, count - height))
    }
}
