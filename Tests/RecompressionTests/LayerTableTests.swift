import Bytes
import Compression
import Foundation
import Hashing
import TestSupport
import Testing

@testable import Recompression

/// Tables of zstd:chunked layers; see `Fixtures/make`.
@Suite struct LayerTableTests {
    static let names = RepackTests.blobs(".zst").filter { $0.hasPrefix("zstd-chunked") }
    /// Those of containers/storage, and those of stargz-snapshotter, which cuts elsewhere.
    static let storageNames = names.filter { !stargzNames.contains($0) }
    static let stargzNames = names.filter { $0.hasPrefix("zstd-chunked-stargz") }

    /// What a blob is made of: frames of data, and what each frame to skip holds.
    private static func parts(_ blob: [UInt8]) throws -> (data: [UInt8], tables: [[UInt8]]) {
        let parser = FrameParser(ByteSource(blob))
        var tables: [[UInt8]] = []
        while true {
            switch try parser.next() {
            case .end:
                let byteCount = tables.reduce(0) { $0 + 8 + $1.count }
                return (Array(blob.dropLast(byteCount)), tables)
            case .skippable(_, let bytes): tables.append(bytes)
            case .frame(let header):
                while try !parser.block().isLast {}
                if FrameHeader.hasChecksum(header) { _ = try parser.checksum() }
            }
        }
    }

    private static func assembled(_ data: [UInt8], _ tables: [[UInt8]]) -> [UInt8] {
        tables.reduce(data) { blob, table in
            blob + [0x50, 0x2a, 0x4d, 0x18]
                + (0..<4).map { UInt8(truncatingIfNeeded: table.count >> (8 * $0)) }
                + table
        }
    }

