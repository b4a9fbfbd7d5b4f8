import CTerminal
public import Canvas

extension Terminal {
    /// Shows a frame; only cells that differ from the last one are handed to curses.
    public func present(_ frame: Frame, theme: Theme) {
        let previous = shown?.size == frame.size && shownTheme == theme ? shown : nil
        for row in 0..<frame.size.rows {
            for column in 0..<frame.size.columns {
                let index = row * frame.size.columns + column
                let cell = frame.cells[index]
                if cell.isContinuation
                    || previous?.cells[index] == cell && !isWidthChanged(previous, frame, index)
                {
                    continue
                }
                put(cell, isWide: isWide(frame, index), row: row, column: column, theme: theme)
            }
        }
        shown = frame
        shownTheme = theme
        showTitle(frame.title)
        ct_flush(Int32(frame.cursor?.row ?? -1), Int32(frame.cursor?.column ?? -1))
    }

    private func isWide(_ frame: Frame, _ index: Int) -> Bool {
        index + 1 < frame.cells.count && (index + 1) % frame.size.columns != 0
            && frame.cells[index + 1].isContinuation
    }

    /// Curses blanks half of a wide character when the other half is overwritten, so its neighbours are put
    /// again.
    private func isWidthChanged(_ previous: Frame?, _ frame: Frame, _ index: Int) -> Bool {
        guard let previous else { return true }
        let neighbours = [index - 1, index + 1].filter(frame.cells.indices.contains)
        return neighbours.contains { previous.cells[$0].isContinuation != frame.cells[$0].isContinuation }
    }

    private func put(_ cell: Cell, isWide: Bool, row: Int, column: Int, theme: Theme) {
        let (attributes, pair) = pairs.look(theme.appearance(of: cell.style))
        let scalars = cell.text.unicodeScalars.map(\.value)
        ct_put(
            Int32(row), Int32(column), scalars, Int32(scalars.count), isWide ? 2 : 1, attributes.rawValue,
            pair)
    }
}

/// Hands out curses' colour pairs as they are needed.
struct ColorPairs {
    private struct Key: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private var numbers: [Key: Int32] = [:]

    /// The attributes and the pair that show an appearance as well as the terminal can.
    mutating func look(_ appearance: Appearance) -> (Attributes, pair: Int32) {
        let count = Int(ct_color_count())
        var attributes = appearance.attributes
        // Eight colours: bright text is bold text, as terminals have always shown it.
        if count == 8, case .palette(8..<16) = appearance.foreground { attributes.insert(.bold) }
        let foreground = Self.color(appearance.foreground, count)
        var background = Self.color(appearance.background, count)
        if count < 256, appearance.background != .terminal {
            // Few colours: a dark ground is the terminal's own, a grey one is reversed text, or it would not
            // be seen.
            let level = appearance.background.grayLevel
            let isDark = level.map { $0 < 50 } ?? false
            let isMiddle = level.map { $0 < 128 } ?? (background < 0)
            if isDark || isMiddle { background = -1 }
            if !isDark && (isMiddle || background < 0) { attributes.insert(.reverse) }
        }
        return (attributes, pair(Key(foreground: foreground, background: background)))
    }

    private static func color(_ color: Color, _ count: Int) -> Int32 {
        color.index(colorCount: count).map { Int32($0) } ?? -1
    }

    private mutating func pair(_ key: Key) -> Int32 {
        guard key.foreground >= 0 || key.background >= 0 else { return 0 }
        if let number = numbers[key] { return number }
        let number = Int32(numbers.count + 1)
        // A terminal with few pairs shows the rest in its own colours.
        let defined = ct_define_pair(number, key.foreground, key.background) ? number : 0
        numbers[key] = defined
        return defined
    }
}
