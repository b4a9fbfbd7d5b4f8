import Bytes

/// Numbers as people read them.
public enum NumberText {
    /// A number with its digits grouped.
    static func grouped(_ number: Int) -> String { ByteCount.grouped(UInt64(max(0, number))) }

    /// A number with as many decimals as tell something, no more than four: `0.05`, `1.5`, `600`.
    public static func short(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "-" }
        let scaled = Int64((abs(number) * 10_000).rounded())
        var decimals = String(10_000 + scaled % 10_000).dropFirst()
        while decimals.hasSuffix("0") { decimals = decimals.dropLast() }
        return (number < 0 && scaled > 0 ? "-" : "") + "\(scaled / 10_000)"
            + (decimals.isEmpty ? "" : ".\(decimals)")
    }

    /// An amount of money: `0.0012`, `0.57`, `84.20`, `306,757`.
    public static func money(_ amount: Double) -> String {
        guard amount.isFinite, amount >= 0, amount < 1e15 else { return "-" }
        if amount >= 1000 { return ByteCount.grouped(UInt64(amount.rounded())) }
        if amount > 0, amount < 0.01 {
            let text = short(amount)
            return text == "0" ? "<0.0001" : text
        }
        let cents = Int((amount * 100).rounded())
        return "\(cents / 100)." + String(100 + cents % 100).dropFirst()
    }

    /// A time: `0.4 s`, `19 s`, `2 min 00 s`, `6 h 12 min`, `7 days`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "-" }
        if seconds < 9.95 {
            let tenths = Int((seconds * 10).rounded())
            return tenths == 0 && seconds > 0 ? "<0.1 s" : "\(tenths / 10).\(tenths % 10) s"
        }
        let whole = Int(seconds.rounded())
        func padded(_ number: Int) -> Substring { String(100 + number).dropFirst() }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
        let minutes = (whole + 30) / 60
        if minutes < 48 * 60 { return "\(minutes / 60) h \(padded(minutes % 60)) min" }
        return "\(grouped((minutes + 12 * 60) / (24 * 60))) days"
    }
}
