import Bytes
@testable import DeltaPackages
import FileTree
import Images
import OCI
import TestSupport
import Testing

/// What picks lack that the new image has.
struct PickCheckTests {
    private let roundtrip: Roundtrip

    init() throws { roundtrip = try Roundtrip() }

    /// A small library or program that needs others.
    private func program(_ needed: [String], isWide: Bool = true, isBig: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
            return isBig ? bytes.reversed() : bytes
        }
        let word = isWide ? 8 : 4
        let (headByteCount, segmentByteCount) = isWide ? (64, 56) : (52, 32)
        let names = needed.reduce(into: [UInt8(0)]) { $0 += Array($1.utf8) + [0] }
        var offset = 1
        var dynamic: [UInt8] = []
        for name in needed {
            dynamic += number(1, word) + number(offset, word)
            offset += name.utf8.count + 1
        }
        let start = headByteCount + 2 * segmentByteCount
        let address = 0x1_0000
        dynamic += number(5, word) + number(address + start + dynamic.count + 4 * word, word)
        dynamic += number(0, 2 * word)
        let all = start + dynamic.count + names.count
        func segment(_ type: Int, _ offset: Int, _ count: Int) -> [UInt8] {
            isWide
                ? number(type, 4) + number(4, 4) + number(offset, 8) + number(address + offset, 8)
                    + number(address + offset, 8) + number(count, 8) + number(count, 8) + number(4096, 8)
                : number(type, 4) + number(offset, 4) + number(address + offset, 4)
                    + number(address + offset, 4) + number(count, 4) + number(count, 4) + number(4, 4)
                    + number(4096, 4)
        }
        var head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, isWide ? 2 : 1, isBig ? 2 : 1, 1]
        head += [UInt8](repeating: 0, count: 9) + number(3, 2) + number(62, 2) + number(1, 4)
        head += number(0, word) + number(headByteCount, word) + number(0, word) + number(0, 4)
        head += number(headByteCount, 2) + number(segmentByteCount, 2) + number(2, 2) + number(0, 6)
        return head + segment(1, 0, all) + segment(2, start, dynamic.count) + dynamic + names
    }

    private func needed(_ file: [UInt8]) -> [String] {
        NeededLibraries.of(byteCount: UInt64(file.count)) { Array(file[Int($0)..<Int($0) + $1]) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test(arguments: [(true, false), (true, true), (false, false), (false, true)])
    func `needed libraries are read, whatever machine they are for`(isWide: Bool, isBig: Bool) {
        let file = program(["libz.so.1", "libc.so.6"], isWide: isWide, isBig: isBig)
        #expect(needed(file) == ["libz.so.1", "libc.so.6"])
    }

    @Test func `what is damaged or no program needs nothing, and nothing beyond its end is read`() {
        #expect(needed([]) == [] && needed(Array("#!/bin/sh\n".utf8)) == [])
        let file = program(["libz.so.1"])
        var found = 0
        for count in 0..<file.count { found += needed(Array(file[..<count])).count }
        #expect(found == 0)
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            var damaged = file
            for _ in 0...random.below(4) { damaged[random.below(file.count)] = random.bytes(1)[0] }
            found += needed(damaged).count
        }
        #expect(found > 0)
    }

    private func warnings(
        _ old: [TarEntry], _ new: [TarEntry], picking lines: String
    ) async throws -> [String] {
        let images = [old, new].map { ImageBuilder([.init("COPY . /", $0)]) }
        let list = try PickList(parsing: Array(lines.utf8))
        let picked = try await PickedImage.make(
            list, old: try await roundtrip.open(images[0], .docker25, as: "old"),
            new: try await roundtrip.open(images[1], .docker25, as: "new"))
        guard let tree = picked.tree else { return [] }
        return try await picked.warnings().map { warning in
            let remedy = warning.remedy.map { tree.path(of: $0) }.sorted().map { EscapedText.of($0.bytes) }
            return "\(warning.text(in: tree)) [\(remedy.joined(separator: " "))]"
        }
    }

    private func file(_ path: String, _ content: [UInt8]) -> TarEntry { .file(path, content) }

    @Test func `libraries that only the new image has are missed`() async throws {
        let old = [
            file("usr/bin/tool", program(["libc.so.6"])), file("usr/lib/libc.so.6", program([])),
        ]
        let new = [
            file("usr/bin/tool", program(["libc.so.6", "libq.so.2"])), file("usr/lib/libc.so.6", program([])),
            .symlink("usr/lib/libq.so.2", to: "libq.so.2.1"),
            file("usr/lib/libq.so.2.1", program(["libc.so.6"])),
        ]
        #expect(
            try await warnings(old, new, picking: "+ /usr/bin/tool") == [
                "/usr/bin/tool needs libq.so.2, which only the new image has [usr/lib/libq.so.2 usr/lib/libq.so.2.1]"
            ])
        // Picking what it asks for is enough.
        #expect(try await warnings(old, new, picking: "+ /usr/bin/tool\n+ libq.so*\nconfig *") == [])
        // A library alone that leads nowhere is a link that leads nowhere.
        #expect(
            try await warnings(old, new, picking: "+ /usr/lib/libq.so.2") == [
                "/usr/lib/libq.so.2 leads to libq.so.2.1, which is not there [usr/lib/libq.so.2.1]"
            ])
    }

    @Test func `links that lead nowhere are told unless they did before`() async throws {
        let old: [TarEntry] = [
            .symlink("bin", to: "usr/bin"), .symlink("etc/a", to: "/opt/old/a"),
            .symlink("etc/never", to: "/proc/x"), file("opt/old/a", [1]), file("usr/bin/x", [1]),
        ]
        let new: [TarEntry] = [
            .symlink("bin", to: "usr/bin"), .symlink("etc/a", to: "../opt/new/a"),
            .symlink("etc/never", to: "/proc/x"), .symlink("etc/other", to: "/proc/y"),
            file("opt/new/a", [2]), file("usr/bin/x", [1]),
        ]
        #expect(
            try await warnings(old, new, picking: "+ /opt/old") == [
                "/etc/a leads to /opt/old/a, which is not there [etc/a opt/new opt/new/a]"
            ])
        #expect(try await warnings(old, new, picking: "+ /etc/other") == [])
        #expect(
            try await warnings(old, new, picking: "+ /etc/a") == [
                "/etc/a leads to ../opt/new/a, which is not there [opt/new opt/new/a]"
            ])
        #expect(try await warnings(old, new, picking: "+ /etc/a\n+ /opt/new\n+ /opt/old") == [])
    }

    @Test func `packages of which some files are picked are told, with the rest`() async throws {
        func image(_ version: UInt8) -> [TarEntry] {
            [
                .symlink("lib", to: "usr/lib"), file("usr/bin/tool", [version]),
                file("usr/lib/libtool.so", [version, version]), file("usr/share/doc/tool", [9]),
                file("usr/bin/other", [version]),
                file(
                    "var/lib/dpkg/info/tool.list",
                    Array("/.\n/usr\n/usr/bin\n/usr/bin/tool\n/lib/libtool.so\n/usr/share/doc/tool\n".utf8)),
                file("var/lib/dpkg/info/tool.md5sums", [version, 0]),
                file("var/lib/dpkg/info/other.list", Array("/usr/bin/other\n".utf8)),
            ]
        }
        #expect(
            try await warnings(image(1), image(2), picking: "+ /usr/bin/tool\n+ /usr/bin/other") == [
                "/usr/bin/tool: only 1 of the 2 changed files of package tool is picked [usr/lib/libtool.so var/lib/dpkg/info/tool.md5sums]"
            ])
        #expect(try await warnings(image(1), image(2), picking: "+ tool\n+ libtool.so") == [])
        #expect(try await warnings(image(1), image(2), picking: "+ /usr/bin/other") == [])
    }
}
