import Bytes
import FoundationEssentials
import DeltaPackages
import Hashing
import Images
import Tar

/// A pair of small example images: a web service before and after an update, always the same bytes.
///
/// The old image has three layers: a base system, libraries and the application. The update changes a library
/// (a rebuild that shifts code), moves one, removes one, and touches every file of the application.
struct ExampleImages {
    /// The archive of the image before the update, as `docker save` writes it.
    let old: [UInt8]
    /// The archive of the image after it.
    let new: [UInt8]

    init() throws {
        old = try Self.archive(isNew: false)
        new = try Self.archive(isNew: true)
    }

    private static func archive(isNew: Bool) throws -> [UInt8] {
        let layers = [base(), libraries(isNew: isNew), application(isNew: isNew)]
        let commands = [
            "/bin/sh -c #(nop) ADD file:rootfs.tar in / ",
            "RUN /bin/sh -c pip install -r requirements.txt # buildkit",
            "COPY app /srv/app # buildkit",
        ]
        let diffIDs = layers.map { Digest.of($0) }
        let config = Config(
            architecture: "amd64", os: "linux",
            created: isNew ? "2026-11-20T09:00:00Z" : "2026-11-01T09:00:00Z",
            config: Config.Run(Cmd: ["python3", "-m", "orders"], Env: ["PATH=/usr/local/bin:/usr/bin:/bin"]),
            rootfs: Config.RootFS(type: "layers", diff_ids: diffIDs),
            history: commands.map { Config.History(created_by: $0) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let files = zip(layers, diffIDs).map { ImageArchiveWriter.Member("\($0.1.hex)/layer.tar", $0.0) }
        let image = ImageArchiveWriter.SavedImage(
            config: Array(try encoder.encode(config)), names: ["example/orders:\(isNew ? "2.4.1" : "2.4.0")"],
            layers: files.map(\.name))
        let members = try ImageArchiveWriter.dockerMembers([image], layers: files)
        var archive: [UInt8] = []
        try ImageArchiveWriter.write(members) { archive += $0 }
        return archive
    }

    private struct Config: Encodable {
        struct Run: Encodable {
            // swift-format-ignore: AlwaysUseLowerCamelCase
            let Cmd: [String]
            // swift-format-ignore: AlwaysUseLowerCamelCase
            let Env: [String]
        }
        struct RootFS: Encodable {
            let type: String
            // swift-format-ignore: AlwaysUseLowerCamelCase
            let diff_ids: [Digest]
        }
        struct History: Encodable {
            // swift-format-ignore: AlwaysUseLowerCamelCase
            let created_by: String
        }
        let architecture: String
        let os: String
        let created: String
        let config: Run
        let rootfs: RootFS
        let history: [History]
    }

    // MARK: - Layers

    private static let baseTime: UInt64 = 1_760_000_000

    private static func base() -> [UInt8] {
        var layer = LayerWriter(modified: baseTime)
        for name in [
            "bin", "etc", "lib", "srv", "tmp", "usr", "usr/bin", "usr/lib", "usr/share", "var", "var/lib",
        ] {
            layer.directory(name)
        }
        layer.link("lib64", to: "usr/lib")
        layer.file("etc/os-release", Array("NAME=\"Example Linux\"\nVERSION_ID=12\n".utf8))
        layer.file(
            "etc/passwd", Array("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n".utf8))
        for (index, name) in ["sh", "ls", "cat", "tar", "python3"].enumerated() {
            layer.file(
                "usr/bin/\(name)", ExampleContent.code(seed: UInt64(index + 1), byteCount: 180_000),
                mode: 0o755)
        }
        layer.file("usr/lib/libc.so.6", ExampleContent.code(seed: 40, byteCount: 900_000), mode: 0o755)
        for index in 0..<30 {
            layer.file(
                "usr/share/zoneinfo-\(index)",
                ExampleContent.code(seed: UInt64(100 + index), byteCount: 2_000))
        }
        return layer.end()
    }

    private static func libraries(isNew: Bool) -> [UInt8] {
        var layer = LayerWriter(modified: baseTime + (isNew ? 900_000 : 0))
        let root = "usr/lib/python3"
        layer.directory(root)
        let version = isNew ? "2.3.5" : "2.3.4"
        var solver = ExampleContent.code(seed: 7, byteCount: 1_200_000)
        if isNew { ExampleContent.rebuild(&solver, seed: 8) }
        layer.file("\(root)/_solver.so", solver, mode: 0o755)
        layer.file(
            "\(root)/solver-\(version).dist/METADATA", Array("Name: solver\nVersion: \(version)\n".utf8))
        let driver = ExampleContent.code(seed: 9, byteCount: 300_000)
        layer.file(isNew ? "\(root)/drivers/pg.so" : "\(root)/_pg.so", driver, mode: 0o755)
        if !isNew { layer.file("\(root)/legacy.py", ExampleContent.text(seed: 11, lineCount: 400)) }
        for index in 0..<40 {
            layer.file(
                "\(root)/web/module_\(index).py",
                ExampleContent.text(seed: UInt64(200 + index), lineCount: 120))
        }
        if isNew { layer.file("\(root)/web/metrics.py", ExampleContent.text(seed: 12, lineCount: 300)) }
        return layer.end()
    }

    private static func application(isNew: Bool) -> [UInt8] {
        var layer = LayerWriter(modified: baseTime + (isNew ? 1_000_000 : 100_000))
        layer.directory("srv/app")
        for index in 0..<60 {
            var text = ExampleContent.text(seed: UInt64(300 + index), lineCount: 90)
            if isNew, index == 17 { text += Array("\n\ndef release_tag():\n    return '2.4.1'\n".utf8) }
            layer.file("srv/app/orders/handler_\(index).py", text)
        }
        layer.file(
            "srv/app/settings.toml", Array("workers = \(isNew ? 8 : 4)\nlog = \"info\"\n".utf8),
            mode: isNew ? 0o640 : 0o644)
        return layer.end()
    }
}

/// Writes a layer's tar in memory.
private struct LayerWriter {
    private let modified: UInt64
    private var bytes: [UInt8] = []

    init(modified: UInt64) { self.modified = modified }

    mutating func directory(_ name: String) {
        bytes += TarWriter.header(
            name: name + "/", byteCount: 0, type: .directory, mode: 0o755, modified: modified)
    }

    mutating func link(_ name: String, to target: String) {
        bytes += TarWriter.header(
            name: name, byteCount: 0, type: .symlink, mode: 0o777, modified: modified, linkName: target)
    }

    mutating func file(_ name: String, _ content: [UInt8], mode: UInt16 = 0o644) {
        let count = UInt64(content.count)
        bytes += TarWriter.header(name: name, byteCount: count, mode: mode, modified: modified)
        bytes += content
        bytes += TarWriter.padding(byteCount: count)
    }

    consuming func end() -> [UInt8] { bytes + TarWriter.end }
}
