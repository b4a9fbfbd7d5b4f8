import Bytes
@testable import DeltaPackages
import FileTree
import Images
import OCI
import Summary
import TestSupport
import Testing

/// What picks lack that the new image has.
struct PickCheckTests {
    private let roundtrip: Roundtrip

    init() throws { roundtrip = try Roundtrip() }

    /// A small library or program that needs others.
    private func program(_ needed: [String]) -> [UInt8] {
        var object = SharedObject()
        object.needed = needed
        return object.bytes
    }

    private func warnings(
        _ old: [TarEntry], _ new: [TarEntry], picking lines: String, packages: PairedPackages? = nil
    ) async throws -> [String] {
        let images = [old, new].map { ImageBuilder([.init("COPY . /", $0)]) }
        let list = try PickList(parsing: Array(lines.utf8))
        let picked = try await PickedImage.make(
            list, old: try await roundtrip.open(images[0], .docker25, as: "old"),
            new: try await roundtrip.open(images[1], .docker25, as: "new"))
        guard let tree = picked.tree else { return [] }
        return try await picked.warnings(packages: packages).map { warning in
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

    @Test func `of any package that the images know all files belong together`() async throws {
        func inventory(_ packages: [(Package, [Int])]) -> PackageInventory {
            packages.reduce(into: PackageInventory()) { inventory, package in
                inventory.add(package.0, files: package.1.map { EntryID(layer: 0, ordinal: $0) })
            }
        }
        func jar(_ version: String) -> Package {
            Package(kind: .java, name: "spark-core", version: version, place: "jars/core-\(version).jar")
        }
        func module(_ version: String) -> Package {
            Package(kind: .npm, name: "undici", version: version, place: "node_modules")
        }
        let old = [
            file("jars/core-3.5.8.jar", [1]), file("u/a.js", [1]), file("u/b.js", [1]), file("u/c", [1]),
        ]
        let new = [
            file("jars/core-3.5.9.jar", [2]), file("u/a.js", [2]), file("u/b.js", [2]), file("u/c", [1]),
        ]
        let packages = PairedPackages(
            old: inventory([(module("6.1"), [1, 2, 3]), (jar("3.5.8"), [0])]),
            new: inventory([(jar("3.5.9"), [0]), (module("6.2"), [1, 2, 3])]))
        func told(_ lines: String) async throws -> [String] {
            try await warnings(old, new, picking: lines, packages: packages)
        }
        #expect(
            try await told("+ /jars/core-3.5.9.jar\n+ /u/a.js") == [
                "/jars/core-3.5.9.jar: only 1 of the 2 changed files of package spark-core is picked [jars/core-3.5.8.jar]",
                "/u/a.js: only 1 of the 2 changed files of package undici is picked [u/b.js]",
            ])
        #expect(try await told("+ /jars\n+ /u") == [])
        #expect(try await told("+ /u") == [])
        // Who keeps the lists is not asked without them.
        #expect(try await warnings(old, new, picking: "+ /u/a.js") == [])
    }
}
