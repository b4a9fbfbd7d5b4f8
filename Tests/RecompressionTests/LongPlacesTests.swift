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
        _ places: inout LongPlaces, from start: Int, count: Int, stride: Int = 1,
        _ hash: (Int, inout SplitMix64) -> Int
    ) {
        var random = SplitMix64(seed: UInt64(count))
        var plain = Plain()
        places.startFrame(at: start)
        var differenceCount = 0
        for index in 0..<count {
            let noted = hash(index, &random)
            let asked = hash(index, &random)
            let position = start + index * stride
            if index * stride % (1 << 17) == 0 { places.startBlock(at: position) }
            // What lies before the frame or too far back is none of it.
            func reached(_ entry: UInt64) -> Int? {
                let place = Int(Int32(truncatingIfNeeded: entry)) - 1
                return place >= start && position - place < 1 << 23 ? place : nil
            }
            let (entry, expected) = (places.entry(asked, before: position), plain.entry(asked))
            if reached(entry) != reached(expected) || reached(entry >> 32) != reached(expected >> 32) {
                differenceCount += 1
            }
            places.note(noted, position)
            plain.note(noted, position)
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
    @Test func `places of frames beyond what a table keeps of them are told`() {
        var places = LongPlaces()
        defer { places.end() }
        // Some hashes come back after more than 2^24 bytes.
        Self.compare(&places, from: 5, count: 400_000, stride: 128) { index, random in
            index % 1000 == 0 ? index / 1000 % 180 : Int(random.next() % (1 << 22))
        }
        // A frame after others that noted nothing, and one behind a long run.
        Self.compare(&places, from: 100_000_000, count: 200_000, stride: 128) { _, random in
            Int(random.next() % (1 << 22))
        }
    }

    @Test func `a place is out of reach behind a long run, where nothing is noted`() {
        var places = LongPlaces()
        defer { places.end() }
        places.startFrame(at: 9)
        places.note(1, 10)
        let position = 20 << 20
        places.startBlock(at: position)
        // The first place that is noted there makes the table one of all hashes.
        places.note(2, position)
        let entry = places.entry(1, before: position + 1)
        #expect(position - (Int(UInt32(truncatingIfNeeded: entry)) - 1) >= 1 << 23)
    }
}
