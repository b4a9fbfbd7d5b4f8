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

    private static let units: [(name: String, factor: Double)] = [
        ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("kB", 1000), ("KB", 1000), ("MB", 1e6),
        ("GB", 1e9), ("B", 1),
    ]

    /// Reads a size: a number with a unit (`B`, `kB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`) or without, as messages show it, with
    /// a space between, too; nil for anything else.
    public static func parsed(_ text: some StringProtocol) -> UInt64? {
        let unit = units.first { text.hasSuffix($0.name) }
        var digits = text.dropLast(unit?.name.count ?? 0)
        if unit != nil, digits.last == " " { digits = digits.dropLast() }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
        // What has no point is read exactly, however many digits it has.
        if unit == nil, let whole = UInt64(digits) { return whole }
        return Double(digits).flatMap { UInt64(exactly: ($0 * (unit?.factor ?? 1)).rounded()) }
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
        if share >= 9.95 || share == 0 { return "\(Int(share.rounded()))%" }
        let tenths = Int((share * 10).rounded())
        if tenths == 0 { return "<0.1%" }
        return "\(tenths / 10).\(tenths % 10)%"
    }
}
