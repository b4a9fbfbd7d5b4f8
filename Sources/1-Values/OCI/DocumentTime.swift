/// Reads a time as the runtimes do, which are written in Go: RFC 3339, and what some versions of Go take beyond that (an hour of
/// one digit, a comma before parts of a second, any offset).
struct DocumentTime {
    private var rest: ArraySlice<UInt8>

    /// Whether a text of a document is a time that some runtime reads.
    static func isTime(_ text: [UInt8]) -> Bool {
        var reader = DocumentTime(rest: text[...])
        return reader.isDate() && reader.take("T") && reader.isClock() && reader.isZone()
            && reader.rest.isEmpty
    }

    private mutating func isDate() -> Bool {
        guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
            let day = number(digits: 2), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let dayCounts = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...dayCounts[month - 1]).contains(day)
    }

    private mutating func isClock() -> Bool {
        guard let hour = number(digits: 2) ?? number(digits: 1), hour < 24, take(":"),
            let minute = number(digits: 2), minute < 60, take(":"),
            let second = number(digits: 2), second < 60
        else { return false }
        guard take(".") || take(",") else { return true }
        guard number(digits: 1) != nil else { return false }
        while number(digits: 1) != nil {}
        return true
    }

    private mutating func isZone() -> Bool {
        if take("Z") { return true }
        guard take("+") || take("-") else { return false }
        return number(digits: 2) != nil && take(":") && number(digits: 2) != nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func number(digits count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest.removeFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
