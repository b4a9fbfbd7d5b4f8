/// Letters that an encoding is for.
struct Letters: Hashable, Sendable {
    /// Scalars that texts in it are made of, besides signs that all texts have.
    private let own: [ClosedRange<UInt32>]
    /// Those of them without which there is no text of that language; empty where all are alike.
    private let needed: [ClosedRange<UInt32>]

    private init(_ own: [ClosedRange<UInt32>], needed: [ClosedRange<UInt32>] = []) {
        self.own = own
        self.needed = needed
    }

    static let latin = Letters([0xc0...0x24f])
    static let cyrillic = Letters([0x400...0x4ff])
    static let greek = Letters([0x370...0x3ff])
    static let hebrew = Letters([0x590...0x5ff])
    static let arabic = Letters([0x600...0x6ff])
    static let thai = Letters([0xe00...0xe7f])
    private static let ideographs: [ClosedRange<UInt32>] = [
        0x3000...0x303f, 0x4e00...0x9fff, 0xff00...0xff60,
    ]
    // No Japanese is written without its syllables, and no Chinese with them.
    static let japanese = Letters(ideographs + [0x3040...0x30ff], needed: [0x3040...0x30ff])
    static let chinese = Letters(ideographs)
    static let korean = Letters(ideographs + [0xac00...0xd7a3], needed: [0xac00...0xd7a3])

    /// Dashes, quotation marks, dots and the like.
    private static let common: [ClosedRange<UInt32>] = [
        0xa0...0xbf, 0x2010...0x2044, 0x20a0...0x20bf, 0x2100...0x2122,
    ]
    /// Fewer letters may be anything.
    private static let leastCount = 8

    /// Whether a text is certainly one in these letters: nothing in it that would be odd among them.
    func make(_ text: [UInt8]) -> Bool {
        var (ownCount, neededCount, otherCount) = (0, 0, 0)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars where scalar.value >= 0x80 {
            let value = scalar.value
            if own.contains(where: { $0.contains(value) }) {
                ownCount += 1
                if needed.contains(where: { $0.contains(value) }) { neededCount += 1 }
            } else if !Self.common.contains(where: { $0.contains(value) }) {
                otherCount += 1
            }
        }
        return ownCount >= Self.leastCount && otherCount * 50 <= ownCount
            && (needed.isEmpty || neededCount * 10 >= ownCount)
    }
}
