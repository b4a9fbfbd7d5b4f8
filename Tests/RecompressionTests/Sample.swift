import TestSupport

/// Contents that bring out how encoders differ, the same on every machine.
enum Sample: String, CaseIterable {
    case empty, byte, two, three, shortText, text, random, zeros, period, skewed
    case textThenZeros, farRepetition, fewLongMatches, zerosBehind, mixed

    var content: [UInt8] {
        switch self {
        case .empty: []
        case .byte: [7]
        case .two: [7, 7]
        case .three: [7, 7, 7]
        case .shortText: Content.text(1, 300)
        case .text: Content.text(2, 24_000)
        case .random: Content.random(3, 9_000)
        case .zeros: [UInt8](repeating: 0, count: 66_000)
        case .period: (0..<33_000).map { UInt8($0 % 7) }
        case .skewed: Self.withLongCodes
        // gzip compares on into what lies behind the end, which is zero at first.
        case .textThenZeros: Content.text(4, 5_000) + [0, 0, 0] + Content.text(5, 900) + [0]
        case .farRepetition: Self.repetitionFromAfar
        case .fewLongMatches: Self.withFewLongMatches
        case .zerosBehind: Self.endBeforeZeros
        case .mixed: Self.mixed(seed: 6, partCount: 40)
        }
    }

    /// Frequencies that double make codes longer than allowed.
    private static var withLongCodes: [UInt8] {
        var bytes: [UInt8] = []
        for symbol in 0..<14 { bytes += [UInt8](repeating: UInt8(symbol * 17), count: 1 << symbol) }
        var random = SplitMix64(seed: 8)
        return bytes.shuffled(using: &random)
    }

    /// Repetitions around the distance that is too far for three bytes and around the greatest one.
    private static var repetitionFromAfar: [UInt8] {
        var random = SplitMix64(seed: 10)
        // Six bits a byte, lest blocks are stored.
        func bytes(_ count: Int) -> [UInt8] { random.bytes(count).map { $0 & 63 } }
        var all = bytes(34_000)
        for distance in Array(4_094...4_099) + Array(32_768 - 265...32_768 - 259) {
            let start = all.count - distance
            all += all[start..<start + (distance < 5_000 ? 3 : 9)]
            all += bytes(5)
        }
        return all + [UInt8](repeating: 1, count: 32_000) + all[..<400]
    }

    /// Ends like two places: the farther one goes on with the zeros that gzip puts behind the end.
    private static var endBeforeZeros: [UInt8] {
        var random = SplitMix64(seed: 13)
        let end: [UInt8] = [201, 202, 203, 204, 205, 206]
        var bytes = random.bytes(66_000).map { $0 & 63 | 1 }
        bytes += end + [0, 0, 9] + random.bytes(50) + end + [1] + random.bytes(50)
        return bytes + end
    }

    /// Random bytes in which no three in a row come twice: nothing matches.
    static func withoutMatches(count: Int, below limit: Int) -> [UInt8] {
        var random = SplitMix64(seed: 9)
        var bytes: [UInt8] = [1, 2]
        var seen: Set<Int> = []
        while bytes.count < count {
            let byte = random.below(limit)
            let before = Int(bytes[bytes.count - 2]) << 8 | Int(bytes[bytes.count - 1])
            if seen.insert(before << 8 | byte).inserted { bytes.append(UInt8(byte)) }
        }
        return bytes
    }

    /// Matches only at the end, all at one distance.
    static func withOneDistance(_ distance: Int) -> [UInt8] {
        var bytes = withoutMatches(count: 900, below: 12)
        bytes += [20, 21, 22, 23]
        for _ in 0..<4 { bytes.append(bytes[bytes.count - distance]) }
        return bytes
    }

    /// Blocks that gzip ends early.
    private static var withFewLongMatches: [UInt8] {
        var random = SplitMix64(seed: 12)
        var bytes = random.bytes(2_000)
        for index in 0..<2_500 {
            bytes += random.bytes(4)
            let start = (index * 7) % 1_900
            bytes += bytes[start..<start + 24]
        }
        return bytes
    }

    /// Parts of all kinds one after the other.
    static func mixed(seed: UInt64, partCount: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var bytes: [UInt8] = []
        for part in 0..<partCount {
            let count = random.below(8) == 0 ? random.below(6_000) : random.below(400)
            switch random.below(6) {
            case 0: bytes += random.bytes(count)
            case 1: bytes += [UInt8](repeating: UInt8(random.below(3)), count: count)
            case 2: bytes += Content.text(seed &+ UInt64(part), count)
            case 3: bytes += (0..<count).map { _ in UInt8(97 + random.below(4)) }
            case 4:
                bytes.append(5)
                let distance = 1 + random.below(min(bytes.count, 33_000))
                for _ in 0..<min(count, 600) { bytes.append(bytes[bytes.count - distance]) }
            default: bytes = Content.mutated(bytes, seed: seed &+ UInt64(part))
            }
        }
        return bytes
    }
}
