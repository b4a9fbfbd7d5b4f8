import CZlib
import TestSupport
import Testing

@testable import Recompression

/// Deflate streams that no encoder would write, described and made again.
@Suite struct RandomStreamTests {
    @Test(arguments: 1...60) func `any valid stream is described and made again`(_ seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var stream = RandomStream()
        for _ in 0...random.below(3) { stream.appendMember(&random) }
        if random.below(4) == 0 { stream.appendZeros(random.below(600)) }
        let (blob, content) = (stream.blob, stream.content)
        let repack = try #require(
            try Repack.describe(
                blob: ByteSource(blob), plain: ByteSource(content), limit: 3 * blob.count + 2_000))
        #expect(try RepackTests.rebuilt(repack.bytes, content) == blob)
        #expect(
            try RepackTests.rebuilt(repack.bytes, content, partByteCount: 1 + random.below(5_000)) == blob)
    }

    /// One of each family, with codes that are told and then set as each stream has them.
    private static let programs =
        [
            Program(family: .literal, codes: .heap), Program(family: .run, codes: .heap),
            Program(family: .zlib, level: 1, codes: .heap), Program(family: .gnuGzip, level: 6, codes: .heap),
            Program(family: .goFast, codes: .heap), Program(family: .general, level: 8, codes: .heap),
            Program(family: .cheapest, level: 10, codes: .heap),
        ]
        + [9, 14, 17].map { Program(family: .zlib, level: 6, variant: $0, codes: .heap) }
        + [2, 6, 9].map { Program(family: .goChain, level: $0, codes: .heap) }
        + [1, 4, 6].map { Program(family: .klauspost, level: $0, codes: .heap) }
        + [7, 9].map { Program(family: .klauspostLazy, level: $0, codes: .heap) }
        + [1, 6].map { Program(family: .miniz, level: $0, codes: .heap) }
        + (1...9).map { Program(family: .zlibNg, level: $0, codes: .heap) }
        + [1, 2, 6, 7, 9].map { Program(family: .zlibNg, level: $0, variant: 2, codes: .heap) }
        + [4, 6].map { Program(family: .zlibNg, level: 1, variant: $0, codes: .heap) }
        + (0...2).map { Program(family: .isal, level: $0, codes: .heap) }
        + (0...2).map { Program(family: .isal, level: $0, variant: 2, codes: .heap) }
        + [0, 1, 2].map { Program(family: .libdeflate, level: 10 + $0, variant: $0, codes: .heap) }
        + [1, 2, 4, 6, 9].map { Program(family: .libdeflate, level: $0, variant: 1, codes: .heap) }
        + [1, 7].map { Program(family: .libdeflate, level: $0, variant: 3, codes: .heap) }

    @Test(arguments: programs) func `every model follows any valid stream`(_ program: Program) throws {
        for seed: UInt64 in 1...4 {
            var random = SplitMix64(seed: seed)
            var stream = RandomStream()
            for _ in 0...random.below(2) { stream.appendMember(&random) }
            let (blob, content) = (stream.blob, stream.content)
            func parser() -> DeflateParser {
                DeflateParser(byteCount: UInt64(blob.count), read: ByteSource(blob).read)
            }
            let survey = try #require(try Survey(parser(), end: content.count) { _ in })
            for codes in CodeFamily.allCases {
                var program = program
                program.codes = codes
                program.mode = seed % 2 == 0 ? .all : .misses
                if !survey.members.allSatisfy(\.segmentEnds.isEmpty) { program.dictionary = 1 << 15 }
                let outcome = try Repack.made(
                    .gzip, blob: ByteSource(blob), plain: ByteSource(content), limit: .max, { _ in },
                    by: { StreamMachine(parser: parser(), survey: survey, program: program, sink: $0) })
                guard case .described(let repack) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(try RepackTests.rebuilt(repack.bytes, content, partByteCount: 61) == blob)
            }
        }
    }

    @Test(arguments: 1...20) func `a stream with a wrong bit is described exactly or refused`(_ seed: Int)
        throws
    {
        var random = SplitMix64(seed: UInt64(seed) &+ 1_000)
        var stream = RandomStream()
        stream.appendMember(&random)
        for _ in 0..<20 {
            var blob = stream.blob
            blob[random.below(blob.count)] ^= 1 << UInt8(random.below(8))
            // What holds other data is refused: the description would make another blob of these.
            guard
                let repack = try Repack.describe(
                    blob: ByteSource(blob), plain: ByteSource(stream.content), limit: 3 * blob.count + 2_000)
            else { continue }
            #expect(try RepackTests.rebuilt(repack.bytes, stream.content) == blob)
        }
    }
}

