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

    /// Goes where a key for moving leads; other keys leave the line where it is.
    mutating func move(_ command: Command, count: Int, height: Int) {
        let target = command.line(from: position, count: count, height: height)
        move(to: target ?? position, count: count, height: height)
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

extension Command {
    /// Whether it moves in a list or a text.
    var isMove: Bool { line(from: 0, count: 1, height: 1) != nil }

    /// Whether it leads to what is above.
    var isUpwards: Bool { self == .up || self == .pageUp || self == .top }

    /// The line that a key for moving leads to in a list or a text, which may lie beyond its ends.
    ///
    /// - Parameters:
    ///   - line: Where it is pressed.
    ///   - count: How many lines there are.
    ///   - height: How many of them are on screen: a page, of which one line stays.
    /// - Returns: The line; nil for keys that do not move.
    func line(from line: Int, count: Int, height: Int) -> Int? {
        switch self {
        case .up: line - 1
        case .down: line + 1
        case .pageUp: line - max(1, height - 1)
        case .pageDown: line + max(1, height - 1)
        case .top: 0
        case .bottom: count - 1
        default: nil
        }
    }
}