    private static func described(_ blob: [UInt8], _ content: [UInt8]) throws -> Repack {
        try #require(
            try Repack.describe(
                blob: ByteSource(blob), plain: ByteSource(content), limit: 2 * blob.count + 200)
        )
    }

    /// The entries of a layer whose frames all start with a part.
    private static func entries(_ parts: [[UInt8]]) -> LayerEntries {
        let layer = LayerEntries()
        for (index, part) in parts.enumerated() {
            layer.startFrame(at: UInt64(100 * index))
            part.withUnsafeBufferPointer { layer.take($0) }
        }
        layer.startFrame(at: UInt64(100 * parts.count))
        layer.finish()
        return layer
    }

    private static func text(_ kind: LayerTable.Kind, _ layer: LayerEntries) -> String {
        var table = LayerTable(kind, layer)
        var bytes: [UInt8] = []
        while let part = table.next() { bytes += part }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func header(_ name: String, size: Int, type: UInt8 = 0x30) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        block.replaceSubrange(0..<name.utf8.count, with: Array(name.utf8))
        let digits = Array(String(size, radix: 8).utf8)
        block.replaceSubrange(124..<124 + digits.count, with: digits)
        block[156] = type
        return block
    }

    // MARK: - Layers of real programs

    @Test(arguments: names) func `a table takes next to nothing`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).zst")
        let content = try FrameRepackTests.content(name)
        let (data, tables) = try Self.parts(blob)
        let byteCount = try Self.described(blob, content).bytes.count
        let bare = try Self.described(data, content).bytes.count
        // The footer takes some 40 bytes, the digest of a second table some 70.
        #expect(byteCount < bare + (tables.count == 3 ? 150 : 60))
    }

    /// A table with some changes.
    private static func changed(_ text: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var text = text
        for _ in 0..<random.next() % 9 {
            let place = Int(random.next() % UInt64(text.count))
            let end = min(place + Int(random.next() % 300), text.count)
            let other = random.bytes(Int(random.next() % 200))
            switch random.next() % 3 {
            case 0: text.removeSubrange(place..<end)
            case 1: text.replaceSubrange(place..<end, with: other)
            default: text.insert(contentsOf: other, at: place)
            }
        }
        return text
    }

    @Test(arguments: names) func `a table that is not as expected is made by edits`(_ name: String) throws {
        let (_, tables) = try Self.parts(RepackTests.file("\(name).zst"))
        // Nothing is known of frames here, so that each entry is another.
        let layer = Self.entries([try FrameRepackTests.content(name)])
        var random = SplitMix64(seed: 12)
        for (index, table) in tables.dropLast().enumerated() {
            let table = try FrameRepackTests.content(of: table)
            let kind =
                index == 1
                ? LayerTable.Kind.split : Self.stargzNames.contains(name) ? .lines : .knownTimes
            let expected = Array(Self.text(kind, layer).utf8)
            for _ in 0..<40 {
                let text = Self.changed(table, &random)
                let edits = try #require(TableEdits(from: expected, to: text))
                var edited = EditedTable(LayerTable(kind, layer), edits, byteCount: text.count)
                var made: [UInt8] = []
                while let part = try edited.next() { made += part }
                #expect(made == text)
                var longer = EditedTable(
                    LayerTable(kind, layer), edits, byteCount: 2 * expected.count + 9_000)
                #expect(throws: RecompressionError.self) { while try longer.next() != nil {} }
            }
        }
    }

    @Test(arguments: names) func `whatever a table holds, it is made again`(_ name: String) throws {
        let (data, tables) = try Self.parts(RepackTests.file("\(name).zst"))
        let content = try FrameRepackTests.content(name)
        var random = SplitMix64(seed: 11)
        for index in tables.indices.dropLast() {
            for _ in 0..<6 {
                let text = try Self.changed(FrameRepackTests.content(of: tables[index]), &random)
                var changed = tables
                changed[index] = try Zstd.compress(text, ZstdOptions(level: 3))
                let blob = Self.assembled(data, changed)
                let repack = try Self.described(blob, content)
                #expect(try RepackTests.rebuilt(repack.bytes, content, partByteCount: 3001) == blob)
                let byteCount = changed.reduce(0) { $0 + $1.count }
                #expect(
                    try repack.bytes.count < Self.described(data, content).bytes.count + byteCount * 6 / 5)
            }
        }
    }

    @Test func `a field more in every entry takes little`() throws {
        let name = "zstd-chunked"
        let blob = try RepackTests.file("\(name).zst")
        let content = try FrameRepackTests.content(name)
        var (data, tables) = try Self.parts(blob)
        let text = try String(decoding: FrameRepackTests.content(of: tables[0]), as: UTF8.self)
        let longer = text.replacingOccurrences(of: #","mode""#, with: #","fresh":true,"mode""#)
        tables[0] = try Zstd.compress(Array(longer.utf8), ZstdOptions(level: 3))
        let other = Self.assembled(data, tables)
        let repack = try Self.described(other, content)
        #expect(try RepackTests.rebuilt(repack.bytes, content) == other)
        #expect(repack.bytes.count < tables[0].count / 2)
        // What is no table is kept as it is.
        var random = SplitMix64(seed: 3)
        tables[0] = random.bytes(900)
        data = Self.assembled(data, tables)
        #expect(try RepackTests.rebuilt(Self.described(data, content).bytes, content) == data)
    }

    @Test(arguments: stargzNames) func `a table of lines is just what is expected`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).zst")
        let content = try FrameRepackTests.content(name)
        let (_, tables) = try Self.parts(blob)
        let text = try FrameRepackTests.content(of: tables[0])
        let layer = LayerEntries()
        let parser = FrameParser(ByteSource(blob))
        var position = 0
        // Each frame is passed to the layer with its place in the blob, which is where its magic number stands.
        var starts: [Int] = []
        for place in 0..<blob.count - 4 where blob[place..<place + 4].elementsEqual([0x28, 0xb5, 0x2f, 0xfd])
        {
            starts.append(place)
        }
        var index = 0
        while case .frame(let header) = try parser.next() {
            layer.startFrame(at: UInt64(starts[index]))
            index += 1
            var isLast = false
            while !isLast {
                let block = try parser.block()
                content[position..<position + block.byteCount].withUnsafeBufferPointer { layer.take($0) }
                position += block.byteCount
                isLast = block.isLast
            }
            if FrameHeader.hasChecksum(header) { _ = try parser.checksum() }
        }
        layer.finish()
        #expect(Self.text(.lines, layer) == String(decoding: text, as: UTF8.self))
    }

    @Test(arguments: storageNames) func `where frames end is known`(_ name: String) throws {
        let blob = try RepackTests.file("\(name).zst")
        let content = try FrameRepackTests.content(name)
        let parser = FrameParser(ByteSource(blob))
        let plain = PlainBuffer(capacity: content.count + PlainBuffer.lookahead)
        _ = content.withUnsafeBufferPointer { plain.append($0, keeping: 0) }
        let cutter = LayerCutter()
        var position = 0
        while case .frame(let header) = try parser.next() {
            let reach = min(position + PlainBuffer.lookahead, content.count)
            let cut = cutter.cut(behind: position, before: reach, isWhole: reach == content.count, plain)
            var isLast = false
            while !isLast {
                let block = try parser.block()
                position += block.byteCount
                isLast = block.isLast
            }
            if FrameHeader.hasChecksum(header) { _ = try parser.checksum() }
            #expect(cut == position || cut == nil)
        }
        #expect(position == content.count)
    }

    @Test func `a damaged description makes nothing wrong and ends`() throws {
        for name in [
            "zstd-chunked-odd-gnu", "zstd-chunked-1.18.0-odd-pax", "zstd-chunked-stargz-odd-ustar-3",
        ] {
            let blob = try RepackTests.file("\(name).zst")
            let content = try FrameRepackTests.content(name)
            let description = try Self.described(blob, content).bytes
            for index in description.indices {
                try RepackTests.expectHarmless(description, damagedAt: index, bits: 0..<8, content)
            }
        }
    }

    // MARK: - Entries

    @Test func `where frames start within a content, it has chunks`() {
        let content = [UInt8](repeating: 7, count: 1300) + [UInt8](repeating: 0, count: 1100)
        let padding = [UInt8](repeating: 0, count: 160)
        let end = [UInt8](repeating: 0, count: 1024)
        let header = Self.header("a", size: content.count)
        let layer = Self.entries([header, Array(content[..<1300]), Array(content[1300...]), padding + end])
        let digests = [content[...], content[..<1300], content[1300...]].map { Digest.of($0).hex }
        #expect(
            Self.text(.knownTimes, layer) == """
                {"version":1,"entries":[{"type":"reg","name":"a","size":2400,"modtime":"1970-01-01T00:00:00Z",\
                "digest":"sha256:\(digests[0])","offset":100,"endOffset":300,\
                "chunkSize":1300,"chunkDigest":"sha256:\(digests[1])"},\
                {"type":"chunk","name":"a","offset":200,"chunkSize":1100,"chunkOffset":1300,\
                "chunkDigest":"sha256:\(digests[2])","chunkType":"zeros"}],\
                "tarSplitDigest":"sha256:\(String(repeating: "0", count: 64))"}
                """)
        // Frames that hold nothing change nothing.
        let others = Self.entries([
            header, [], Array(content[..<1300]), [], Array(content[1300...]), [], padding + end,
        ])
        #expect(others.entries[0].chunks.map(\.byteCount) == [1300, 1100])
    }

    @Test func `layers of stargz-snapshotter are cut where contents start`() {
        let size = 9 << 20
        let content = [UInt8](repeating: 3, count: size)
        let small = [UInt8](repeating: 0, count: 1024)
        func cuts(_ name: String) -> [Int] {
            let data =
                Self.header(name, size: 1) + [15] + [UInt8](repeating: 0, count: 511)
                + Self.header("a", size: size) + content + Self.header("b", size: 1024) + small
            let plain = PlainBuffer(capacity: data.count + PlainBuffer.lookahead)
            _ = data.withUnsafeBufferPointer { plain.append($0, keeping: 0) }
            let cutter = LayerCutter()
            var found: [Int] = []
            while let cut = cutter.cut(behind: found.last ?? 0, before: data.count, isWhole: true, plain) {
                found.append(cut)
            }
            return found
        }
        let start = 3 * 512
        let end = start + size + 512 + 1024
        #expect(
            cuts(".no.prefetch.landmark")
                == [512, start, start + (4 << 20), start + (8 << 20), start + size + 512, end])
        #expect(cuts("other").starts(with: [512, 513, start, start + size]))
    }

    @Test func `a table of lines says of chunks what differs`() {
        func header(_ name: String, size: Int, time: [UInt8], user: String) -> [UInt8] {
            var block = Self.header(name, size: size)
            block.replaceSubrange(136..<136 + time.count, with: time)
            block.replaceSubrange(257..<262, with: "ustar".utf8)
            block.replaceSubrange(265..<265 + user.utf8.count, with: user.utf8)
            return block
        }
        let part = [UInt8](repeating: 7, count: 256)
        let layer = Self.entries([
            header("a", size: 512, time: Array("5".utf8), user: "x"), part, part,
            header("b", size: 512, time: Array("0".utf8), user: "x"), part + part[..<1], Array(part[1...]),
            header("c", size: 0, time: [0xff] + [UInt8](repeating: 0xff, count: 11), user: "y"),
            [UInt8](repeating: 0, count: 1024),
        ])
        let digests = [part + part, part, part + [7], Array(part[1...]), []].map { Digest.of($0).hex }
        #expect(
            Self.text(.lines, layer) == """
                {
                \t"version": 1,
                \t"entries": [
                \t\t{
                \t\t\t"name": "a",
                \t\t\t"type": "reg",
                \t\t\t"size": 512,
                \t\t\t"modtime": "1970-01-01T00:00:05Z",
                \t\t\t"userName": "x",
                \t\t\t"offset": 100,
                \t\t\t"digest": "sha256:\(digests[0])",
                \t\t\t"chunkSize": 256,
                \t\t\t"chunkDigest": "sha256:\(digests[1])"
                \t\t},
                \t\t{
                \t\t\t"name": "a",
                \t\t\t"type": "chunk",
                \t\t\t"offset": 200,
                \t\t\t"chunkOffset": 256,
                \t\t\t"chunkSize": 256,
                \t\t\t"chunkDigest": "sha256:\(digests[1])"
                \t\t},
                \t\t{
                \t\t\t"name": "b",
                \t\t\t"type": "reg",
                \t\t\t"size": 512,
                \t\t\t"offset": 400,
                \t\t\t"digest": "sha256:\(digests[0])",
                \t\t\t"chunkSize": 257,
                \t\t\t"chunkDigest": "sha256:\(digests[2])"
                \t\t},
                \t\t{
                \t\t\t"name": "b",
                \t\t\t"type": "chunk",
                \t\t\t"offset": 500,
                \t\t\t"chunkOffset": 257,
                \t\t\t"chunkDigest": "sha256:\(digests[3])"
                \t\t},
                \t\t{
                \t\t\t"name": "c",
                \t\t\t"type": "reg",
                \t\t\t"modtime": "1969-12-31T23:59:59Z",
                \t\t\t"userName": "y",
                \t\t\t"digest": "sha256:\(digests[4])"
                \t\t}
                \t]
                }
                """)
    }

    @Test func `what is kept of a layer is bounded`() {
        // Each chunk has the name of its file.
        let name = [UInt8](repeating: 0x61, count: 500_000)
        let extra = Self.header("x", size: name.count, type: 0x4c) + name
        let padded = extra + [UInt8](repeating: 0, count: 512 - name.count % 512)
        let start = padded + Self.header("a", size: 300)
        let bytes = (0..<300).map { [UInt8($0 % 251)] }
        #expect(Self.entries([start] + bytes).entries.isEmpty)
        #expect(Self.entries([start] + bytes.prefix(30) + [bytes[30...].flatMap { $0 }]).entries.count == 1)
        // What says that it has too long a name ends the list.
        let long = Self.header("x", size: 2 << 20, type: 0x4c)
        let layer = Self.entries([Self.header("a", size: 0), long, [UInt8](repeating: 1, count: 3 << 20)])
        #expect(layer.entries.count == 1 && layer.rest.count == LayerEntries.segmentLimit)
        // Data that end early.
        #expect(Self.entries([Self.header("a", size: 9), [1, 2]]).entries.isEmpty)
        #expect(Self.entries([Array(Self.header("a", size: 9)[..<200])]).rest.count == 200)
    }

    @Test func `names of owners that have zeros are none`() {
        func user(_ name: String) -> String {
            let record = "\(name.utf8.count + 10) uname=\(name)\n"
            let body = Array(record.utf8)
            let extra = Self.header("x", size: body.count, type: 0x78) + body
            let raw = extra + [UInt8](repeating: 0, count: 512 - body.count) + Self.header("a", size: 0)
            return String(decoding: LayerHeader(raw[...]).user, as: UTF8.self)
        }
        #expect(user("root") == "root")
        // Zeros do not count in what is kept.
        #expect(user("ro\u{0}t").isEmpty)
    }

    @Test func `what headers say is read as Go does`() {
        func header(_ edit: (inout [UInt8]) -> Void) -> LayerHeader {
            var block = Self.header("a", size: 0)
            edit(&block)
            return LayerHeader(block[...])
        }
        func uid(_ field: [UInt8]) -> Int {
            header {
                $0.replaceSubrange(108..<116, with: field + [UInt8](repeating: 0, count: 8 - field.count))
            }
            .uid
        }
        #expect(uid(Array(" 0017 ".utf8)) == 15)
        #expect(uid(Array("9".utf8)) == 0)
        #expect(uid([0x80, 0, 0, 0, 0, 0, 1, 2]) == 258)
        #expect(uid([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]) == -2)
        #expect(uid([0xbf] + [UInt8](repeating: 0xff, count: 7)) == 1 << 62 - 1)
        let large = header {
            $0.replaceSubrange(124..<136, with: [0x80, 1] + [UInt8](repeating: 0, count: 10))
        }
        #expect(large.size == 0)
        // A file without a type whose name ends with a slash is a folder.
        #expect(header { $0.replaceSubrange(0..<2, with: [0x61, 0x2f]) }.type == "reg")
        let folder = header {
            $0.replaceSubrange(0..<2, with: [0x61, 0x2f])
            $0[156] = 0
            $0[134] = 0x37
        }
        #expect(folder.type == "dir" && folder.contentByteCount == 0)
    }

    // MARK: - Values

    @Test func `values are written as Go does`() {
        func quoted(_ text: [UInt8]) -> String { String(decoding: GoText.quoted(text), as: UTF8.self) }
        #expect(
            quoted(Array("a\"\\\n\r\t\u{1}<>&é\u{2028}\u{2029}😀".utf8))
                == #""a\"\\\n\r\t\u0001\u003c\u003e\u0026é\u2028\u2029😀""#)
        #expect(
            quoted([0xff, 0xe2, 0x82, 0x61, 0xc0, 0x80, 0xed, 0xa0, 0x80])
                == #""\#(String(repeating: "\\ufffd", count: 3))a\#(String(repeating: "\\ufffd", count: 5))""#
        )
        #expect(GoText.isText(Array("é".utf8)) && !GoText.isText([0xc3]))
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (Int.min, "0001-01-01T00:00:00Z"), (Int.max, "9999-12-31T23:59:59Z"),
        ] {
            let made = GoText.date(LayerHeader.Moment(seconds: seconds))
            #expect(String(decoding: made, as: UTF8.self) == "\"\(text)\"")
        }
        let half = GoText.date(LayerHeader.Moment(seconds: 5, billionths: 120_000_000))
        #expect(String(decoding: half, as: UTF8.self) == #""1970-01-01T00:00:05.12Z""#)
        for count in 0...5 {
            let bytes = Array("ABCDE".utf8.prefix(count))
            #expect(GoText.encoded(bytes) == Array("\"\(Data(bytes).base64EncodedString())\"".utf8))
        }
        Array("123456789".utf8).withUnsafeBufferPointer { bytes in
            #expect(Checksum64.update(0, bytes) == 0xb909_56c7_75a4_1001)
            let front = Checksum64.update(0, UnsafeBufferPointer(rebasing: bytes[..<3]))
            #expect(
                Checksum64.update(front, UnsafeBufferPointer(rebasing: bytes[3...])) == 0xb909_56c7_75a4_1001)
        }
    }

    @Test func `bytes without their zeros come back`() {
        var random = SplitMix64(seed: 4)
        for _ in 0..<200 {
            let bytes = (0..<random.next() % 12).flatMap { _ in
                random.next() % 2 == 0
                    ? [UInt8](repeating: 0, count: Int(random.next() % 9))
                    : random.bytes(Int(random.next() % 9))
            }
            #expect(ZeroPacking.unpacked(ZeroPacking.packed(bytes)) == bytes)
        }
        #expect(ZeroPacking.packed([UInt8](repeating: 0, count: 512)).count == 3)
    }
}
