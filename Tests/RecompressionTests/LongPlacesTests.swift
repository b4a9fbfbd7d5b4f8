import TestSupport
import Testing

@testable import Recompression

/// The tables of klauspost/compress's level "best" that grow with the frame.
@Suite struct LongPlacesTests {
    /// The last two places of each hash, in the plainest way.
    private struct Plain {
        private var places: [Int: (last: UInt32, before: UInt32)] = [:]

        mutating func note(_ hash: Int, _ position: Int) {
            places[hash] = (UInt32(truncatingIfNeeded: position + 1), places[hash]?.last ?? 0)
        }

        func entry(_ hash: Int) -> UInt64 {
            places[hash].map { UInt64($0.last) | UInt64($0.before) << 32 } ?? 0
        }
    }

    /// Notes places of a frame, and compares what is told of them with the plainest way.
    private static func compare(
        _ places: inout LongPlaces, from start: Int, count: Int, _ hash: (Int, inout SplitMix64) -> Int
    ) {
        var random = SplitMix64(seed: UInt64(count))
        var plain = Plain()
        places.startFrame(at: start)
        var differenceCount = 0
        for index in 0..<count {
            let noted = hash(index, &random)
            let asked = hash(index, &random)
            // What lies before the frame is none of it.
            let entry = places.entry(asked)
            let isEarlier = UInt32(truncatingIfNeeded: entry) <= UInt32(truncatingIfNeeded: start)
            if (isEarlier ? 0 : UInt32(truncatingIfNeeded: entry))
                != UInt32(truncatingIfNeeded: plain.entry(asked))
            {
                differenceCount += 1
            } else if !isEarlier, UInt32(truncatingIfNeeded: plain.entry(asked) >> 32) != 0,
                entry != plain.entry(asked)
            {
                differenceCount += 1
            }
            places.note(noted, start + index)
            plain.note(noted, start + index)
        }
        #expect(differenceCount == 0)
    }

    @Test func `places of long, short and crowded frames are told`() {
        var places = LongPlaces()
        defer { places.end() }
        Self.compare(&places, from: 0, count: 3000) { Int($1.next() % 5000) + $0 % 7 }
        Self.compare(&places, from: 3000, count: 300) { _, random in Int(random.next() % 200) }
        Self.compare(&places, from: 3300, count: 200_000) { _, random in Int(random.next() % (1 << 22)) }
        // Hashes whose lower halves are few: they are in each other's way.
        Self.compare(&places, from: 203_300, count: 30_000) { _, random in
            Int(random.next() % 64) << 16 | Int(random.next() % 512)
        }
        Self.compare(&places, from: 233_300, count: 5000) { _, random in Int(random.next() % 3000) }
    }

    @Test func `places of frames beyond the small table are told`() {
        var places = LongPlaces()
        defer { places.end() }
        Self.compare(&places, from: 9, count: 1 << 22 + 1000) { _, random in Int(random.next() % 300) }
        places.end()
        places = LongPlaces()
        Self.compare(&places, from: 77, count: 1_200_000) { _, random in Int(random.next() % (1 << 20)) << 2 }
    }
}
