import Compression
import TestSupport
import Testing

@testable import Recompression

/// Blobs that are one block, as ISA-L at level 0 and zlib-ng at level 1 make.
@Suite struct LongBlockTests {
    /// Little of it repeats, so that the block is longer than the part of a blob that programs are tried on.
    private static let content: [UInt8] = {
        let rare = Content.random(3, 900_000).map { $0 | 0x90 }
        let text = Content.text(4, 450_000)
        var content: [UInt8] = []
        for part in 0..<22_500 {
            content += rare.dropFirst(40 * part).prefix(40)
            content += text.dropFirst(20 * part).prefix(20)
        }
        return content
    }()

    /// A gzip member of what zlib finds at a level, in one block; of some matches nothing is made, as no program does.
    private static func blob(level: Int) throws -> [UInt8] {
        let stream = try ByteSource(Programs.zlib(content, .zlib(level, 8)))
        let parser = DeflateParser(byteCount: stream.byteCount, read: stream.read)
        var emitter = BlockEmitter()
        emitter.writeKind(.fixed, isLast: true)
        var (isLast, position, matchCount) = (false, 0, 0)
        while !isLast {
            let block = try parser.next()
            try #require(block.kind != .stored)
            var tokens: [Token] = []
            for token in UnsafeBufferPointer(start: parser.tokens, count: parser.tokenCount) {
                if token.isMatch { matchCount += 1 }
                let bytes = content[position..<position + token.byteCount]
                tokens += token.isMatch && matchCount % 5 == 0 ? bytes.map { .literal($0) } : [token]
                position += token.byteCount
            }
            try emitter.write(tokens, count: tokens.count)
            isLast = block.isLast
        }
        try emitter.writeEnd()
        emitter.align(0)
        let size = UInt32(content.count)
        let ending = [Checksum.crc32(content[...]), size].flatMap { number in
            [0, 8, 16, 24].map { (shift: UInt32) in UInt8(truncatingIfNeeded: number >> shift) }
        }
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + Array(emitter.written) + ending
    }

    @Test func `the front of one long block tells what all of it does`() throws {
        let content = Content.random(5, 3_000_000)
        // No distance has a code.
        let lengths = [UInt8](repeating: 8, count: 255) + [9, 9, 0]
        var header = CodeHeader()
        header.setLengths(lengths)
        (header.codeLengths[8], header.codeLengths[9], header.codeLengths[0]) = (1, 2, 2)
        header.sentCount = header.trimmedSentCount
        header.steps = lengths.map { CodeHeader.Step(symbol: $0, extra: 0) }
        var emitter = BlockEmitter()
        emitter.write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
        emitter.writeKind(.dynamic, isLast: true)
        try emitter.writeHeader(header)
        let tokens = content.map { Token.literal($0) }
        try emitter.write(tokens, count: tokens.count)
        try emitter.writeEnd()
        emitter.align(0)
        let blob = ByteSource(Array(emitter.written))
        var readCount = 0
        let parser = DeflateParser(byteCount: blob.byteCount) { offset, count in
            readCount += count
            return try blob.read(offset, count)
        }
        let front = try #require(try Survey(frontOf: parser, end: content.count))
        #expect(front.tellsCodes && !front.isWhole)
        #expect(readCount < 2_500_000)
    }

    @Test(arguments: [2, 9]) func `programs are tried on the front of one long block`(_ level: Int) throws {
        let blob = try Self.blob(level: level)
        // Programs are tried on a mebibyte of the data at most, and hardly more of the blob.
        try #require(blob.count > (1 << 20) + (1 << 16))
        let (source, plain) = (ByteSource(blob), ByteSource(Self.content))
        let alone = try #require(try Repack.describe(blob: source, plain: plain, limit: blob.count))
        #expect(try RepackTests.rebuilt(alone.bytes, Self.content) == blob)
        // What it takes alone must be known for the old blob to be asked for.
        let old = try OldBlob(blob: source, plain: plain, store: OldBlobTests.Memory())
        let beside = try #require(
            try Repack.describe(blob: source, plain: plain, old: { old }, limit: blob.count))
        #expect(beside.takesOldBlob)
        #expect(beside.bytes.count < alone.bytes.count / 10)
    }
}
