/// What bits were seen in a context, as a number of a byte: 0 is nothing.
///
/// Up to four bits are remembered in order. Behind them it is how many zeros and ones there were, and which was last:
/// where one kind comes again and again, what is known of the other fades. The bounds keep it below 256 histories.
struct BitHistory: Hashable {
    private var zeros = 0
    private var ones = 0
    /// The bits in order, the first as the highest, while there are at most four; then the last one where it matters.
    private var bits = 0
    private var isOrdered = true

    private static let orderedCount = 4
    /// How often the more frequent bit can count, by how often the other does.
    private static let limits = [30, 20, 10, 6, 5]

    /// What remains of the other bit's count.
    private static func faded(_ count: Int) -> Int {
        switch count {
        case ...2: count
        case 3: 2
        case 4...6: 3
        case 7...10: 4
        case 11...20: 5
        default: 6
        }
    }

    /// The history with one more bit.
    func followed(by bit: Int) -> BitHistory {
        var next = self
        if isOrdered, zeros + ones < Self.orderedCount {
            next.zeros += 1 - bit
            next.ones += bit
            next.bits = bits << 1 | bit
            return next
        }
        next.isOrdered = false
        let other = Self.faded(bit == 1 ? zeros : ones)
        let own = min((bit == 1 ? ones : zeros) + 1, Self.limits[min(other, Self.limits.count - 1)])
        (next.zeros, next.ones) = bit == 1 ? (other, own) : (own, other)
        next.bits = other == 0 ? 0 : bit
        return next
    }

    /// How likely the next bit is a one, in 65536ths.
    private var probability: UInt16 { UInt16((ones * 5 + 2) * 65535 / ((zeros + ones) * 5 + 4)) }

    /// All histories: in order of discovery, a zero before a one.
    static let table: Table = Table()

    /// The histories by number.
    struct Table: Sendable {
        /// By twice the number and the next bit, the next number.
        let next: [UInt8]
        /// By number, how likely a one is, in 65536ths.
        let probabilities: [UInt16]
        /// By number, how many bits are known.
        let counts: [UInt8]

        init() {
            var found = [BitHistory()]
            var numbers = [BitHistory(): 0]
            var next: [UInt8] = []
            var place = 0
            while place < found.count {
                for bit in 0...1 {
                    let history = found[place].followed(by: bit)
                    let number = numbers[history] ?? found.count
                    if number == found.count {
                        found.append(history)
                        numbers[history] = number
                    }
                    next.append(UInt8(number))
                }
                place += 1
            }
            self.next = next + [UInt8](repeating: 0, count: 512 - next.count)
            probabilities =
                found.map(\.probability) + [UInt16](repeating: 0, count: 256 - found.count)
            counts =
                found.map { UInt8($0.zeros + $0.ones) } + [UInt8](repeating: 0, count: 256 - found.count)
        }
    }
}
