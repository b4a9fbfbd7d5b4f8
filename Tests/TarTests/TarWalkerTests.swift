import Tar
import TestSupport
import Testing

struct TarWalkerTests {
    /// An archive with every kind of header that layers use.
    static let everything: [TarEntry] = [
        .directory("usr"), .file("usr/plain", "hello"), .file("usr/empty"),
        .file("usr/block", Content.random(1, 512)),
        .file("usr/large", Content.random(2, 5_000)), .symlink("usr/link", to: "../etc/x"),
        .hardLink("usr/hard", to: "usr/plain"),
        TarEntry("dev/null", flag: "3").with {
            $0.deviceMajor = 1
            $0.deviceMinor = 3
        },
        TarEntry("dev/sda", flag: "4").with {
            $0.deviceMajor = 8
            $0.deviceMinor = 16
        },
        TarEntry("run/pipe", flag: "6"),
        .file(String(repeating: "p", count: 150) + "/" + String(repeating: "n", count: 120), "pax name"),
        .file(String(repeating: "g", count: 300), "gnu name").with { $0.style = .gnu },
        .symlink("long", to: String(repeating: "t", count: 200)),
        .symlink("longer", to: String(repeating: "u", count: 200)).with { $0.style = .gnu },
        .file("owned", "x").with {
            $0.uid = 3_000_000_000
            $0.gid = 3_000_000_001
            $0.style = .gnu
        },
        .file("owned-pax", "x").with {
            $0.uid = 3_000_000_000
            $0.gid = 3_000_000_001
        },
        .file("before-1970").with {
            $0.modified = -86_400
            $0.style = .gnu
        },
        .file("time").with { $0.records = [("mtime", Array("1760000000.123456789".utf8))] },
        .file("negative-time").with { $0.records = [("mtime", Array("-1.25".utf8))] },
        .file("setuid", "#!").with { $0.mode = 0o6755 },
        .file("attributes", "cap").attribute("security.capability", [1, 0, 0, 2, 0, 0x20, 0, 0]).attribute(
            "user.x", []),
        .file("grüße", "utf-8"),
    ]

    @Test func `parts of every size give the same members, and every byte once`() throws {
        let tar = Self.everything.tar + [UInt8](repeating: 0, count: 700)
        let whole = try Collector.walk(tar)
        #expect(whole.members.count == Self.everything.count)
        #expect(whole.all == tar)
        for size in 1...600 {
            let parts = try Collector.walk(tar, partByteCount: size)
            #expect(parts.all == tar, "parts of \(size)")
            #expect(parts.meanings == whole.meanings, "parts of \(size)")
            #expect(parts.contents == whole.contents, "parts of \(size)")
        }
    }

    @Test func `members tell where their bytes lie`() throws {
        let tar = Self.everything.tar
        let walked = try Collector.walk(tar)
        var offset: UInt64 = 0
        for (member, content) in zip(walked.members, walked.contents) {
            #expect(member.structureOffset == offset)
            let start = Int(member.contentOffset)
            #expect(Array(tar[start..<start + Int(member.storedByteCount)]) == content)
            offset = member.endOffset
        }
        #expect(offset == UInt64(tar.count - 1024))
        #expect(walked.trailerByteCount == 1024)
    }

    @Test func `content may be skipped`() throws {
        let tar = Self.everything.tar
        var collector = Collector()
        var walker = TarWalker()
        var offset = 0
        while offset < tar.count {
            let end = min(offset + 512, tar.count)
            try walker.consume(tar[offset..<end], visitor: &collector)
            offset = end + Int(walker.contentByteCountLeft)
            try walker.skipContent(visitor: &collector)
        }
        try walker.finish(visitor: &collector)
        #expect(collector.meanings == (try Collector.walk(tar)).meanings)
        #expect(walker.hasEndMarker)
    }

    @Test func `every field has the meaning it was written with`() throws {
        let found = Dictionary(
            try Collector.walk(Self.everything.tar).meanings.map {
                (String(decoding: $0.name, as: UTF8.self), $0)
            }
        ) { $1 }
        #expect(found["owned"]?.uid == 3_000_000_000)
        #expect(found["owned"]?.gid == 3_000_000_001)
        #expect(found["owned-pax"]?.uid == 3_000_000_000)
        #expect(found["before-1970"]?.modified == -86_400)
        #expect(found["time"]?.nanoseconds == 123_456_789)
        #expect(found["negative-time"]?.modified == -2)
        #expect(found["negative-time"]?.nanoseconds == 750_000_000)
        #expect(found["setuid"]?.mode == 0o6755)
        #expect(found["dev/sda"]?.deviceMinor == 16)
        #expect(found["attributes"]?.attributes.count == 2)
        #expect(found["long"]?.linkName == [UInt8](repeating: UInt8(ascii: "t"), count: 200))
        #expect(found["longer"]?.linkName == [UInt8](repeating: UInt8(ascii: "u"), count: 200))
        #expect(found[String(repeating: "g", count: 300)]?.type == "file")
        #expect(found["usr"]?.type == "directory")
    }

