@testable import Tar
import TestSupport
import Testing

/// Where archives end, and what may be missing there.
struct TarEndTests {
    @Test func `every truncation inside an entry is an error that says how much is missing`() throws {
        let tar = [TarEntry.file("a", "hello").attribute("user.x", [1]), .file("b", Content.random(1, 700))]
            .tar
        var ends: Set<Int> = [0, tar.count]
        // The padding of the last entry may be missing, or a part of it.
        for member in try Collector.walk(tar).members {
            ends.formUnion(Int(member.contentOffset + member.storedByteCount)...Int(member.endOffset))
        }
        // Extension headers may be the last that there is.
        ends.insert(1024)
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

    @Test func `the last entry's padding may be missing`() throws {
        let tar = Array([TarEntry.file("a", "12345"), .file("b", Content.random(1, 700))].tar.dropLast(1024))
        for missing in [1, 100, 323, 324] {
            let walked = try Collector.walk(Array(tar.dropLast(missing)))
            #expect(walked.contents.map(\.count) == [5, 700])
            #expect(walked.all.count == tar.count - missing)
        }
        #expect(throws: TarError.endsEarly(name: Array("b".utf8), missing: 1)) {
            try Collector.walk(Array(tar.dropLast(325)))
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

    @Test(arguments: [true, false])
    func `extension headers that no header follows are the end`(isClosed: Bool) throws {
        func header(_ flag: Character, _ content: [UInt8]) -> [UInt8] {
            TarEntry("x", flag: flag).with { $0.content = content }.bytes
        }
        let pax = header("x", Array("11 path=zz\n".utf8))
        let long = header("L", Array("zz\0".utf8))
        let file = TarEntry.file("a", "hello").bytes
        let end = isClosed ? [UInt8](repeating: 0, count: 1024) : []
        for extensions in [
            pax, long, header("K", Array("zz\0".utf8)), header("g", Array("15 comment=abc\n".utf8)),
            long + pax,
            header("x", []),
        ] {
            for start in [file, []] {
                let tar = start + extensions + end
                for size in [1, 512, 700, tar.count] {
                    let walked = try Collector.walk(tar, partByteCount: size)
                    #expect(walked.members.map(\.name) == (start.isEmpty ? [] : [Array("a".utf8)]))
                    #expect(walked.all == tar)
                    #expect(walked.trailerByteCount == extensions.count + end.count)
                }
                // A part of one is no end.
                #expect(throws: TarError.self) { try Collector.walk(Array((start + pax).dropLast(1))) }
            }
        }
    }
}
