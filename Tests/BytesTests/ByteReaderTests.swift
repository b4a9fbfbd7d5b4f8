import Bytes
import Testing

struct ByteReaderTests {
    private static let numbers: [UInt64] =
        (0..<64).flatMap { shift -> [UInt64] in [1 << shift, (1 << shift) &- 1, (1 << shift) &+ 1] } + [
            .max, .max - 1,
        ]

    @Test func `every number comes back and takes no more bytes than it needs`() throws {
        for number in Self.numbers {
            var writer = ByteWriter()
            writer.varint(number)
            #expect(writer.bytes.count == max(1, (64 - number.leadingZeroBitCount + 6) / 7))
            var reader = ByteReader(writer.bytes)
            #expect(try reader.varint() == number)
            #expect(reader.isAtEnd)
        }
    }

    @Test func `every signed number comes back, and small ones are short`() throws {
        for number in Self.numbers.map({ Int64(bitPattern: $0) }) + [.min, .max, -1, -64] {
            var writer = ByteWriter()
            writer.signed(number)
            if (-64..<64).contains(number) { #expect(writer.bytes.count == 1) }
            var reader = ByteReader(writer.bytes)
            #expect(try reader.signed() == number)
        }
    }

    @Test(
        arguments: [
            [0x80, 0x00], [0xff, 0x80, 0x00], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        ] as [[UInt8]])
    func `a number too long or too large is refused`(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        #expect(throws: BytesError.badVarint(offset: 0)) { try reader.varint() }
    }

    @Test func `what ends early is refused, and nothing is skipped by it`() throws {
        var writer = ByteWriter()
        writer.byte(7)
        writer.varint(300)
        writer.signed(-70_000)
        writer.block([1, 2, 3])
        writer.raw([9])
        let bytes = writer.bytes
        func readAll(_ reader: inout ByteReader) throws {
            #expect(try reader.byte() == 7)
            #expect(try reader.varint() == 300)
            #expect(try reader.signed() == -70_000)
            #expect(try Array(reader.block()) == [1, 2, 3])
            #expect(try Array(reader.raw(1)) == [9])
        }
        var whole = ByteReader(bytes)
        try readAll(&whole)
        #expect(whole.isAtEnd)
        for count in bytes.indices {
            var reader = ByteReader(Array(bytes[..<count]))
            #expect(throws: BytesError.self) { try readAll(&reader) }
        }
    }

    @Test func `a count beyond its limit is refused before anything is allocated for it`() {
        var writer = ByteWriter()
        writer.varint(UInt64.max)
        for limit in [0, 1, Int.max] {
            var reader = ByteReader(writer.bytes)
            #expect(throws: BytesError.badVarint(offset: 0)) { try reader.count(atMost: limit) }
        }
        var block = ByteReader(writer.bytes + [1, 2, 3])
        #expect(throws: BytesError.self) { try block.block() }
    }

    @Test func `clamped sums and products stop at the largest number`() {
        #expect(UInt64(3).addingClamped(4) == 7)
        #expect(UInt64.max.addingClamped(1) == .max)
        #expect(UInt64(3).multipliedClamped(4) == 12)
        #expect((UInt64.max / 2).multipliedClamped(3) == .max)
    }
}