    @Test func `every truncation inside an entry is an error that says how much is missing`() throws {
        let tar = [TarEntry.file("a", "hello").attribute("user.x", [1]), .file("b", Content.random(1, 700))]
            .tar
        var ends: Set<Int> = [0, tar.count]
        for member in try Collector.walk(tar).members { ends.insert(Int(member.endOffset)) }
        for count in 0..<tar.count {
            if ends.contains(count) || count > tar.count - 1024 + 511 {
                _ = try Collector.walk(Array(tar[..<count]))
            } else {
                #expect(throws: TarError.self, "\(count) bytes") { try Collector.walk(Array(tar[..<count])) }
            }
        }
        #expect(throws: TarError.endsEarly(name: Array("b".utf8), missing: 200)) {
            try Collector.walk(Array(tar[..<(512 * 5 + 500)]))
        }
    }

    // MARK: - Hostile headers

    struct Hostile: Sendable, CustomTestStringConvertible {
        let name: String
        let entries: [TarEntry]
        let isRefused: @Sendable (TarError) -> Bool

        init(_ name: String, _ entries: TarEntry..., error: @escaping @Sendable (TarError) -> Bool) {
            self.name = name
            self.entries = entries
            isRefused = error
        }

        var testDescription: String { name }
    }

    private static func record(_ key: String, _ value: String) -> TarEntry {
        .file("f", "12345").with { $0.records = [(key, Array(value.utf8))] }
    }

    private static func isBadNumber(_ field: String) -> @Sendable (TarError) -> Bool {
        { error in
            if case .badNumber(field, _) = error { true } else { false }
        }
    }

    private static let isAmbiguous: @Sendable (TarError) -> Bool = { error in
        if case .ambiguous = error { true } else { false }
    }

    private static let isBadExtension: @Sendable (TarError) -> Bool = { error in
        if case .badExtension = error { true } else { false }
    }

    static let hostile: [Hostile] = [
        Hostile("wrong checksum", .file("f").with { $0.checksumError = 1 }) { $0 == .badChecksum(offset: 0) },
        Hostile(
            "negative size",
            .file("f").with { $0.overrides = [(124, TarEntry.base256(-1, width: 12))] },
            error: isBadNumber("size")),
        Hostile(
            "size near 2^63",
            .file("f").with { $0.overrides = [(124, TarEntry.base256(.max, width: 12))] },
            error: isBadNumber("size")),
        Hostile(
            "size beyond 2^63",
            .file("f").with { $0.overrides = [(124, [0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])] },
            error: isBadNumber("size")),
        Hostile(
            "size of other digits", .file("f").with { $0.overrides = [(124, Array("00000000009\0".utf8))] },
            error: isBadNumber("size")),
        Hostile(
            "size with digits after a space",
            .file("f").with { $0.overrides = [(124, Array("0000 000001\0".utf8))] },
            error: isBadNumber("size")),
        Hostile(
            "negative uid", .file("f").with { $0.overrides = [(108, TarEntry.base256(-2, width: 8))] },
            error: isBadNumber("uid")),
        Hostile("negative pax size", record("size", "-5"), error: isBadNumber("size")),
        Hostile("huge pax size", record("size", "9223372036854775808"), error: isBadNumber("size")),
        Hostile(
            "pax size too large to add up", record("size", "9223372036854775807"), error: isBadNumber("size")),
        Hostile("pax size of letters", record("size", "5x"), error: isBadNumber("size")),
        Hostile(
            "pax uid beyond all numbers", record("uid", "99999999999999999999"), error: isBadNumber("uid")),
        Hostile("pax time of letters", record("mtime", "now"), error: isBadNumber("mtime")),
        Hostile(
            "pax time beyond all times", record("mtime", "9223372036854775807"), error: isBadNumber("mtime")),
        Hostile("NUL in a pax name", record("path", "a\0b"), error: isBadExtension),
        Hostile(
            "pax record without length",
            .file("f").with {
                $0.before = TarEntry("x", flag: "x").with { $0.content = Array("path=a\n".utf8) }.bytes
            },
            error: isBadExtension),
        Hostile(
            "pax record longer than its header",
            .file("f").with {
                $0.before = TarEntry("x", flag: "x").with { $0.content = Array("99 path=a\n".utf8) }.bytes
            },
            error: isBadExtension),
        Hostile(
            "pax record of length 0",
            .file("f").with {
                $0.before = TarEntry("x", flag: "x").with { $0.content = Array("0 path=a\n".utf8) }.bytes
            },
            error: isBadExtension),
        Hostile(
            "pax record without a line end",
            .file("f").with {
                $0.before = TarEntry("x", flag: "x").with { $0.content = Array("9 path=abc".utf8) }.bytes
            },
            error: isBadExtension),
        Hostile(
            "pax record without =",
            .file("f").with {
                $0.before = TarEntry("x", flag: "x").with { $0.content = Array("7 path\n".utf8) }.bytes
            },
            error: isBadExtension),
        Hostile(
            "two pax headers", record("uid", "1").with { $0.before = TarEntry.paxHeader([("uid", [49])]) },
            error: isAmbiguous),
        Hostile(
            "global record that names entries",
            .file("f").with { $0.before = TarEntry.paxHeader([("path", [97])], flag: "g") },
            error: isAmbiguous),
        Hostile(
            "global record that sizes entries",
            .file("f").with { $0.before = TarEntry.paxHeader([("size", [49])], flag: "g") },
            error: isAmbiguous),
        Hostile(
            "extension of 2 MiB",
            TarEntry("x", flag: "x").with {
                $0.overrides = [(124, Array((TarEntry.octal(2 << 20, digits: 11) + "\0").utf8))]
            }, error: isBadExtension),
        Hostile(
            "content on a directory",
            .directory("d").with { $0.overrides = [(124, Array("00000000005\0".utf8))] }, error: isAmbiguous),
        Hostile(
            "content on a link",
            .symlink("l", to: "x").with { $0.overrides = [(124, Array("00000000005\0".utf8))] },
            error: isAmbiguous),
        Hostile("file with a directory's name", .file("d/", "x"), error: isAmbiguous),
        Hostile(
            "a GNU sparse map on a plain file",
            .file("f", "x").with {
                $0.style = .gnu
                $0.overrides = [(386, Array("00000000001\0".utf8))]
            }, error: isAmbiguous),
        Hostile("no name", .file("", "x"), error: isAmbiguous),
        Hostile("unknown type", TarEntry("f", flag: "Z")) {
            $0 == .unsupportedType(UInt8(ascii: "Z"), offset: 0)
        },
        Hostile("multi-volume", TarEntry("f", flag: "M")) {
            $0 == .unsupportedType(UInt8(ascii: "M"), offset: 0)
        },
        Hostile(
            "extension before the end",
            TarEntry("x", flag: "x").with { $0.content = TarEntry.record("uid", [49]) }, error: isBadExtension
        ),
    ]

    @Test(arguments: hostile)
    func `what readers would understand differently is refused`(_ item: Hostile) {
        do {
            _ = try Collector.walk(item.entries.tar)
            Issue.record("accepted")
        } catch let error as TarError {
            #expect(item.isRefused(error), "\(error)")
            #expect(!error.description.contains("\n"))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `one zero block before another header is refused`() {
        let tar = TarEntry.file("a").bytes + [UInt8](repeating: 0, count: 512) + [TarEntry.file("b")].tar
        for size in [1, 511, 512, 513, 5_000] {
            #expect(throws: TarError.self) { try Collector.walk(tar, partByteCount: size) }
        }
    }

    @Test func `anything may follow two zero blocks`() throws {
        let tar = [TarEntry.file("a")].tar + Content.random(5, 900)
        #expect(try Collector.walk(tar).all == tar)
    }

    @Test func `a last empty record takes a pax name back`() throws {
        let entry = TarEntry.file("header").with { $0.records = [("path", Array("pax".utf8)), ("path", [])] }
        #expect(try Collector.walk([entry].tar).members.map(\.name) == [Array("header".utf8)])
    }

    @Test func `blocks split into their parts`() throws {
        let entry = TarEntry.file(String(repeating: "n", count: 200), "x").attribute("user.a", [1, 2])
        let tar = [entry].tar
        let member = try #require(try Collector.walk(tar).members.first)
        let bytes = Array(tar[..<Int(member.structureByteCount)])
        let structure = try TarStructure(bytes)
        #expect(
            structure.extensions.flatMap { Array($0.header) + Array($0.body) } + structure.header
                + structure.tail == bytes)
        #expect(structure.extensions.count == 1)
        #expect(TarField.allCases.map(\.range.count).reduce(0, +) == 512)
        for count in bytes.indices {
            #expect(throws: TarError.self) { try TarStructure(Array(bytes[..<count])) }
        }
    }

    @Test func `what the writer writes is what the walker reads`() throws {
        let tar =
            TarWriter.header(name: "d/", byteCount: 0, type: .directory, mode: 0o755, modified: 7)
            + TarWriter.header(name: "f", byteCount: 3, modified: 1 << 32) + [1, 2, 3]
            + TarWriter.padding(byteCount: 3)
            + TarWriter.header(name: "l", byteCount: 0, type: .symlink, linkName: "f") + TarWriter.end
        #expect(try Collector.walk(tar).meanings == LibArchive.read(tar).meanings)
        let large = TarWriter.header(name: "f", byteCount: 1 << 33)
        var collector = Collector()
        var walker = TarWalker()
        try walker.consume(large[...], visitor: &collector)
        #expect(collector.members.first?.size == 1 << 33)
    }
}
