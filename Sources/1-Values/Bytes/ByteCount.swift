/// Byte counts, times and rates as people read them.
public enum ByteCount {
    /// A decimal size in four to nine columns: `0 B`, `999 B`, `1.0 kB`, `60.5 MB`, `1.24 GB`.
    public static func text(_ count: UInt64) -> String {
        guard count >= 1000 else { return "\(count) B" }
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        var scaled = count
        var unit = -1
        var divisor: UInt64 = 1
        while scaled >= 1000, unit < units.count - 1 {
            scaled /= 1000
            unit += 1
            divisor *= 1000
        }
        let tenths = (count / (divisor / 10) + (count % (divisor / 10) >= divisor / 20 ? 1 : 0))
        if tenths >= 10_000, unit < units.count - 1 { return "1.0 \(units[unit + 1])" }
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// A size with its digits grouped: `1,239,562`.
    public static func grouped(_ count: UInt64) -> String {
        var digits = Array(String(count))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return String(digits)
    }

    /// What share `part` is of `whole` in percent: `2%`, `0.3%`, `-` when there is no whole.
    public static func percent(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0 else { return "-" }
        let share = Double(part) / Double(whole) * 100
        if share >= 10 || share == 0 { return "\(Int(share.rounded()))%" }
        let tenths = Int((share * 10).rounded())
        if tenths == 0 { return "<0.1%" }
        return "\(tenths / 10).\(tenths % 10)%"
    }
}
