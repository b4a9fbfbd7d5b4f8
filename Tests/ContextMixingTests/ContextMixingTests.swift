import ContextMixing
import TestSupport
import Testing

/// Coding by contexts: what goes in comes out, and damage is noticed or comes out as other bytes.
struct ContextMixingTests {
    static let kinds: [ContextKind] = [.literals, .numbers, .changes, .gaps]

    /// Codes bytes; the decoder gets them in parts of that size.
    private func coded(_ bytes: [UInt8], _ kind: ContextKind, _ hints: [UInt64] = []) throws -> [UInt8] {
        var coded: [UInt8] = []
        let encoder = ContextEncoder(kind) { coded += $0 }
        try encoder.write(bytes[...], hints: hints[...])
        try encoder.finish()
        return coded
    }

    private func decoder(_ coded: [UInt8], _ kind: ContextKind, partByteCount: Int = 1 << 16)
        -> ContextDecoder
    {
        var rest = coded[...]
        return ContextDecoder(kind) {
            defer { rest = rest.dropFirst(partByteCount) }
            return rest.prefix(partByteCount)
        }
    }

    /// A content that goes through the coder.
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let content: [UInt8]

        init(_ name: String, _ content: [UInt8]) { (testDescription, self.content) = (name, content) }
    }

    static let samples = [
        Sample("nothing", []), Sample("a zero", [0]), Sample("zeros", [UInt8](repeating: 0, count: 600)),
        Sample("ones", [UInt8](repeating: 255, count: 600)), Sample("random", Content.random(1, 600)),
        Sample("words", Content.text(2, 600)),
        Sample("repeated", Content.text(3, 200) + Content.random(4, 200) + Content.text(3, 200)),
        Sample("noise in text", Content.text(3, 3_000) + Content.random(4, 14_000) + Content.text(3, 3_000)),
        Sample("a block", Content.random(5, 4_096)), Sample("a block and a byte", Content.random(5, 4_097)),
    ]

    @Test(arguments: kinds, samples)
    func `what goes in comes out`(kind: ContextKind, sample: Sample) throws {
        let content = sample.content
        let hints: [UInt64] =
            kind.takesHints ? content.indices.map { UInt64($0) &* 0x0101_0301_0701_0f01 } : []
        let coded = try coded(content, kind, hints)
        let decoder = decoder(coded, kind, partByteCount: kind == .literals ? 1 : 7)
        for (index, byte) in content.enumerated() {
            #expect(try decoder.read(hint: hints.isEmpty ? 0 : hints[index]) == byte)
        }
        if !content.isEmpty { #expect(try decoder.isAtEnd()) }
        // What cannot be predicted grows by little.
        #expect(coded.count <= content.count + content.count / 16 + 8)
    }

    @Test func `known contexts make it smaller`() throws {
        // The words come at random: 12 of them, 4 bytes each on average, cannot take less than 3.58 bits, a ninth.
        #expect(try coded(Content.text(5, 2_000), .literals).count < 450)
        let repeated = Content.random(6, 500)
        #expect(try coded(repeated + repeated, .literals).count < 600)
    }

    @Test(arguments: kinds)
    func `noise grows by next to nothing`(kind: ContextKind) throws {
        let noise = Content.random(12, 40_000)
        #expect(try coded(noise, kind).count <= 40_010)
        // Nor does what contexts tell nothing of although its bytes are not equally likely: here the last two bits are 0.
        let uneven = noise.map { $0 & 0xfc | ($0 >> 3 & $0 >> 5 & 1) }
        let count = try coded(uneven, kind).count
        #expect(count <= 40_000, "\(count)")
    }

    @Test func `noise that was there before is found`() throws {
        let noise = Content.random(13, 40_000)
        let count = try coded(noise + noise, .literals).count
        #expect(count < 42_000, "\(count)")
        // Text between noise is coded as text.
        let text = Content.text(14, 40_000)
        let alone = try coded(text, .literals).count
        let mixed = try coded(Content.random(15, 20_000) + text + Content.random(16, 20_000), .literals).count
        #expect(mixed < alone + 40_000 + 2_000, "\(mixed), \(alone) alone")
    }

    @Test func `hints make it smaller`() throws {
        // What is added is what the hint says, which alone tells nothing of the next.
        let changes = Content.random(7, 1_000).map { $0 & 15 }
        let hints = changes.map { UInt64($0) }
        let without = try coded(changes, .changes, changes.map { _ in 0 }).count
        let with = try coded(changes, .changes, hints).count
        #expect(with * 2 < without, "\(with) of \(without)")
    }

    @Test(arguments: kinds)
    func `a start is noticed`(kind: ContextKind) throws {
        let content = Content.text(8, 120)
        let coded = try coded(content, kind)
        for count in coded.indices {
            let decoder = decoder(Array(coded[..<count]), kind)
            var made = 0
            while made < content.count, try decoder.read() != nil { made += 1 }
            #expect(made < content.count)
        }
    }

    @Test(arguments: kinds)
    func `damage does no harm`(kind: ContextKind) throws {
        let content = Content.text(9, 40)
        let coded = try coded(content, kind)
        for index in coded.indices {
            var damaged = coded
            damaged[index] ^= 1 << UInt8(index % 8)
            let decoder = decoder(damaged, kind)
            // Other bytes come out, or the end is there too early: more than that nobody can tell here.
            for _ in content { guard try decoder.read() != nil else { break } }
        }
    }

    /// The format is what it was: these bytes were made once, and must be for ever.
    @Test(
        arguments: zip(
            kinds,
            [
                14_250_003_571_395_532_830, 8_029_027_522_657_731_579, 13_321_806_028_160_656_774,
                12_478_437_273_617_597_423,
            ] as [UInt64]))
    func `coded bytes stay the same`(kind: ContextKind, digest: UInt64) throws {
        let content = Content.text(10, 500) + Content.random(11, 9_100)
        let hints = content.indices.map { UInt64($0 / 7) &* 0x0103_0509_1121_4181 }
        let made = try coded(content, kind, kind.takesHints ? hints : [])
        #expect(made.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } == digest)
    }
}
