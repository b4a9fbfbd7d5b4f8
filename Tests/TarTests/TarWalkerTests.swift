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

    private static func sparse(_ records: (key: String, value: String)...) -> [(key: String, value: [UInt8])]
    {
        records.map { ("GNU.sparse." + $0.key, Array($0.value.utf8)) }
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
        Hostile("Solaris' pax header", TarEntry("f", flag: "X")) {
            $0 == .unsupportedType(UInt8(ascii: "X"), offset: 0)
        },
        Hostile("contiguous file", TarEntry("f", flag: "7")) {
            $0 == .unsupportedType(UInt8(ascii: "7"), offset: 0)
        },
        Hostile(
            "a GNU and a pax name",
            record("path", "b").with { $0.before = TarEntry.longName("L", Array("a".utf8)) },
            error: isAmbiguous),
        Hostile(
            "a GNU and a pax link target",
            .symlink("l", to: "x").with {
                $0.before = TarEntry.longName("K", Array("a".utf8))
                $0.records = [("linkpath", Array("b".utf8))]
            }, error: isAmbiguous),
        Hostile(
            "two GNU names",
            .file("f").with {
                $0.before = TarEntry.longName("L", Array("a".utf8)) + TarEntry.longName("L", Array("b".utf8))
            }, error: isAmbiguous),
        Hostile(
            "junk as a file's device number",
            .file("f").with { $0.overrides = [(329, Array("zzzzzzz".utf8))] },
            error: isBadNumber("device number")
        ),
        Hostile(
            "a negative device number",
            TarEntry("d", flag: "3").with { $0.overrides = [(329, TarEntry.base256(-1, width: 8))] },
            error: isBadNumber("device number")),
        Hostile("letters behind a pax time", record("mtime", "1.000000000x"), error: isBadNumber("mtime")),
        Hostile("a pax record without a name", record("", "x"), error: isBadExtension),
        Hostile("a NUL in a pax record's name", record("a\0b", "x"), error: isBadExtension),
        Hostile("a name longer than any path", .file(String(repeating: "n", count: 4_096))) {
            if case .nameTooLong(4_096, _) = $0 { true } else { false }
        },
        Hostile("a link longer than any path", .symlink("l", to: String(repeating: "n", count: 4_096))) {
            if case .nameTooLong(4_096, _) = $0 { true } else { false }
        },
        Hostile(
            "a directory with a sparse map",
            .directory("d").with { $0.records = sparse(("major", "1"), ("minor", "0"), ("realsize", "9")) },
            error: isAmbiguous),
        Hostile(
            "an unknown sparse version",
            .file("f", "x").with { $0.records = sparse(("major", "2"), ("minor", "0"), ("realsize", "9")) },
            error: isAmbiguous),
        Hostile(
            "sparse 1.0 without the real size",
            .file("f", "1\n0\n1\n" + String(repeating: "\0", count: 506) + "x").with {
                $0.records = sparse(("major", "1"), ("minor", "0"))
            }, error: isBadExtension),
        Hostile(
            "sparse 1.0 with a map of other data",
            .file("f", "1\n0\n2\n" + String(repeating: "\0", count: 506) + "x").with {
                $0.records = sparse(("major", "1"), ("minor", "0"), ("realsize", "9"))
            }, error: isBadExtension),
        Hostile(
            "sparse 1.0 with a map that does not end",
            .file("f", "9\n0\n2\n").with {
                $0.records = sparse(("major", "1"), ("minor", "0"), ("realsize", "9"))
            }, error: isBadExtension),
        Hostile(
            "a sparse map beyond the file",
            .file("f", "x").with { $0.records = sparse(("size", "9"), ("numblocks", "1"), ("map", "9,1")) },
            error: isBadExtension),
        Hostile(
            "a sparse map that goes back",
            .file("f", "xy").with {
                $0.records = sparse(("size", "9"), ("numblocks", "2"), ("map", "5,1,4,1"))
            }, error: isBadExtension),
        Hostile(
            "a sparse map of another count",
            .file("f", "x").with { $0.records = sparse(("size", "9"), ("numblocks", "2"), ("map", "0,1")) },
            error: isBadExtension),
        Hostile(
            "sparse pairs out of order",
            .file("f", "x").with {
                $0.records = sparse(("size", "9"), ("numblocks", "1"), ("numbytes", "1"), ("offset", "0"))
            }, error: isBadExtension),
        Hostile(
            "a GNU sparse map of more data than there is",
            TarEntry("f", flag: "S").with {
                $0.style = .gnu
                $0.content = [1]
                $0.overrides = [
                    (386, Array("00000000000\0000000000002\0".utf8)), (483, Array("00000000011\0".utf8)),
                ]
            }, error: isBadExtension),
        Hostile(
            "a GNU sparse file with another magic",
            TarEntry("f", flag: "S").with { $0.overrides = [(483, Array("00000000011\0".utf8))] },
            error: isBadNumber("real size")),
        Hostile("multi-volume", TarEntry("f", flag: "M")) {
            $0 == .unsupportedType(UInt8(ascii: "M"), offset: 0)
        },
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

    // MARK: - Headers that dialects read differently: as Go's archive/tar takes them

    private func member(_ entry: TarEntry) throws -> TarMember {
        try #require(try Collector.walk([entry].tar).members.first)
    }

    @Test func `sizes of what has no content do not matter`() throws {
        let size = [(offset: 124, bytes: Array("00000010000\0".utf8))]
        let entries = [
            .directory("d"), .symlink("l", to: "x"), .hardLink("h", to: "x"), TarEntry("p", flag: "6"),
            TarEntry("c", flag: "3"), TarEntry("b", flag: "4"),
        ].map { entry in entry.with { $0.overrides = size } }
        let walked = try Collector.walk((entries + [.file("after", "1")]).tar)
        #expect(walked.members.count == 7)
        #expect(walked.members.dropLast().allSatisfy { $0.size == 0 && $0.storedByteCount == 0 })
        #expect(walked.contents.last == Array("1".utf8))
    }

    @Test func `owners may be negative`() throws {
        let header = try member(
            .file("f").with {
                $0.overrides = [(108, TarEntry.base256(-2, width: 8)), (116, TarEntry.base256(-1, width: 8))]
            })
        #expect(header.uid == -2 && header.gid == -1)
        let record = try member(.file("f").with { $0.records = [("uid", Array("-2".utf8))] })
        #expect(record.uid == -2)
    }

    @Test(arguments: ["mtime", "path", "size", "uid", "gid", "linkpath"])
    func `an empty record leaves what the header says`(key: String) throws {
        let plain = TarEntry.file("f", "123").with {
            $0.uid = 7
            $0.gid = 8
        }
        let emptied = try member(plain.with { $0.records = [(key, [])] })
        let expected = try member(plain)
        #expect(emptied.name == expected.name && emptied.size == 3 && emptied.uid == 7 && emptied.gid == 8)
        #expect(emptied.modified == expected.modified)
    }

    @Test func `long names that say the same are no contradiction`() throws {
        let name = Array("name".utf8)
        let entry = TarEntry.file("f").with {
            $0.before = TarEntry.longName("L", name)
            $0.records = [("path", name)]
        }
        #expect(try member(entry).name == name)
        #expect(
            try member(.file("f").with { $0.before = TarEntry.longName("L", []) }).name == Array("f".utf8))
    }

    @Test func `a name's prefix is read as its dialect has it`() throws {
        let prefix = [UInt8](repeating: UInt8(ascii: "p"), count: 131)
        let star = try member(
            .file("a").with {
                $0.overrides = [(345, prefix + Array("00000000001\0".utf8)), (508, Array("tar\0".utf8))]
            })
        #expect(star.name == prefix + Array("/a".utf8))
        let gnu = TarEntry.file("passwd").with { $0.style = .gnu }
        let times = try member(gnu.with { $0.overrides = [(345, Array("14200000000\014200000000\0".utf8))] })
        #expect(times.name == Array("passwd".utf8))
        let old = try member(gnu.with { $0.overrides = [(345, Array("etc".utf8))] })
        #expect(old.name == Array("etc/passwd".utf8))
        #expect(throws: TarError.self) { try member(gnu.with { $0.overrides = [(345, [0xc3, 0xa9])] }) }
    }

    @Test func `the oldest archives name directories by a slash`() throws {
        #expect(try member(.file("d/").with { $0.flag = 0 }).type == .directory)
        #expect(throws: TarError.self) { try member(.file("d/")) }
        #expect(throws: TarError.self) { try member(.file("d/", "x").with { $0.flag = 0 }) }
    }

    @Test func `sums of signed bytes are checksums, too`() throws {
        var block = Array(TarEntry([0xe9, 0xe8], flag: "0").bytes.prefix(512))
        TarEntry.seal(&block, error: -512)
        #expect(try Collector.walk(block).members.map(\.name) == [[0xe9, 0xe8]])
    }

    @Test func `all versions of sparse files are read`() throws {
        let data = Array("abc".utf8)
        let pairs = TarEntry.file("f").with {
            $0.content = data
            $0.records = Self.sparse(
                ("size", "100"), ("numblocks", "2"), ("offset", "10"), ("numbytes", "1"), ("offset", "20"),
                ("numbytes", "2"))
        }
        let list = pairs.with {
            $0.records = Self.sparse(("size", "100"), ("numblocks", "2"), ("map", "10,1,20,2"))
        }
        let map = Array("3\n10\n1\n20\n2\n100\n0\n".utf8)
        let inContent = TarEntry.file("GNUSparseFile.0/f").with {
            $0.content = map + [UInt8](repeating: 0, count: 512 - map.count) + data
            $0.records = Self.sparse(("major", "1"), ("minor", "0"), ("name", "f"), ("realsize", "100"))
        }
        for entry in [pairs, list, inContent] {
            for size in [1, 13, 512, 5_000] {
                let walked = try Collector.walk([entry].tar, partByteCount: size)
                #expect(walked.members.map(\.name) == [Array("f".utf8)])
                #expect(walked.members.map(\.size) == [100])
                #expect(walked.members.map(\.isSparse) == [true])
                #expect(walked.contents == [entry.content])
            }
        }
    }

    @Test func `an attribute that is named twice counts once, where it stood last`() throws {
        let entry = TarEntry.file("f").attribute("user.a", [1]).attribute("user.b", [2]).attribute(
            "user.a", [3])
        let attributes = try member(entry).extendedAttributes
        #expect(attributes.map(\.name) == [Array("user.b".utf8), Array("user.a".utf8)])
        #expect(attributes.map(\.value) == [[2], [3]])
    }

    @Test func `a last empty record takes a pax name back`() throws {
        let entry = TarEntry.file("header").with { $0.records = [("path", Array("pax".utf8)), ("path", [])] }
        #expect(try Collector.walk([entry].tar).members.map(\.name) == [Array("header".utf8)])
    }
}
