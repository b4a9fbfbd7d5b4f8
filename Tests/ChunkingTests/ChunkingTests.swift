import TestSupport
import Testing

@testable import Chunking

struct ChunkingTests {
    private func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private func chunks(_ bytes: [UInt8], step: Int = 100_000) throws -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var chunker = ContentChunker { chunks.append(Array($0)) }
        for start in stride(from: 0, to: bytes.count, by: step) {
            try chunker.write(bytes[start..<min(start + step, bytes.count)])
        }
        try chunker.finish()
        return chunks
    }

    /// Where chunks end, computed anew for each place from the definition.
    private func cuts(_ bytes: [UInt8], table: [UInt32]) -> [Int] {
        func turned(_ value: UInt32, _ count: Int) -> UInt32 {
            let count = UInt32(count % 32)
            return count == 0 ? value : value << count | value >> (32 - count)
        }
        var cuts: [Int] = []
        var start = 0
        while start < bytes.count {
            var end = min(start + 262_144, bytes.count)
            var place = start + 16_385
            while place <= end {
                var hash: UInt32 = 0
                for back in 0..<48 { hash ^= turned(table[Int(bytes[place - 1 - back])], back) }
                if hash % 49_535 == 49_534 {
                    end = place
                    break
                }
                place += 1
            }
            cuts.append(end)
            start = end
        }
        return cuts
    }

    @Test func `chunks end where the definition says`() throws {
        let bytes = noise(700_000)
        let found = try chunks(bytes)
        #expect(Array(found.joined()) == bytes)
        var end = 0
        let ends = found.map { chunk -> Int in
            end += chunk.count
            return end
        }
        #expect(ends == cuts(bytes, table: ContentChunker.table))
        #expect(found.contains { $0.count < 262_144 && $0.count > 16_384 })
    }

    @Test func `chunks do not depend on how bytes arrive, and find their places again`() throws {
        let bytes = noise(3_000_000, seed: 2)
        let found = try chunks(bytes)
        #expect(try chunks(bytes, step: 4_000_000) == found)
        let moved = try chunks(Array("inserted".utf8) + bytes)
        #expect(Set(moved).intersection(Set(found)).count >= found.count - 2)
        let zeros = try chunks([UInt8](repeating: 0, count: 600_000))
        #expect(zeros.map(\.count) == [262_144, 262_144, 75_712])
        #expect(try chunks([]) == [])
    }

    @Test func `files are split at checksums and at holes`() {
        let bytes = noise(1_000_000, seed: 3)
        let parts = RollingSplitter.parts(of: bytes)
        #expect(parts.reduce(0) { $0 + $1.range.count } == bytes.count)
        // Each end is where the sum over the last 64 bytes says, computed anew.
        for part in parts.dropLast() {
            let end = part.range.upperBound
            guard end >= 64 else { continue }
            // Weights 64 ... 1 of bytes, each 31 more; and what the sum begins with: 64 x 63 x 31 instead of 64 x 65 / 2 x 31.
            let sum = bytes[end - 64..<end].enumerated().reduce(UInt32(60_512)) {
                $0 &+ UInt32(64 - $1.offset) &* (UInt32($1.element) &+ 31)
            }
            #expect(sum & 0xffff == 0xffff)
        }
        let hole = Array("abc".utf8) + [UInt8](repeating: 0, count: 1024) + Array("def".utf8) + [0, 0]
        #expect(
            RollingSplitter.parts(of: hole)
                == [
                    .init(range: 0..<3, isHole: false), .init(range: 3..<1027, isHole: true),
                    .init(range: 1027..<1032, isHole: false),
                ])
        let short = Array("abc".utf8) + [UInt8](repeating: 0, count: 1023) + Array("def".utf8)
        #expect(RollingSplitter.parts(of: short) == [.init(range: 0..<1029, isHole: false)])
        #expect(RollingSplitter.parts(of: []) == [])
    }

    private func delta(_ old: [UInt8], _ new: [UInt8], block: Int = 512, step: Int = 1 << 18) throws
        -> [UInt8]
    {
        var signature = BlockSignature(blockByteCount: block)
        for start in stride(from: 0, to: old.count, by: step) {
            signature.write(old[start..<min(start + step, old.count)])
        }
        signature.finish()
        var bytes: [UInt8] = []
        var delta = try BlockDelta(signature) { bytes += $0 }
        for start in stride(from: 0, to: new.count, by: step) {
            try delta.write(new[start..<min(start + step, new.count)])
        }
        try delta.finish()
        return bytes
    }

    /// Applies a delta as librsync's format says.
    private func applied(_ delta: [UInt8], to old: [UInt8]) -> [UInt8]? {
        guard delta.starts(with: [0x72, 0x73, 0x02, 0x36]) else { return nil }
        var new: [UInt8] = []
        var place = 4
        func number(_ width: Int) -> Int {
            defer { place += 1 << width }
            return delta[place..<place + 1 << width].reduce(0) { $0 << 8 | Int($1) }
        }
        while place < delta.count {
            let command = Int(delta[place])
            place += 1
            switch command {
            case 0: return place == delta.count ? new : nil
            case 1...0x44:
                let count = command <= 0x40 ? command : number(command - 0x41)
                new += delta[place..<place + count]
                place += count
            case 0x45...0x54:
                let start = number((command - 0x45) / 4)
                let count = number((command - 0x45) % 4)
                new += old[start..<start + count]
            default: return nil
            }
        }
        return nil
    }

    @Test func `a block delta makes the new stream of the old one`() throws {
        let old = noise(100_000, seed: 4) + [UInt8](repeating: 0, count: 5000) + noise(50_000, seed: 5)
        var new = old
        new.insert(contentsOf: Array("inserted".utf8), at: 70_001)
        new.removeSubrange(120_000..<120_700)
        new[10] ^= 1
        let delta = try delta(old, new)
        #expect(applied(delta, to: old) == new)
        // One block at its start, one where something was inserted, two and less where something is gone, the end.
        #expect(delta.count < 512 * 5)
        #expect(try self.delta(old, new, step: 1000) == delta)
    }

    @Test func `equal streams are one copy, unequal ones one literal`() throws {
        let old = noise(512 * 300, seed: 6)
        // COPY with one byte for the place and four for the length: 153,600 bytes.
        let copy: [UInt8] = [0x72, 0x73, 0x02, 0x36, 0x47, 0, 0, 2, 0x58, 0, 0]
        #expect(try delta(old, old) == copy)
        let new = noise(70_000, seed: 7)
        let literal = try delta(old, new)
        let head: [UInt8] = [0x72, 0x73, 0x02, 0x36, 0x43, 0, 1, 0x11, 0x70]
        #expect(literal == head + new + [0])
        #expect(try delta([], [1, 2, 3]) == [0x72, 0x73, 0x02, 0x36, 3, 1, 2, 3, 0])
        #expect(try delta(old, []) == [0x72, 0x73, 0x02, 0x36, 0])
    }

    @Test func `zeros are found at every distance`() throws {
        let old = [UInt8](repeating: 0, count: 5120)
        let new = [1] + [UInt8](repeating: 0, count: 5120)
        #expect(applied(try delta(old, new), to: old) == new)
        #expect(try delta(old, new).count < 40)
    }
}
