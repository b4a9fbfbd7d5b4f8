import FileFormats
import TestSupport
import Testing

struct ZipTests {
    private static let members: [ZipBuilder.Member] = [
        .init("META-INF/", [], level: 0),
        .init("META-INF/MANIFEST.MF", Array("Manifest-Version: 1.0\r\n".utf8)),
        .init("stored", [1, 2, 3], level: 0),
    ]

    @Test(arguments: [0, 777])
    func `the directory lists members, whatever stands before them`(_ prefix: Int) throws {
        let bytes = ZipBuilder.file(Self.members, prefix: [UInt8](repeating: 0x50, count: prefix))
        let directory = try #require(ZipDirectory(byteCount: UInt64(bytes.count), reading(bytes)))
        #expect(
            directory.members.map { String(decoding: $0.name, as: UTF8.self) } == Self.members.map(\.name))
        #expect(directory.members.map(\.isDirectory) == [true, false, false])
        #expect(directory.members.map(\.byteCount) == [0, 23, 3])
        let stored = directory.members[2]
        #expect(stored.method == .stored)
        let offset = try #require(ZipDirectory.dataOffset(of: stored, reading(bytes)))
        #expect(Array(bytes[Int(offset)...].prefix(3)) == [1, 2, 3])
    }

    @Test func `no cut and no damage traps`() throws {
        let bytes = ZipBuilder.file(Self.members)
        for count in 0..<bytes.count {
            let read = reading(Array(bytes.prefix(count)))
            #expect(ZipDirectory(byteCount: UInt64(count), read) == nil)
        }
        var random = SplitMix64(seed: 11)
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0..<3 {
                damaged[random.below(damaged.count)] = random.below(2) == 0 ? 0xff : UInt8(random.below(256))
            }
            let read = reading(damaged)
            guard let directory = ZipDirectory(byteCount: UInt64(damaged.count), read) else { continue }
            for member in directory.members { _ = ZipDirectory.dataOffset(of: member, read) }
        }
    }
}
