import Tar
import TestSupport
import Testing

/// Blocks, taken apart and written.
struct TarStructureTests {
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
