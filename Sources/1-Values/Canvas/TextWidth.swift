/// How many terminal columns text takes; a pure stand-in for libc's `wcwidth`.
public enum TextWidth {
    /// 0 for combining and invisible scalars, 2 for East Asian wide ones and emoji, else 1.
    public static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value == 0 ? 0 : 1 }
        if contains(value, in: WidthTables.zero) { return 0 }
        return value >= 0x1100 && contains(value, in: WidthTables.wide) ? 2 : 1
    }

    /// The sum over the text's scalars.
    public static func of(_ text: some StringProtocol) -> Int {
        var columns = 0
        for scalar in text.unicodeScalars { columns += of(scalar) }
        return columns
    }

    private static func contains(_ value: UInt32, in ranges: [ClosedRange<UInt32>]) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }
}
