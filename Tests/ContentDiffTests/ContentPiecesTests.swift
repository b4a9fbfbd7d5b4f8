import TestSupport
import Testing

@testable import ContentDiff

struct ContentPiecesTests {
    /// Whether pieces follow each other without gaps, are as short as they should be, and hold what they say.
    private func check(_ pieces: ContentPieces, _ old: [UInt8], _ new: [UInt8], limit: Int) {
        var (oldEnd, newEnd) = (0, 0)
        for piece in pieces.pieces {
            #expect(piece.old.lowerBound == oldEnd && piece.new.lowerBound == newEnd)
            #expect(max(piece.old.count, piece.new.count) <= limit)
            #expect(!piece.old.isEmpty || !piece.new.isEmpty)
            if piece.isSame { #expect(old[piece.old] == new[piece.new]) }
            (oldEnd, newEnd) = (piece.old.upperBound, piece.new.upperBound)
        }
        #expect((oldEnd, newEnd) == (old.count, new.count))
    }

    @Test func `pieces of random changes hold all of both contents`() {
        var random = SplitMix64(seed: 4)
        for _ in 0..<300 {
            var (old, new): ([UInt8], [UInt8]) = ([], [])
            var copies: [ByteDiff.Copy] = []
            for _ in 0..<random.below(12) {
                let bytes = (0..<random.below(90)).map { _ in UInt8(random.below(256)) }
                switch random.below(3) {
                case 0: old += bytes
                case 1: new += bytes
                default:
                    if !bytes.isEmpty {
                        copies.append(.init(old: old.count, new: new.count, count: bytes.count))
                    }
                    old += bytes
                    new += bytes
                }
            }
            let limit = 1 + random.below(60)
            let pieces = ContentPieces(oldCount: old.count, newCount: new.count, copies: copies, limit: limit)
            check(pieces, old, new, limit: limit)
        }
    }

    @Test func `one change differs in one piece, whatever is inserted before`() {
        let old = [UInt8](repeating: 7, count: 1000)
        let new = Array(old[..<500]) + [1, 2, 3] + Array(old[500...])
        let pieces = ContentPieces(
            oldCount: 1000, newCount: 1003,
            copies: [.init(old: 0, new: 0, count: 500), .init(old: 500, new: 503, count: 500)], limit: 100)
        check(pieces, old, new, limit: 100)
        #expect(pieces.differingCount == 1)
        #expect(pieces.differing(from: 0, isForward: true) == 5)
        #expect(pieces.differing(from: 5, isForward: true) == nil)
        #expect(pieces.differing(from: 9, isForward: false) == 5)
    }

    @Test func `a content of one side alone, and none`() {
        let pieces = ContentPieces(oldCount: 0, newCount: 250, copies: [], limit: 100)
        #expect(pieces.pieces.map(\.new) == [0..<100, 100..<200, 200..<250])
        #expect(ContentPieces(oldCount: 0, newCount: 0, copies: [], limit: 100).pieces == [])
    }
}
