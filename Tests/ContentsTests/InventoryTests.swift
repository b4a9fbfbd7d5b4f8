@testable import Contents
import FileTree
import Images
import OCI
import Summary
import TestSupport
import Testing

/// What is found in images by the lists that they hold.
struct InventoryTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func open(_ layers: [[TarEntry]], as name: String = "image.tar") async throws -> OpenedImage {
        let image = ImageBuilder(layers.enumerated().map { .init("RUN \($0.offset)", $0.element) })
        let path = try scratch.write(name, try image.archive(.docker25))
        return try await ImageLoader.load(ImageRequest(path: path))
    }

    /// Each package with the paths that belong to it.
    private func packages(_ layers: [[TarEntry]]) async throws -> [String] {
        let image = try await open(layers)
        let reader = try PackageReader(image)
        #expect(reader.isComplete)
        let found = words(reader, of: image)
        // A comparison with another image is as good as a tree of its own, on either side of it.
        let other = try await open(
            [[.file("lib", "1"), .file("var/lib/dpkg/status", "Package: y\nVersion: 1\n")]], as: "other.tar")
        for (old, new) in [(image, other), (other, image)] {
            let tree = DiffTree(old: old.index.stack, new: new.index.stack)
            let read = [
                try PackageReader(old, ImageTree(tree, isNew: false)),
                try PackageReader(new, ImageTree(tree, isNew: true)),
            ]
            let own = zip(read, [old, new]).first { $1.index.summary.imageID == image.index.summary.imageID }
            #expect(own.map { words($0.0, of: image).sorted() } == found.sorted())
        }
        return found
    }

    private func words(_ reader: PackageReader, of image: OpenedImage) -> [String] {
        var paths: [Int: [String]] = [:]
        for (id, owner) in reader.inventory.owners {
            let path = image.index.listings[id.layer].entries[id.ordinal].path
            paths[owner, default: []].append(String(decoding: path.bytes, as: UTF8.self))
        }
        return reader.inventory.packages.enumerated().map { index, package in
            "\(package.kind) \(package.name) \(package.version): "
                + (paths[index] ?? []).sorted().joined(separator: " ")
        }
    }

    @Test func `dpkg's files are found through the links of a merged usr`() async throws {
        let status = "Package: libx\nArchitecture: amd64\nVersion: 1\nStatus: install ok installed\n"
        let found = try await packages([
            [
                .directory("usr"), .directory("usr/lib"), .symlink("lib", to: "usr/lib"),
                .file("usr/lib/libx.so.1", "x"), .symlink("usr/lib/libx.so", to: "libx.so.1"),
                .file("var/lib/dpkg/status", status),
                .file(
                    "var/lib/dpkg/info/libx:amd64.list", "/.\n/lib\n/lib/libx.so.1\n/usr/lib/libx.so\n/gone\n"
                ),
            ],
            [.file("usr/lib/libx.so.1", "patched")],
        ])
        #expect(found == ["debian libx 1: usr/lib/libx.so usr/lib/libx.so.1"])
    }

    @Test func `images without dpkg have their packages in files of their own`() async throws {
        let found = try await packages([
            [
                .file("var/lib/dpkg/status.d/base", "Package: base\nVersion: 2\n"),
                .file("var/lib/dpkg/status.d/base.md5sums", "00  etc/issue\n"), .file("etc/issue", "hi"),
            ]
        ])
        #expect(
            found == [
                "debian base 2: etc/issue var/lib/dpkg/status.d/base var/lib/dpkg/status.d/base.md5sums"
            ])
    }

    @Test func `what the system installed is not told again as what it is besides`() async throws {
        let found = try await packages([
            [
                .file(
                    "lib/apk/db/installed",
                    "P:py-x\nV:1-r0\nF:site/x-1.dist-info\nR:METADATA\nF:site\nR:x.py\n"),
                .file("site/x-1.dist-info/METADATA", "Name: x\nVersion: 1\n"), .file("site/x.py", "1"),
                .file("site/y-2.dist-info/METADATA", "Name: Y\nVersion: 2\n"),
                .file("site/y-2.dist-info/RECORD", "y.py,,\n../bin/y,,\nx.py,,\n../../../../outside,,\n"),
                .file("site/y.py", "2"), .file("bin/y", "3"),
            ]
        ])
        #expect(
            found == [
                "alpine py-x 1-r0: site/x-1.dist-info/METADATA site/x.py",
                "python y 2: bin/y site/y-2.dist-info/METADATA site/y-2.dist-info/RECORD site/y.py",
            ])
    }

    @Test func `an npm package has its directory, but for the packages in it`() async throws {
        func manifest(_ name: String, _ version: String) -> String {
            #"{"name":"\#(name)","version":"\#(version)"}"#
        }
        let found = try await packages([
            [
                .file("app/package.json", manifest("app", "9")), .file("app/main.js", "1"),
                .file("app/node_modules/a/package.json", manifest("a", "1")),
                .file("app/node_modules/a/lib/deep/a.js", "2"),
                .file("app/node_modules/a/node_modules/@s/b/package.json", manifest("@s/b", "2")),
                .file("app/node_modules/a/node_modules/@s/b/b.js", "3"),
                .file("app/node_modules/.package-lock.json", "{}"),
            ]
        ])
        #expect(
            found == [
                "npm a 1: app/node_modules/a/lib/deep/a.js app/node_modules/a/package.json",
                "npm @s/b 2: app/node_modules/a/node_modules/@s/b/b.js app/node_modules/a/node_modules/@s/b/package.json",
            ])
    }

    @Test func `jars and Go programs say what they are`() async throws {
        let jar = ZipBuilder.file([
            .init("META-INF/MANIFEST.MF", Array("Manifest-Version: 1.0\n".utf8)),
            .init(
                "META-INF/maven/g/core/pom.properties",
                Array("groupId=g\nartifactId=core\nversion=1.5\n".utf8)),
        ])
        var program = SharedObject()
        let lines = ["mod\texample.org/app\tv1.0.0", "dep\texample.org/lib\tv2.0.0"]
        program.sections = [(".go.buildinfo", SharedObject.goBuildInfo(toolchain: "go1.22.3", lines: lines))]
        let found = try await packages([
            [
                .file("lib/core-1.5.jar", jar), .file("lib/broken-2.jar", "PK"),
                .file("lib/nameless.jar", "PK"),
                .file("bin/app", program.bytes).with { $0.mode = 0o755 },
                .file("bin/script", "#!/bin/sh").with { $0.mode = 0o755 },
            ]
        ])
        #expect(
            Set(found) == [
                "java g:core 1.5: lib/core-1.5.jar", "java broken 2: lib/broken-2.jar",
                "go example.org/app v1.0.0: bin/app", "go example.org/lib v2.0.0: ", "go std 1.22.3: ",
            ])
    }

    @Test func `lists of more lines than any image has are left out, and so is what else would be work`()
        async throws
    {
        let status = "Package: x\nVersion: 1\nStatus: install ok installed\n"
        let lines = Array("/f\n".utf8)
        let list = [UInt8](unsafeUninitializedCapacity: 4_000_000 * 3) { buffer, count in
            for index in buffer.indices { buffer[index] = lines[index % 3] }
            count = buffer.count
        }
        let files: [TarEntry] = [.file("f", "1"), .file("var/lib/dpkg/status", status)]
        let reader = try PackageReader(try await open([files + [.file("var/lib/dpkg/info/x.list", list)]]))
        #expect(!reader.isComplete)
        #expect(reader.inventory.packages.map(\.name) == ["x"])
        #expect(reader.inventory.owners.isEmpty)
        // In a jar, members that turn out to be none of those that are looked for.
        func jar(_ count: Int) -> [UInt8] {
            let name = "META-INF/maven/g/core/pom.properties"
            let zeros = ZipBuilder.Member(name, [UInt8](repeating: 0, count: 2 << 20))
            let packed = Array(repeating: zeros, count: count)
            return ZipBuilder.file(
                packed + [.init(name, Array("groupId=g\nartifactId=core\nversion=1.5\n".utf8))])
        }
        func names(_ count: Int) async throws -> [String] {
            try PackageReader(try await open([[.file("lib/other-2.jar", jar(count))]]))
                .inventory.packages.map(\.name)
        }
        #expect(try await names(2) == ["g:core"])
        #expect(try await names(64) == ["other"])
    }

    @Test func `links in a circle and lists that lie lead nowhere`() async throws {
        let status = "Package: x\nVersion: 1\nStatus: install ok installed\n"
        let found = try await packages([
            [
                .symlink("a", to: "b"), .symlink("b", to: "a"), .file("var/lib/dpkg/status", status),
                .file("var/lib/dpkg/info/x.list", "/a/b/c\n/../../etc\n\n/etc/../etc/f\n"),
                .file("etc/f", "1"),
            ]
        ])
        #expect(found == ["debian x 1: etc/f"])
    }

    @Test func `only keys that the old image does not have are looked for`() async throws {
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
        let old = try await open([[.file("etc/old.pem", key)]])
        let other = key + "MIIE\n"
        let new = try await open([
            [.file("moved.pem", key), .file("new.pem", other), .file("note.txt", "none")],
            [.file(".wh.new.pem", "")],
        ])
        let search = try KeySearch(old: old, new: new)
        #expect(search.isComplete)
        #expect(search.found == [EntryID(layer: 0, ordinal: 1): .privateKey])
    }
}
