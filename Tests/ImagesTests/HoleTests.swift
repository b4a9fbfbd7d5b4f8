import Bytes
import FileTree
import Hashing
import OCI
import TestSupport
import Testing

@testable import Images

/// Files that are stored without their holes are compared by what they hold, and by nothing else.
struct HoleTests {
    private typealias Piece = (offset: Int, data: [UInt8])

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A file that holds some pieces, stored without what is between them.
    private func sparse(_ name: String, _ size: Int, _ pieces: [Piece]) -> TarEntry {
        let map = Array(
            "\(pieces.count)\n\(pieces.map { "\($0.offset)\n\($0.data.count)\n" }.joined())".utf8)
        return TarEntry("GNUSparseFile.0/" + name, flag: "0").with {
            $0.content =
                map + [UInt8](repeating: 0, count: (512 - map.count % 512) % 512) + pieces.flatMap(\.data)
            $0.records = [
                ("GNU.sparse.major", Array("1".utf8)), ("GNU.sparse.minor", Array("0".utf8)),
                ("GNU.sparse.name", Array(name.utf8)),
                ("GNU.sparse.realsize", Array("\(size)".utf8)),
            ]
        }
    }

    private func bytes(_ size: Int, _ pieces: [Piece]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        for piece in pieces {
            bytes.replaceSubrange(piece.offset..<piece.offset + piece.data.count, with: piece.data)
        }
        return bytes
    }

    private func index(_ layers: [TarEntry]..., limit: UInt64? = nil) async throws -> ImageIndex {
        try await load(
            try ImageBuilder(layers.map { .init("", $0) }).archive(.dockerLegacy), scratch
        ) { $0.headerByteCountLimit = limit }.index
    }

    private func entry(_ file: TarEntry) async throws -> Entry {
        try #require(try await index([file]).listings[0].entries.first)
    }

    @Test func `the same file is the same, whatever other holes an image has`() async throws {
        let file = sparse("s", (200 << 20) + 512, [(0, Content.random(1, 512))])
        let others = (0..<3).map { number in
            sparse("other\(number)", (200 << 20) + 512, [(0, Content.random(UInt64(number) + 2, 512))])
        }
        let old = try await index([file])
        let new = try await index(others, [file])
        let tree = DiffTree(old: old.stack, new: new.stack)
        #expect(tree.counts.modified == 0 && tree.counts.unchanged == 1 && tree.counts.added == 3)
    }

    @Test func `a large file holds the same however its holes are stored`() async throws {
        let size = 2_000_001
        let (first, last) = (Content.random(1, 700), Content.random(2, 300))
        let pieces: [Piece] = [(1_000_003, first), (size - 300, last)]
        let plain = try await entry(.file("s", bytes(size, pieces)))
        #expect(plain.digestOfBytes == Digest.of(bytes(size, pieces)))
        #expect(plain.digest != plain.digestOfBytes)
        let zeros = [UInt8](repeating: 0, count: 5_000)
        let same: [[Piece]] = [
            pieces,
            [(1_000_003, Array(first.prefix(9))), (1_000_012, Array(first.dropFirst(9)) + zeros), pieces[1]],
            [(995_003, zeros + first), (1_100_000, zeros), pieces[1]],
        ]
        for other in same {
            let found = try await entry(sparse("s", size, other))
            #expect(found.digest == plain.digest)
            #expect(Change.between(plain, found) == .unchanged)
        }
        let others: [(size: Int, pieces: [Piece])] = [
            (size + 1, [pieces[0], (size - 300, last)]), (size, [(1_000_004, first), pieces[1]]),
            (size, [pieces[0]]), (size, [(1_000_003, Content.random(3, 700)), pieces[1]]),
        ]
        for (size, other) in others {
            #expect(try await entry(sparse("s", size, other)).digest != plain.digest)
        }
    }

    @Test func `the digest of a file's bytes is told where they can be hashed`() async throws {
        let files: [(size: Int, pieces: [Piece], isTold: Bool)] = [
            (1 << 20, [(9_000, [1])], true), (3 << 20, [(1 << 20, Content.random(1, 100_000))], true),
            (1 << 40, [(9_000, [1])], false),
        ]
        for (size, pieces, isTold) in files {
            let found = try await entry(sparse("s", size, pieces))
            #expect(found.digestOfBytes == (isTold ? Digest.of(bytes(size, pieces)) : nil))
            #expect(found.digest != nil)
            let link = try await index([sparse("s", size, pieces), .hardLink("t", to: "s")])
            let entries = link.listings[0].entries
            #expect(entries.map(\.digest) == [found.digest, found.digest])
            #expect(entries.map(\.digestOfBytes) == [found.digestOfBytes, found.digestOfBytes])
        }
    }

    @Test func `zeros that are hashed and not stored count as headers do`() async throws {
        func files(_ size: Int) -> [TarEntry] {
            (0..<12).map { sparse("s\($0)", size, [(0, Content.random(UInt64($0), 512))]) }
        }
        await #expect { try await index(files(1 << 20), limit: 200_000) } throws: {
            kind($0) == "tooLarge by headers" && "\($0)".contains("holes")
        }
        #expect(try await index(files(1 << 50), limit: 200_000).listings[0].entries.count == 12)
        #expect(try await index(files(1 << 20)).listings[0].entries.count == 12)
    }

    @Test func `a file that holds what tells a sparse one apart is another`() throws {
        // Where the one byte stands: 64 bytes behind 1 MiB of zeros; then the zeros up to the end.
        var numbers: [UInt8] = []
        for number: UInt64 in [1 << 20, 64, (1 << 20) - 64, 0] {
            for shift: UInt64 in [0, 8, 16, 24, 32, 40, 48, 56] {
                numbers.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        let block: [UInt8] = [7] + [UInt8](repeating: 0, count: 63)
        let told = block + numbers
        var hasher = FileHasher()
        hasher.begin(byteCount: 2 << 20)
        hasher.take(zeros: 1 << 20)
        hasher.take([7])
        hasher.take(zeros: (1 << 20) - 1)
        let digest = try #require(hasher.finish().digest)
        #expect(digest.bytes == Digest.of(told).bytes.map { ~$0 })
        #expect(digest != Digest.of(told))
    }

    @Test(arguments: 0..<12)
    func `parts of any size make the same digest`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let size = (1 << 20) + random.below(5_000) + 1
        // Now and then more than such a file may have.
        let pieces = (0...random.below(20)).map { _ in
            (offset: random.below(size - 2_000), data: random.bytes(random.below(2_000)))
        }
        let bytes = bytes(size, pieces)
        var whole = FileHasher()
        whole.begin(byteCount: UInt64(size))
        whole.take(bytes[...])
        let expected = whole.finish()
        #expect(expected.ofBytes == Digest.of(bytes))
        var hasher = FileHasher()
        // After another file.
        hasher.begin(byteCount: 5)
        hasher.take([1, 2, 3, 4, 5])
        #expect(hasher.finish().digest == Digest.of([1, 2, 3, 4, 5]))
        hasher.begin(byteCount: UInt64(size))
        var start = 0
        while start < size {
            let part = bytes[start...].prefix(random.below(random.pick([3, 200, 100_000])) + 1)
            let zeroCount = part.prefix { $0 == 0 }.count
            if zeroCount > 0 {
                hasher.take(zeros: UInt64(zeroCount))
                start += zeroCount
            } else {
                hasher.take(part)
                start += part.count
            }
        }
        let found = hasher.finish()
        #expect(found.digest == expected.digest && found.ofBytes == expected.ofBytes)
    }
}
