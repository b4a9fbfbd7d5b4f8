import Contents
import Foundation
import Images
import Summary
import TestSupport
import Testing

/// What is found in the lists of rpm, which `Fixtures/make-rpmdb` made one of.
struct RpmTests {
    private let scratch: Scratch
    private let database: [UInt8]

    init() throws {
        scratch = try Scratch()
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        database = Array(try Data(contentsOf: folder.appendingPathComponent("Fixtures/rpmdb.sqlite")))
    }

    private func reader(_ entries: [TarEntry]) async throws -> PackageReader {
        let path = try scratch.write(
            "image.tar", try ImageBuilder([.init("RUN", entries)]).archive(.docker25))
        return try PackageReader(try await ImageLoader.load(ImageRequest(path: path)))
    }

    private func words(_ reader: PackageReader) -> [String] {
        reader.inventory.packages.map { "\($0.kind) \($0.name) \($0.version) \($0.place)" }
    }

    private static let list = "usr/lib/sysimage/rpm/rpmdb.sqlite"
    private static let packages = [
        "rpm openssl-libs 1:3.0.7-27.el9 x86_64", "rpm bash 5.1.8-9.el9 x86_64",
        "rpm gpg-pubkey fd431d51-4ae0493b x86_64",
    ]

    @Test func `packages, and the files that were installed`() async throws {
        let files = [
            "usr/lib64/libssl.so.3", "etc/pki/tls/openssl.cnf", "usr/bin/bash", "usr/share/doc/bash/README",
        ]
        let reader = try await reader(
            files.map { .file($0, "x") } + [
                .file(Self.list, database), .symlink("var/lib/rpm", to: "../../usr/lib/sysimage/rpm"),
            ])
        #expect(words(reader) == Self.packages)
        #expect(reader.unread == [])
        #expect(reader.isComplete)
        // The list itself belongs to nobody, and neither does what was left out.
        #expect(reader.inventory.owners.values.sorted() == [0, 0, 1])
    }

    @Test func `an image as older systems have it`() async throws {
        let reader = try await reader([.file("var/lib/rpm/rpmdb.sqlite", database)])
        #expect(words(reader) == Self.packages)
    }

    @Test(arguments: [
        ("Packages.db", "rpm's own database of the kind NDB, which is not read"),
        ("Packages", "a Berkeley database, which is not read"),
    ])
    func `lists of other kinds are named`(name: String, words: String) async throws {
        let reader = try await reader([.file("var/lib/rpm/\(name)", "RpmP")])
        #expect(reader.unread == ["var/lib/rpm/\(name): \(words)"])
        #expect(!reader.isComplete)
    }

    @Test func `changes that lie in a log are told`() async throws {
        let reader = try await reader([
            .file(Self.list, database), .file(Self.list + "-wal", "frames"), .file(Self.list + "-shm", ""),
        ])
        #expect(reader.inventory.packages.count == 3)
        #expect(
            reader.unread == [Self.list + "-wal: changes that rpm has not moved into its database yet"])
    }

    @Test func `damaged lists are told by their cause, and what was read of them stays`() async throws {
        let none = try await reader([.file(Self.list, "no database")])
        #expect(none.unread == [Self.list + ": it is damaged: it is no SQLite database"])
        let cut = try await reader([.file(Self.list, Array(database.prefix(6000)))])
        #expect(cut.unread.count == 1 && cut.unread[0].hasPrefix(Self.list + ": it is damaged: "))
        // Anything may stand anywhere: it is read or refused, and ends.
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            var bytes = database
            for _ in 0..<8 {
                bytes[100 + Int(random.next() % UInt64(bytes.count - 100))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            let reader = try await reader([.file(Self.list, bytes)])
            #expect(reader.inventory.packages.count <= 3 || !reader.unread.isEmpty)
        }
    }

    @Test func `headers whose numbers lie`() {
        func header(_ numbers: [UInt32], _ data: [UInt8] = []) -> [UInt8] {
            numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
                + data
        }
        #expect(RpmPackages.package(header: []) == nil)
        #expect(RpmPackages.package(header: header([0xffff_ffff, 0xffff_ffff])) == nil)
        #expect(RpmPackages.package(header: header([1, 2, 1000, 6, 3, 1], [0x61, 0])) == nil)
        let named = RpmPackages.package(header: header([1, 2, 1000, 6, 0, 1], [0x61, 0]))
        #expect(named?.package == Package(kind: .rpm, name: "a", version: ""))
        // More files than there are numbers, and a directory that is not there.
        let liar = header(
            [4, 10, 1000, 6, 0, 1, 1116, 4, 4, 1, 1117, 8, 2, 1, 1118, 8, 2, 0x4000_0000],
            [0x61, 0, 0x62, 0, 0, 0, 0, 9, 0, 0])
        #expect(RpmPackages.package(header: liar)?.paths == [])
    }
}
