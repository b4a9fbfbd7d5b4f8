import Bytes
import FileTree
import Testing

struct EntryTextTests {
    private func entry(_ kind: EntryKind, _ mode: UInt16) throws -> Entry {
        Entry(path: try #require(TreePath("x")), kind: kind, mode: mode)
    }

    @Test func `permissions are shown as ls shows them`() throws {
        #expect(EntryText.permissions(try entry(.directory, 0o1755)) == "drwxr-xr-t")
        #expect(EntryText.permissions(try entry(.file, 0o6610)) == "-rwS--s---")
        #expect(EntryText.permissions(try entry(.hardLink, 0o4711)) == "hrws--x--x")
        #expect(EntryText.octal(0o7) == "0007" && EntryText.octal(0o4755) == "4755")
    }

    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z"), (1_709_211_599, 0, "2024-02-29T12:59:59Z"),
            (-1, 500_000_000, "1969-12-31T23:59:59.5Z"), (0, 1, "1970-01-01T00:00:00.000000001Z"),
            (253_402_300_800, 0, "@253402300800"), (Int64.min, 0, "@-9223372036854775808"),
        ] as [(Int64, UInt32, String)])
    func `times are exact`(seconds: Int64, nanoseconds: UInt32, text: String) {
        #expect(EntryText.exactTime(Timestamp(seconds: seconds, nanoseconds: nanoseconds)) == text)
    }

    @Test func `each part of the metadata that differs has both values`() throws {
        var old = try entry(.symlink, 0o777)
        var new = old
        (old.linkTarget, new.linkTarget) = ([0x61], [0x5c])
        new.gid = 3
        new.extendedAttributes = [ExtendedAttribute(name: [0x62], value: [0])]
        let changes = MetadataChange.between(old, new)
        #expect(changes.map(\.field) == ["owner", "attribute", "link target"])
        #expect(changes.map(\.old) == ["0:0", nil, "a"] && changes.map(\.new) == ["0:3", #"\x00"#, #"\\"#])
        #expect(changes[1].attribute == "b")
        #expect(MetadataChange.between(old, new, ignoring: .all) == [])
    }

    @Test func `what becomes a link, or was one, has one target`() throws {
        func entry(_ kind: EntryKind, to target: String = "") throws -> Entry {
            Entry(path: try #require(TreePath("a")), kind: kind, linkTarget: Array(target.utf8))
        }
        func targets(_ old: Entry, _ new: Entry) -> [String?] {
            MetadataChange.between(old, new).filter { $0.field == "link target" }.flatMap {
                [$0.old, $0.new]
            }
        }
        #expect(try targets(entry(.directory), entry(.symlink, to: "/lib")) == [nil, "/lib"])
        #expect(try targets(entry(.symlink, to: "/lib"), entry(.file)) == ["/lib", nil])
        #expect(try targets(entry(.symlink, to: "a"), entry(.symlink, to: "b")) == ["a", "b"])
        var device = try entry(.characterDevice)
        device.deviceMinor = 3
        #expect(MetadataChange.between(try entry(.fifo), device).map(\.old) == [nil])
    }
}