/// Gzip members of random blocks, with what they hold.
struct RandomStream {
    private(set) var blob: [UInt8] = []
    private(set) var content: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    // MARK: - Bits

    private mutating func append(_ value: Int, _ count: Int) {
        pending |= UInt64(value) << pendingCount
        pendingCount += UInt64(count)
        while pendingCount >= 8 {
            blob.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingCount -= 8
        }
    }

    /// Adds a code, which goes out highest bit first.
    private mutating func append(code: (value: Int, length: Int)) {
        for shift in stride(from: code.length - 1, through: 0, by: -1) { append(code.value >> shift & 1, 1) }
    }

    /// Fills the last byte, seldom with ones.
    private mutating func align(_ random: inout SplitMix64) {
        guard pendingCount > 0 else { return }
        let count = 8 - Int(pendingCount)
        append(random.below(12) == 0 ? random.below(1 << count) : 0, count)
    }

    // MARK: - Members

    /// Appends all members of another stream.
    mutating func append(_ other: RandomStream) {
        blob += other.blob
        content += other.content
    }

    mutating func appendZeros(_ count: Int) { blob += [UInt8](repeating: 0, count: count) }

    mutating func appendMember(_ random: inout SplitMix64) {
        let start = content.count
        let hasName = random.below(4) == 0
        blob += [
            0x1f, 0x8b, 8, hasName ? 8 : 0, 0, 0, 0, 0, UInt8(random.pick([0, 2, 4])),
            UInt8(random.pick([3, 255])),
        ]
        if hasName { blob += Array("layer\0".utf8) }
        let blockCount = 1 + random.below(7)
        for index in 0..<blockCount { appendBlock(&random, isLast: index == blockCount - 1, first: start) }
        align(&random)
        let held = content[start...]
        let sum = held.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, UInt32($0.count))) }
        let isRight = random.below(8) > 0
        for number in [isRight ? sum : sum ^ 1, UInt32(held.count)] {
            for shift: UInt32 in [0, 8, 16, 24] { blob.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
    }

    private mutating func appendBlock(_ random: inout SplitMix64, isLast: Bool, first: Int) {
        append(isLast ? 1 : 0, 1)
        switch random.below(6) {
        case 0:
            append(0, 2)
            align(&random)
            let count = random.pick([0, 0, 1, 16, random.below(3_000), 65_535])
            append(count, 16)
            append(count ^ 0xffff, 16)
            let bytes = random.bytes(count)
            blob += bytes
            content += bytes
        case 1:
            append(1, 2)
            let literals = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
            appendTokens(
                &random, Self.codes(literals), Self.codes([Int](repeating: 5, count: 30)), first: first)
        default:
            append(2, 2)
            appendDynamic(&random, first: first)
        }
    }

    private mutating func appendDynamic(_ random: inout SplitMix64, first: Int) {
        var literals = Self.lengths(&random, symbolCount: 286, least: 2)
        if literals[256] == 0 {
            // The end of the block needs a code: it takes another's.
            let used = literals.indices.filter { literals[$0] > 0 }
            let other = random.pick(used)
            literals.swapAt(256, other)
        }
        var distances = [Int](repeating: 0, count: 30)
        switch random.below(4) {
        case 0: distances[random.below(30)] = random.below(3) == 0 ? 0 : 1
        default: distances = Self.lengths(&random, symbolCount: 30, least: 2)
        }
        let literalCount = max(257, (literals.lastIndex { $0 > 0 } ?? 0) + 1)
        let distanceCount = max(1, (distances.lastIndex { $0 > 0 } ?? 0) + 1)
        let sent = (
            random.below(4) == 0 ? 286 : literalCount, random.below(4) == 0 ? 30 : distanceCount
        )
        append(sent.0 - 257, 5)
        append(sent.1 - 1, 5)
        append(15, 4)
        // All symbols of the lengths' alphabet have codes: 13 of four bits, 6 of five.
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        let own = (0..<19).map { $0 < 13 ? 4 : 5 }
        for symbol in order { append(own[symbol], 3) }
        appendLengths(&random, Array(literals[..<sent.0]) + distances[..<sent.1], Self.codes(own))
        appendTokens(&random, Self.codes(literals), Self.codes(distances), first: first)
    }

    /// Adds lengths, with repetitions now and then.
    private mutating func appendLengths(
        _ random: inout SplitMix64, _ lengths: [Int], _ codes: [(value: Int, length: Int)]
    ) {
        var place = 0
        while place < lengths.count {
            let run = lengths[place...].prefix { $0 == lengths[place] }.count
            if lengths[place] == 0, run >= 11, random.below(4) > 0 {
                let count = min(run, 11 + random.below(128))
                append(code: codes[18])
                append(count - 11, 7)
                place += count
            } else if lengths[place] == 0, run >= 3, random.below(3) > 0 {
                let count = min(run, 3 + random.below(8))
                append(code: codes[17])
                append(count - 3, 3)
                place += count
            } else if place > 0, lengths[place] == lengths[place - 1], run >= 3, random.below(3) > 0 {
                let count = min(run, 3 + random.below(4))
                append(code: codes[16])
                append(count - 3, 2)
                place += count
            } else {
                append(code: codes[lengths[place]])
                place += 1
            }
        }
    }

    private mutating func appendTokens(
        _ random: inout SplitMix64, _ literals: [(value: Int, length: Int)],
        _ distances: [(value: Int, length: Int)], first: Int
    ) {
        let bytes = (0..<256).filter { literals[$0].length > 0 }
        let lengthSymbols = (0..<29).filter { literals[257 + $0].length > 0 }
        let distanceSymbols = (0..<30).filter { distances[$0].length > 0 }
        for _ in 0..<random.pick([0, 1, random.below(60), random.below(1_500)]) {
            let reach = content.count - first
            let usable = distanceSymbols.filter { Self.distances[$0].base <= reach }
            if !lengthSymbols.isEmpty, !usable.isEmpty, bytes.isEmpty || random.below(2) == 0 {
                let symbol = random.pick(lengthSymbols)
                let (base, extra) = Self.lengths[symbol]
                // The longest length has a symbol of its own, but may be said by the one before, too.
                let rest = random.below(1 << extra)
                append(code: literals[257 + symbol])
                append(rest, extra)
                let far = random.below(3) == 0 ? usable[usable.count - 1] : random.pick(usable)
                let (least, bits) = Self.distances[far]
                let more = min(random.below(3) == 0 ? 1 << bits - 1 : random.below(1 << bits), reach - least)
                append(code: distances[far])
                append(more, bits)
                for _ in 0..<min(base + rest, 258) { content.append(content[content.count - least - more]) }
            } else if !bytes.isEmpty {
                let byte = random.pick(bytes)
                append(code: literals[byte])
                content.append(UInt8(byte))
            }
        }
        append(code: literals[256])
    }

    // MARK: - Codes

    /// The least length or distance of each symbol, and how many extra bits follow (RFC 1951, section 3.2.5).
    private static let lengths =
        table([0, 0, 0, 0, 0, 0, 0, 0] + (1...5).flatMap { [$0, $0, $0, $0] }, 3) + [(258, 0)]
    private static let distances = table([0, 0, 0, 0] + (1...13).flatMap { [$0, $0] }, 1)

    private static func table(_ bits: [Int], _ first: Int) -> [(base: Int, extra: Int)] {
        var base = first
        return bits.map { extra in
            defer { base += 1 << extra }
            return (base, extra)
        }
    }

    /// The lengths of a complete code of some symbols.
    private static func lengths(_ random: inout SplitMix64, symbolCount: Int, least: Int) -> [Int] {
        let count = least + random.below(random.pick([3, symbolCount - least + 1]))
        var leaves = [1, 1]
        while leaves.count < count {
            // Now and then the deepest is split, so that codes get as long as they may.
            let index = random.below(3) == 0 ? leaves.count - 1 : random.below(leaves.count)
            guard leaves[index] < 15 else { continue }
            leaves[index] += 1
            leaves.append(leaves[index])
        }
        var lengths = [Int](repeating: 0, count: symbolCount)
        for (symbol, length) in zip((0..<symbolCount).shuffled(using: &random), leaves) {
            lengths[symbol] = length
        }
        return lengths
    }

    private static func codes(_ lengths: [Int]) -> [(value: Int, length: Int)] {
        var next = 0
        var codes = [(value: Int, length: Int)](repeating: (0, 0), count: lengths.count)
        for length in 1...15 {
            next <<= 1
            for symbol in lengths.indices where lengths[symbol] == length {
                codes[symbol] = (next, length)
                next += 1
            }
        }
        return codes
    }
}
