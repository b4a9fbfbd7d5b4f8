import FileFormats
import TestSupport
import Testing

/// Gives parts of bytes as a file would.
func reading(_ bytes: [UInt8]) -> (UInt64, Int) -> [UInt8] {
    { offset, count in offset < UInt64(bytes.count) ? Array(bytes[Int(offset)...].prefix(count)) : [] }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

struct ElfTests {
    private static func object(is64Bit: Bool = true, isLittleEndian: Bool = true) -> SharedObject {
        var object = SharedObject()
        object.is64Bit = is64Bit
        object.isLittleEndian = isLittleEndian
        object.needed = ["libc.so.6", "libm.so.6"]
        object.soname = "libx.so.1"
        object.buildID = [0xde, 0xad, 0xbe, 0xef]
        object.symbols = ["open_x", "close_x"]
        object.wanted = ["malloc"]
        object.sections = [(".text", [1, 2, 3])]
        return object
    }

    @Test(arguments: [true, false], [true, false])
    func `an object of any width and byte order says what it is and needs`(_ is64Bit: Bool, _ isLittle: Bool)
        throws
    {
        let read = reading(Self.object(is64Bit: is64Bit, isLittleEndian: isLittle).bytes)
        let file = try #require(ElfFile(read))
        #expect(file.machine == 62)
        #expect(file.neededLibraries.map(text) == ["libc.so.6", "libm.so.6"])
        #expect(file.soname.map(text) == "libx.so.1")
        #expect(file.buildID == [0xde, 0xad, 0xbe, 0xef])
        #expect(file.section(".text")?.byteCount == 3)
        #expect(file.definedSymbols(.dynamic, read) == [Array("open_x".utf8), Array("close_x".utf8)])
        #expect(file.definedSymbols(.all, read) == nil)
    }

    @Test func `what is cut off or damaged anywhere is read as far as it goes`() throws {
        let bytes = Self.object().bytes
        for count in 0...bytes.count {
            let read = reading(Array(bytes.prefix(count)))
            guard let file = ElfFile(read) else { continue }
            _ = file.definedSymbols(.dynamic, read)
        }
        var random = SplitMix64(seed: 10)
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<4 { damaged[random.below(damaged.count)] = UInt8(random.below(256)) }
            // All ones is the number that overflows most easily.
            let place = random.below(damaged.count - 8)
            damaged.replaceSubrange(place..<place + 8, with: [UInt8](repeating: 0xff, count: 8))
            let read = reading(damaged)
            guard let file = ElfFile(read) else { continue }
            _ = file.definedSymbols(.dynamic, read)
            _ = GoBuildInfo(file, read)
        }
    }

    @Test func `symbols that share long names are not read for hours`() throws {
        // A million entries that all name the same 16 kB would be 16 GB of names.
        var object = SharedObject()
        object.symbols = [String(repeating: "x", count: 1 << 14)] + (0..<5000).map { _ in "" }
        var bytes = object.bytes
        let file = try #require(ElfFile(reading(bytes)))
        let table = try #require(file.section(".dynsym"))
        for index in 2..<5000 { bytes[Int(table.offset) + index * 24] = 1 }
        for index in 2..<5000 { bytes[Int(table.offset) + index * 24 + 1] = 0 }
        for index in 2..<5000 { bytes[Int(table.offset) + index * 24 + 2] = 0 }
        #expect(file.definedSymbols(.dynamic, reading(bytes)) == nil)
    }

    @Test func `a Go program names its modules`() throws {
        var object = SharedObject()
        let lines = [
            "path\texample.org/app/cmd", "mod\texample.org/app\tv1.2.3\th1:x=",
            "dep\tgolang.org/x/net\tv0.23.0\th1:y=", "dep\texample.org/old\tv1.0.0", "=>\t../old\tv9.0.0\t",
            "build\t-compiler=gc",
        ]
        object.sections = [(".go.buildinfo", SharedObject.goBuildInfo(toolchain: "go1.22.3", lines: lines))]
        let read = reading(object.bytes)
        let file = try #require(ElfFile(read))
        let info = try #require(GoBuildInfo(file, read))
        #expect(text(info.toolchain) == "go1.22.3")
        #expect(info.main.map { text($0.path) + " " + text($0.version) } == "example.org/app v1.2.3")
        #expect(
            info.dependencies.map { text($0.path) + " " + text($0.version) } == [
                "golang.org/x/net v0.23.0", "example.org/old v9.0.0",
            ])
    }
}
