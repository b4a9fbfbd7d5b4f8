import FileFormats
import TestSupport
import Testing

/// Lists of archives' members, and what differs between two of them.
struct ArchiveTests {
    private func ar(_ members: [(String, String)], table: String? = nil) -> [UInt8] {
        func header(_ name: String, _ count: Int) -> [UInt8] {
            func field(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: width - text.utf8.count)
            }
            return Array(
                (field(name, 16) + field("0", 12) + field("0", 6) + field("0", 6) + field("100644", 8)
                    + field("\(count)", 10) + "`\n").utf8)
        }
        var bytes = ArDirectory.magic
        for (name, content) in (table.map { [("//", $0)] } ?? []) + members {
            bytes += header(name, content.utf8.count) + Array(content.utf8)
            if content.utf8.count % 2 == 1 { bytes.append(0x0a) }
        }
        return bytes
    }

    private func names(_ bytes: [UInt8], limit: Int = 100) -> [String]? {
        ArDirectory(byteCount: UInt64(bytes.count), limit: limit, reading(bytes))?.members.map {
            String(decoding: $0.name, as: UTF8.self)
        }
    }

    @Test func `names of ar archives are short, in a table, or in front of the content`() throws {
        let bytes = ar(
            [
                ("/", "symbols"), ("debian-binary", "2.0\n"), ("short/", "odd"), ("/0", "x"), ("/21", "y"),
                ("#1/8", "bsd-nameZ"),
            ], table: "a-name-that-is-long/\nanother-name-that-is-long/\n")
        #expect(
            names(bytes) == [
                "debian-binary", "short", "a-name-that-is-long", "another-name-that-is-long", "bsd-name",
            ])
        let directory = try #require(ArDirectory(byteCount: UInt64(bytes.count), limit: 9, reading(bytes)))
        #expect(directory.isWhole)
        let contents = directory.members.map {
            String(decoding: bytes[Int($0.offset)...].prefix(Int($0.byteCount)), as: UTF8.self)
        }
        #expect(contents == ["2.0\n", "odd", "x", "y", "Z"])
    }

    @Test func `an ar archive that is cut, damaged or too long says so`() throws {
        let bytes = ar([("one/", "1"), ("two/", "22")])
        #expect(names(Array("!<thin>\n".utf8)) == nil)
        let cut = Array(bytes.dropLast())
        #expect(names(cut) == ["one"])
        #expect(ArDirectory(byteCount: UInt64(cut.count), limit: 9, reading(cut))?.isWhole == false)
        #expect(ArDirectory(byteCount: UInt64(bytes.count), limit: 1, reading(bytes))?.isWhole == false)
        var random = SplitMix64(seed: 5)
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0..<3 { damaged[random.below(damaged.count)] = UInt8(random.below(256)) }
            for member in ArDirectory(byteCount: UInt64(damaged.count), limit: 9, reading(damaged))?.members
                ?? []
            {
                #expect(member.offset + member.byteCount <= UInt64(damaged.count))
            }
        }
    }

    private func member(_ name: String, _ sum: UInt32, size: UInt64 = 1) -> ArchiveMember {
        ArchiveMember(name: Array(name.utf8), byteCount: size, fingerprint: .checksum(sum))
    }

    @Test func `what differs comes first, by name, and members of one name are told apart`() {
        let old = ArchiveListing(
            format: "zip",
            members: [
                member("same", 1), member("z-gone", 2), member("grown", 3), member("twice", 4),
                member("twice", 5),
            ])
        let new = ArchiveListing(
            format: "tar in gzip",
            members: [
                member("same", 1), member("grown", 3, size: 2), member("a-new", 6), member("twice", 4),
                member("twice", 7),
            ], gap: "cut")
        let diff = ArchiveDiff(old: old, new: new)
        #expect(
            diff.rows.map {
                "\(String(decoding: $0.step.name, as: UTF8.self)) \($0.step.occurrence) \($0.isSame)"
            }
                == [
                    "a-new 0 false", "grown 0 false", "twice 1 false", "z-gone 0 false", "same 0 true",
                    "twice 0 true",
                ])
        #expect(diff.changedCount == 4)
        #expect(diff.formats == ["zip", "tar in gzip"])
        #expect(diff.gap == "cut")
        #expect(ArchiveDiff(old: nil, new: new).changedCount == 5)
        #expect(ArchiveDiff(old: old, new: old).formats == ["zip"])
    }
}
