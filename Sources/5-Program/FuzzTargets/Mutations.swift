import Bytes
import TestSupport

extension SplitMix64 {
    /// A number that programs get wrong.
    mutating func oddNumber() -> UInt64 {
        let power: UInt64 = 1 << UInt64(below(64))
        switch below(4) {
        case 0: return UInt64(below(300))
        case 1: return next() >> UInt64(below(64))
        default: return pick([power, power &- 1, power &+ 1, ~power, 0 &- power])
        }
    }

    /// A file with a few changes.
    ///
    /// - Parameters:
    ///   - seed: The file.
    ///   - other: Another file, to take parts of.
    /// - Returns: Mostly another file.
    mutating func mutated(_ seed: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = seed
        for _ in 0...below(below(3) == 0 ? 12 : 3) { change(&bytes, with: other) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], with other: [UInt8]) {
        let place = below(bytes.count + 1)
        let range = place..<place + below(min(bytes.count - place, below(8) == 0 ? 4_096 : 24) + 1)
        switch below(12) {
        case 0, 1: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
        case 2: if place < bytes.count { bytes[place] = pick([0, 1, 0x7f, 0x80, 0xff, UInt8(below(256))]) }
        case 3: if place < bytes.count { bytes[place] &+= UInt8(truncatingIfNeeded: below(9) - 4) }
        case 4: bytes.removeSubrange(range)
        case 5: bytes.insert(contentsOf: Array(bytes[range]), at: below(bytes.count + 1))
        case 6: replace(&bytes, at: below(bytes.count + 1), with: Array(bytes[range]))
        case 7:
            let little = (0..<pick([1, 2, 4, 8])).map { [number = oddNumber()] in
                UInt8(truncatingIfNeeded: number >> UInt64(8 * $0))
            }
            replace(&bytes, at: place, with: below(2) == 0 ? little : little.reversed())
        case 8:
            var number = ByteWriter()
            number.varint(oddNumber())
            if below(2) == 0, place < bytes.count { bytes.remove(at: place) }
            bytes.insert(contentsOf: number.bytes, at: place)
        case 9: changeDecimal(&bytes, after: place)
        case 10:
            let start = below(other.count + 1)
            let part = other[start...].prefix(below(other.count - start + 1))
            bytes.replaceSubrange(below(2) == 0 ? place..<place : place..<bytes.count, with: part)
        default:
            if below(4) == 0 {
                bytes.removeSubrange(place...)
            } else {
                bytes.insert(contentsOf: self.bytes(below(9)), at: place)
            }
        }
    }

    private func replace(_ bytes: inout [UInt8], at place: Int, with part: [UInt8]) {
        bytes.replaceSubrange(place..<min(place + part.count, bytes.count), with: part)
    }

    /// Changes the first number in decimal or octal digits.
    private mutating func changeDecimal(_ bytes: inout [UInt8], after place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: "\(oddNumber())".utf8)
    }
}
