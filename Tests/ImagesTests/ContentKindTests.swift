import FileTree
import OCI
import TestSupport
import Testing

@testable import Images

/// What files are, as the first bytes of their contents tell.
struct ContentKindTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func kinds(_ entries: [TarEntry]) async throws -> [String: String] {
        let image = try await load(try ImageBuilder([.init("", entries)]).archive(.docker25), scratch)
        return Dictionary(
            uniqueKeysWithValues: image.index.listings[0].entries.map {
                (String(decoding: $0.path.bytes, as: UTF8.self), $0.contentKind?.word ?? ContentKind.noWord)
            })
    }

    /// What a file begins with, and what it is then.
    struct Start: Sendable {
        let kind: ContentKind
        let bytes: [UInt8]

        init(_ kind: ContentKind, _ bytes: [UInt8]) {
            self.kind = kind
            self.bytes = bytes
        }

        init(_ kind: ContentKind, _ text: String, _ more: [UInt8] = []) {
            self.init(kind, Array(text.utf8) + more)
        }
    }

    private static let bytecode = [UInt8](repeating: 0xe3, count: 20)

    static let starts: [Start] = [
        Start(.program, [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Start(.program, "\0asm", [1, 0, 0, 0]),
        Start(.program, [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65]),
        Start(.program, [0xcb, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0] + bytecode),
        Start(.program, "MZ", [UInt8](repeating: 0, count: 80)), Start(.program, "!<arch>\nlib.o/"),
        Start(.archive, "!<arch>\ndebian-binary   "), Start(.archive, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
        Start(.archive, "PK\u{3}\u{4}", [20, 0]),
        Start(.archive, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 1]),
        Start(.archive, [0x28, 0xb5, 0x2f, 0xfd, 4]),
        Start(.archive, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0]),
        Start(.text, "#!/bin/sh\nexit 0\n"), Start(.text, "MZ is no program\n"),
        Start(.text, "{\"a\": \"日本語\"}"), Start(.text, [0xff, 0xfe] + Array("a\0b\0\n\0".utf8)),
        Start(.text, "na", [0xef] + Array("ve\n".utf8)), Start(.text, "\n"),
        Start(.data, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Start(.data, "%PDF-1.7\nand so on"),
        Start(.data, "SQLite format 3\0"), Start(.data, [0]), Start(.data, [0xff, 0xfe, 0xfd]),
        // Flags that Python does not know.
        Start(.data, [0xcb, 0x0d, 0x0d, 0x0a, 9, 0, 0, 0] + bytecode),
    ]

    @Test(arguments: starts) func `the first bytes tell what a file is`(_ start: Start) {
        #expect(ContentKind(start: start.bytes, isWhole: true) == start.kind)
    }

    @Test func `a tar is an archive, and a block of zeros is none`() throws {
        let tar = try ImageBuilder([.init("", [.file("a", "b")])]).archive(.docker25)
        #expect(ContentKind(start: Array(tar.prefix(512)), isWhole: false) == .archive)
        #expect(ContentKind(start: [UInt8](repeating: 0, count: 512), isWhole: false) == .data)
        #expect(ContentKind(start: [], isWhole: true) == nil)
    }

    @Test func `of an image's files each one's first bytes tell it, and nothing else has a kind`()
        async throws
    {
        let found = try await kinds([
            .file("empty"), .file("bin/a", [0x7f, 0x45, 0x4c, 0x46] + Content.random(1, 5000)),
            .file("bin/b", "#!/bin/sh\n" + String(repeating: "echo\n", count: 3000)),
            // What the file before it begins with is forgotten.
            .file("short", [0]), .file("data", Content.random(2, 3000)),
            .file("a.gz", [0x1f, 0x8b, 8] + Content.random(3, 900)),
            .hardLink("same", to: "bin/a"), .symlink("soft", to: "bin/a"), .directory("folder"),
            .file("folder/.wh.gone", "text"),
        ])
        #expect(
            found == [
                "empty": "none", "bin/a": "program", "bin/b": "text", "short": "data", "data": "data",
                "a.gz": "archive", "same": "program", "soft": "none", "folder": "none", "folder/gone": "none",
            ])
    }

    @Test func `of a file that is stored without its holes, what it holds tells it`() async throws {
        let text = Array(String(repeating: "a line\n", count: 200).utf8.prefix(1024))
        for (content, kind) in [(text, "text"), (Content.random(1, 1024), "data")] {
            for entry in TarEntry.withHoles(content) { #expect(try await kinds([entry]) == ["a": kind]) }
        }
        // Where it begins with a hole, it begins with zeros.
        let hole = TarEntry("GNUSparseFile.0/a", flag: "0").with {
            $0.content = Array(text.prefix(512))
            $0.records = [
                ("GNU.sparse.name", "a"), ("GNU.sparse.size", "2000"), ("GNU.sparse.numblocks", "1"),
                ("GNU.sparse.map", "512,512"),
            ].map { ($0.0, Array($0.1.utf8)) }
        }
        #expect(try await kinds([hole]) == ["a": "data"])
    }
}
