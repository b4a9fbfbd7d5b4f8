import Bytes
import Compression
import ContentDiff
import Contents
import FileFormats
import FileTree
import Images
import TestSupport
import Testing

/// What is in archives that lie in images.
struct ArchiveTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A content of those bytes, in an image.
    private func content(_ bytes: [UInt8], in name: String = "image.tar", unpackingLimit: UInt64 = 1 << 30)
        async throws -> ReadableContent
    {
        let image = ImageBuilder([.init("COPY", [.file("archive", bytes)])])
        let path = try scratch.write(name, try image.archive(.docker25))
        let opened = try await ImageLoader.load(ImageRequest(path: path))
        return try ReadableContent(EntryID(layer: 0, ordinal: 0), of: opened, unpackingLimit: unpackingLimit)
    }

    private func step(_ name: String, _ occurrence: Int = 0) -> ArchiveStep {
        ArchiveStep(name: Array(name.utf8), occurrence: occurrence)
    }

    private func text(_ content: ReadableContent) throws -> String {
        String(decoding: try content.read(0, 1 << 20), as: UTF8.self)
    }

    @Test(arguments: [0, 6])
    func `members of zips are listed and read`(level: Int) async throws {
        let bytes = ZipBuilder.file([
            .init("dir/", [], level: 0), .init("dir/a", Array("alpha".utf8), level: level),
            .init("b\u{1b}", Array("beta".utf8), level: level, hasDescriptor: true),
        ])
        let archive = try #require(try Archive(try await content(bytes)))
        let listing = try archive.listing()
        #expect(listing.format == "zip" && listing.gap == nil)
        #expect(listing.members.map(\.kind) == [.directory, .file, .file])
        #expect(listing.members.map(\.byteCount) == [0, 5, 4])
        #expect(listing.members[1].fingerprint == .checksum(Checksum.crc32(Array("alpha".utf8))))
        #expect(try text(try archive.member(step("dir/a"))) == "alpha")
        #expect(try text(try archive.member(step("b\u{1b}"))) == "beta")
        #expect(throws: ArchiveError.noMember(Array("c".utf8))) { try archive.member(step("c")) }
    }

    @Test(arguments: [Packing.plain, .gzip(6), .gzipMembers, .zstd, .xz, .bzip2])
    func `members of tars are listed by their contents and read`(packing: Packing) async throws {
        let tar: [UInt8] = [
            TarEntry.directory("d"), .file("d/a", "alpha"), .symlink("link", to: "d/a"),
            .file("d/a", "again"),
        ].tar
        let archive = try #require(try Archive(try await content(try packing.pack(tar))))
        let listing = try archive.listing()
        #expect(listing.format.hasPrefix("tar") && listing.gap == nil)
        #expect((listing.format == "tar") == (packing == .plain))
        #expect(listing.members.map(\.kind) == [.directory, .file, .link(Array("d/a".utf8)), .file])
        #expect(listing.members[1].fingerprint != listing.members[3].fingerprint)
        #expect(try text(try archive.member(step("d/a"))) == "alpha")
        #expect(try text(try archive.member(step("d/a", 1))) == "again")
        #expect(throws: ArchiveError.noMember(Array("d/b".utf8))) { try archive.member(step("d/b")) }
    }

    @Test func `archives lie in each other, to a bounded depth`() async throws {
        var bytes = Array("the heart of it".utf8)
        for level in 0..<Archive.depthLimit {
            bytes =
                level % 2 == 0
                ? ZipBuilder.file([.init("inner", bytes, level: 6)])
                : try Packing.gzip(6).pack([TarEntry.file("inner", bytes)].tar)
        }
        var inner = try await content(bytes)
        for _ in 0..<Archive.depthLimit {
            inner = try #require(try Archive(inner)).member(step("inner"))
        }
        #expect(try text(inner) == "the heart of it")
        var deeper = try await content(ZipBuilder.file([.init("inner", bytes)]))
        for _ in 0..<Archive.depthLimit { deeper = try #require(try Archive(deeper)).member(step("inner")) }
        #expect(try Archive(deeper) == nil)
    }

    @Test func `what is compressed and no tar is unpacked`() async throws {
        let packed = try await content(try Packing.gzip(6).pack(Array("a man page".utf8)))
        #expect(try Archive(packed) == nil)
        let unpacked = try #require(try packed.unpacked())
        #expect(unpacked.format == "gzip")
        #expect(try text(unpacked.content) == "a man page")
        #expect(try (try await content(Array("plain text".utf8))).unpacked() == nil)
    }

    @Test func `a bomb is not unpacked to its end`() async throws {
        let zeros = [UInt8](repeating: 0, count: 65 << 20)
        let bomb = try await content(try Packing.gzip(6).pack(zeros))
        #expect(try #require(try bomb.unpacked()).content.byteCount == UInt64(Archive.memberByteLimit))
        let zip = try await content(ZipBuilder.file([.init("bomb", zeros)]))
        let member = try #require(try Archive(zip)).member(step("bomb"))
        #expect(member.byteCount == UInt64(Archive.memberByteLimit))
    }

    @Test func `unpacking has a bound that holds for a whole list`() async throws {
        // Each member is within its own bound; all of them are not.
        let part = try Packing.gzip(6).pack(
            [TarEntry.file("zeros", [UInt8](repeating: 0, count: 1 << 20))].tar
                .dropLast(1024).map(\.self))
        let bytes = Array(repeatElement(part, count: 12).joined())
        let listing = try #require(try Archive(try await content(bytes, unpackingLimit: 10_500_000)))
            .listing()
        #expect(listing.gap == "it unpacks to more than is looked at")
        #expect(listing.members.count == 9)
    }

    @Test func `a tar that is damaged lists what stands before the damage`() async throws {
        var tar: [UInt8] = [TarEntry.file("one", "1"), .file("two", "2"), .file("three", "3")].tar
        tar[2 * 1024 + 148] = UInt8(ascii: "9")
        let archive = try #require(try Archive(try await content(tar)))
        let listing = try archive.listing()
        #expect(listing.members.map(\.name) == [Array("one".utf8), Array("two".utf8)])
        #expect(listing.gap == "no tar header at byte 2048: the checksum does not fit")
        #expect(try text(try archive.member(step("two"))) == "2")
        #expect(throws: ArchiveError.damaged(Array("three".utf8))) { try archive.member(step("three")) }
    }

    @Test func `a zip member that is not what the directory says is refused`() async throws {
        var bytes = ZipBuilder.file([.init("m", Array("some content".utf8), level: 6)])
        let directory = try #require(
            ZipDirectory(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0)...].prefix($1)) })
        let place = try #require(
            ZipDirectory.dataOffset(of: directory.members[0]) { Array(bytes[Int($0)...].prefix($1)) })
        bytes[Int(place) + 2] ^= 0x10
        let archive = try #require(try Archive(try await content(bytes)))
        #expect(throws: ArchiveError.damaged(Array("m".utf8))) { try archive.member(step("m")) }
    }

    @Test func `no damage traps`() async throws {
        let inner = try Packing.gzip(6).pack([TarEntry.file("x", "inner")].tar)
        for whole in [ZipBuilder.file([.init("inner", inner)]), [TarEntry.file("inner", inner)].tar] {
            let original = try #require(try Archive(try await content(whole)))
            #expect(try original.listing().members.count == 1)
            var random = SplitMix64(seed: 3)
            for _ in 0..<25 {
                var bytes = whole
                for _ in 0..<4 { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                guard let archive = try? Archive(try await content(bytes)),
                    let listing = try? archive.listing()
                else { continue }
                for member in listing.members {
                    _ = try? archive.member(ArchiveStep(name: member.name)).read(0, 1 << 16)
                }
            }
        }
    }

    @Test func `large contents are cut into pieces by what they have in common`() async throws {
        let old = Content.random(1, 3 << 20)
        // Something is inserted early, something removed late.
        let new =
            Array(old[..<500_000]) + Content.random(2, 999) + Array(old[500_000..<2_500_000])
            + Array(old[2_500_100...])
        let (before, after) = (try await content(old), try await content(new, in: "new.tar"))
        var told: [UInt64] = []
        let pieces = try ContentPieces(old: before, new: after, limit: 512 << 10) { told.append($0) }
        #expect(told.last == UInt64(old.count + new.count) && told == told.sorted())
        #expect(pieces.pieces.count < 20)
        for piece in pieces.pieces {
            #expect(max(piece.old.count, piece.new.count) <= 512 << 10)
            if piece.isSame { #expect(old[piece.old] == new[piece.new]) }
        }
        // Both changes are in pieces that differ, and most pieces do not.
        let differing = pieces.pieces.filter { !$0.isSame }
        #expect(differing.contains { $0.new.contains(500_500) })
        #expect(differing.contains { $0.old.contains(2_500_050) })
        #expect(differing.count <= 4)
        let alone = try ContentPieces(old: nil, new: after, limit: 512 << 10) { _ in }
        #expect(alone.pieces.reduce(0) { $0 + $1.new.count } == new.count)
    }
}
