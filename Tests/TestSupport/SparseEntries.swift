/// Files that are stored with and without their holes.
extension TarEntry {
    /// A file of 2,000 bytes, the first 512 of which and those from 1,024 to 1,536 are data, stored in each way that leaves
    /// holes out, and as it is.
    public static func withHoles(_ data: [UInt8]) -> [TarEntry] {
        let plain = data.prefix(512) + [UInt8](repeating: 0, count: 512) + data.suffix(512)
        let size = ("GNU.sparse.realsize", Array("2000".utf8))
        func pax(_ content: [UInt8], _ records: [(key: String, value: [UInt8])]) -> TarEntry {
            TarEntry("GNUSparseFile.0/a", flag: "0").with {
                $0.content = content
                $0.records = [("GNU.sparse.name", Array("a".utf8))] + records
            }
        }
        func text(_ key: String, _ value: String) -> (key: String, value: [UInt8]) {
            ("GNU.sparse." + key, Array(value.utf8))
        }
        let octal = [0, 512, 1024, 512].map { TarEntry.octal($0, digits: 11) + "\0" }.joined()
        let map = Array("2\n0\n512\n1024\n512\n".utf8)
        return [
            .file("a", Array(plain) + [UInt8](repeating: 0, count: 464)),
            TarEntry("a", flag: "S").with {
                $0.style = .gnu
                $0.content = data
                $0.overrides = [
                    (386, Array(octal.utf8)), (483, Array((TarEntry.octal(2000, digits: 11) + "\0").utf8)),
                ]
            },
            pax(
                data,
                [
                    text("size", "2000"), text("numblocks", "2"), text("offset", "0"),
                    text("numbytes", "512"),
                    text("offset", "1024"), text("numbytes", "512"),
                ]),
            pax(data, [text("size", "2000"), text("numblocks", "2"), text("map", "0,512,1024,512")]),
            pax(
                map + [UInt8](repeating: 0, count: 512 - map.count) + data,
                [text("major", "1"), text("minor", "0"), size]),
        ]
    }
}
