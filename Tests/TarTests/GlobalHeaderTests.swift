import Tar
import TestSupport
import Testing

/// What stands between extension headers and their entry: Go's reader, which runtimes use, forgets what it read before a
/// global header, and takes the last pax header of an entry even if it says nothing; others do not.
struct GlobalHeaderTests {
    private static let path = TarEntry.paxHeader([("path", Array("evil".utf8))])
    private static let comment = TarEntry.paxHeader([("comment", Array("c".utf8))], flag: "g")
    private static let file = [TarEntry.file("a", "hello")].tar

    @Test(arguments: [
        path + comment, path + TarEntry("g", flag: "g").bytes,
        TarEntry.longName("L", Array("evil".utf8)) + comment,
        TarEntry.longName("K", Array("evil".utf8)) + comment, path + TarEntry("x", flag: "x").bytes,
        TarEntry("x", flag: "x").bytes + path,
        TarEntry.longName("L", Array("evil".utf8)) + TarEntry("L", flag: "L").bytes,
    ])
    func `headers that readers forget or not are refused`(before: [UInt8]) {
        #expect {
            try Collector.walk(before + Self.file)
        } throws: {
            if case TarError.ambiguous = $0 { true } else { false }
        }
    }

    @Test func `a global header before the others, and one that says nothing, change nothing`() throws {
        let tar = Self.comment + Self.comment + Self.path + Self.file
        #expect(try Collector.walk(tar).members.map(\.name) == [Array("evil".utf8)])
        for empty in ["x", "g", "L", "K"] as [Character] {
            let walked = try Collector.walk(TarEntry("e", flag: empty).bytes + Self.file)
            #expect(walked.members.map(\.name) == [Array("a".utf8)])
        }
    }
}

/// A sparse file that states its size twice: Go takes `GNU.sparse.size`, others what comes last.
struct SparseSizeTests {
    private func walk(_ sizes: [(key: String, value: String)]) throws -> [UInt64] {
        let file = TarEntry.file("a", "x").with {
            $0.records =
                sizes.map { ("GNU.sparse." + $0.key, Array($0.value.utf8)) } + [
                    ("GNU.sparse.numblocks", Array("1".utf8)), ("GNU.sparse.map", Array("0,1".utf8)),
                ]
        }
        return try Collector.walk([file].tar).members.map(\.size)
    }

    @Test func `sizes that differ are refused, in either order`() throws {
        #expect(try walk([("size", "9"), ("realsize", "9")]) == [9])
        #expect(try walk([("realsize", "9")]) == [9])
        for sizes in [[("size", "9"), ("realsize", "8")], [("realsize", "8"), ("size", "9")]] {
            #expect { try walk(sizes) } throws: {
                if case TarError.ambiguous = $0 { true } else { false }
            }
        }
    }
}
