import Bytes
import FileTree
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// Lists of images as tools and people leave them.
struct ListTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `where an entry lies takes little memory`() {
        #expect(MemoryLayout<EntrySpan>.stride == 24)
    }

    private func image(_ content: String, _ architecture: String = "amd64", name: String = "app:1")
        -> ImageBuilder
    {
        var image = ImageBuilder([.init("", [.file("f", content)])], name: name)
        image.architecture = architecture
        return image
    }

    /// `manifest.json` of images whose blobs are in the layout.
    private func savedList(_ images: [(image: ImageBuilder, names: [JSON]?)]) -> Member {
        Member(
            "manifest.json",
            JSON.list(
                images.map { image, names in
                    .object(
                        [
                            ("Config", .text("blobs/sha256/\(image.imageID.hex)")),
                            (
                                "Layers",
                                .list(image.layers.map { .text("blobs/sha256/\($0.diffID.hex)") })
                            ),
                        ] + (names.map { [("RepoTags", .list($0))] } ?? []))
                }
            ).bytes)
    }

    private func loaded(
        _ layout: LayoutBuilder, change: (inout ImageRequest) -> Void = { _ in }
    ) async throws -> Digest {
        try await load(layout.archive, scratch, change: change).index.summary.imageID
    }

    // MARK: - Lists that say little

    @Test(arguments: ["null", "[]"])
    func `where the index lists nothing, docker's own list counts`(_ manifests: String) async throws {
        var layout = LayoutBuilder()
        _ = try layout.store(image("1"))
        layout.others = [savedList([(image("1"), nil)])]
        let members = layout.members.map { member in
            var member = member
            if member.name == "index.json" {
                member.content = Array(#"{"schemaVersion":2,"manifests":\#(manifests)}"#.utf8)
            }
            return member
        }
        let found = try await load(members.map(\.entry).tar, scratch)
        #expect(found.index.summary.imageID == image("1").imageID)
    }

    @Test func `what one list lists and the other does not is a choice, too`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [try layout.store(image("1"))]
        _ = try layout.store(image("2"))
        layout.others = [savedList([(image("1"), nil), (image("2"), nil)])]
        await #expect { try await loaded(layout) } throws: { error in
            kind(error) == "ambiguous by name"
                && [image("1").imageID.short, image("2").imageID.short].allSatisfy {
                    "\(error)".contains($0)
                }
        }
        #expect(try await loaded(layout) { $0.imageName = image("2").imageID.short } == image("2").imageID)
        #expect(try await loaded(layout) { $0.imageName = image("1").imageID.short } == image("1").imageID)
    }

    @Test func `lists that contradict each other on one name are told, and let choose`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [try layout.store(image("good"), [LayoutBuilder.name("docker.io/library/app:1")])]
        _ = try layout.store(image("evil"))
        layout.others = [savedList([(image("evil"), ["app:1"])])]
        for name in [nil, "app:1"] {
            await #expect { try await loaded(layout) { $0.imageName = name } } throws: { error in
                kind(error).hasPrefix("ambiguous") && "\(error)".contains("in index.json")
                    && "\(error)".contains("in manifest.json")
            }
        }
        #expect(
            try await loaded(layout) { $0.imageName = image("evil").imageID.short } == image("evil").imageID)
    }

    @Test func `an index without media types or platforms is read`() async throws {
        var layout = LayoutBuilder()
        let entries = [
            try layout.store(image("1", "amd64"), type: ""), try layout.store(image("2", "arm64"), type: ""),
        ]
        layout.entries = [layout.store(index: entries, type: "", [LayoutBuilder.name("app:1")])]
        await #expect { try await loaded(layout) } throws: { error in
            kind(error) == "ambiguous by platform"
                && ["linux/amd64", "linux/arm64"].allSatisfy { "\(error)".contains($0) }
        }
        #expect(
            try await loaded(layout) { $0.platform = Platform("linux/arm64") } == image("2", "arm64").imageID)
    }

    @Test func `a platform that states nothing is that of the configuration`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [
            try layout.store(image("1"), [("platform", ["architecture": "", "os": ""])])
        ]
        let found = try await load(layout.archive, scratch) { $0.platform = Platform("linux/amd64") }
        #expect(found.index.summary.platform == Platform("linux/amd64"))
    }

    // MARK: - What is not there

    enum Lack: CaseIterable { case layer, config, manifest }

    @Test(arguments: Lack.allCases)
    func `a platform that is not all there leaves the others`(_ lack: Lack) async throws {
        let (here, away) = (image("1", "amd64"), image("2", "arm64"))
        var layout = LayoutBuilder()
        let entries = [
            try layout.store(away, [LayoutBuilder.platform("linux", "arm64")]),
            try layout.store(here, [LayoutBuilder.platform("linux", "amd64")]),
        ]
        layout.entries = [layout.store(index: entries, [LayoutBuilder.name("app:1")])]
        let missing =
            switch lack {
            case .layer: away.layers[0].tar
            case .config: away.config
            case .manifest: try away.manifest()
            }
        layout.remove(missing)
        #expect(try await loaded(layout) == here.imageID)
        #expect(try await loaded(layout) { $0.platform = Platform("linux/amd64") } == here.imageID)
        await #expect { try await loaded(layout) { $0.platform = Platform("linux/arm64") } } throws: {
            error in
            kind(error) == "missing"
                && ["blobs/sha256/\(Digest.of(missing).hex)", "app:1", "linux/arm64"].allSatisfy {
                    "\(error)".contains($0)
                }
        }
    }

    @Test func `other digest algorithms are refused by cause, and hide no other image`() async throws {
        let other = "sha512:" + String(repeating: "0123456789abcdef", count: 8)
        var layout = LayoutBuilder()
        layout.entries = [
            ["mediaType": .text(LayoutBuilder.manifestType), "digest": .text(other), "size": 7]
        ]
        await #expect { try await loaded(layout) } throws: {
            kind($0) == "unsupported" && "\($0)".contains("sha512")
        }
        layout.entries.append(try layout.store(image("1")))
        #expect(try await loaded(layout) == image("1").imageID)

        var odd = image("2")
        odd.otherConfig = odd.config(diffIDs: [other])
        await #expect { try await load(try odd.archive(.dockerLegacy), scratch) } throws: {
            kind($0) == "unsupported" && "\($0)".contains("sha512")
        }
    }

    // MARK: - What is no image

    private static let artifacts: [(config: String, layer: String)] = [
        // Charts, web assembly, signatures of notation and of cosign, lists of packages, attestations.
        ("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
        ("application/vnd.wasm.config.v0+json", "application/wasm"),
        ("application/vnd.cncf.notary.signature", "application/jose+json"),
        ("application/vnd.oci.image.config.v1+json", "application/vnd.dev.cosign.simplesigning.v1+json"),
        ("application/vnd.oci.image.config.v1+json", "text/spdx+json"),
        ("application/vnd.oci.image.config.v1+json", "application/vnd.in-toto+json"),
        ("application/vnd.oci.empty.v1+json", "application/vnd.example"),
    ]

    @Test(arguments: artifacts)
    func `what lies beside an image and is none is no choice`(config: String, layer: String) async throws {
        var layout = LayoutBuilder()
        let manifest = JSON.object([
            ("schemaVersion", 2), ("config", layout.store(config, Array("{}".utf8))),
            ("layers", [layout.store(layer, [1, 2, 3])]),
        ])
        let artifact = layout.store(
            LayoutBuilder.manifestType, manifest.bytes, [LayoutBuilder.name("beside:1")])
        let odd = layout.store("application/xml", [7])
        layout.entries = [artifact, odd, try layout.store(image("1"), [LayoutBuilder.name("app:1")])]
        #expect(try await loaded(layout) == image("1").imageID)
        #expect(try await loaded(layout) { $0.imageName = "app:1" } == image("1").imageID)
        layout.entries = [artifact]
        let type = config.hasSuffix("oci.image.config.v1+json") ? layer : config
        await #expect { try await loaded(layout) } throws: {
            kind($0) == "notAnImage"
                && "\($0)".contains("it lists no image, but an artifact of type '\(type)'")
        }
    }

    // MARK: - One platform twice

    @Test func `one image compressed in two ways is one image`() async throws {
        var layout = LayoutBuilder()
        let platform = LayoutBuilder.platform("linux", "amd64")
        let entries = [
            try layout.store(image("1"), [platform], packing: .gzip(6)),
            try layout.store(image("1"), [platform], packing: .zstd),
        ]
        layout.entries = [layout.store(index: entries, [LayoutBuilder.name("app:1")])]
        for request in [nil, Platform("linux/amd64")] {
            let found = try await load(layout.archive, scratch) { $0.platform = request }
            #expect(found.index.summary.imageID == image("1").imageID)
            #expect(found.index.summary.layers[0].compression == .gzip)
        }
    }

    @Test func `two images of one platform are told apart by ids that choose them`() async throws {
        var layout = LayoutBuilder()
        let platform = LayoutBuilder.platform("linux", "amd64")
        let images = [image("1"), image("2")]
        layout.entries = [
            layout.store(
                index: try images.map { try layout.store($0, [platform]) }, [LayoutBuilder.name("app:1")])
        ]
        await #expect { try await loaded(layout) } throws: { error in
            kind(error) == "ambiguous by name"
                && images.allSatisfy { "\(error)".contains($0.imageID.short) }
        }
        for image in images {
            #expect(try await loaded(layout) { $0.imageName = image.imageID.short } == image.imageID)
            let manifest = Digest.of(try image.manifest())
            #expect(try await loaded(layout) { $0.imageName = "app@\(manifest)" } == image.imageID)
        }
    }

    @Test func `versions of Windows are platforms that can be chosen`() async throws {
        var layout = LayoutBuilder()
        let versions = ["10.0.17763.5458", "10.0.20348.2322"]
        layout.entries = try versions.map { version in
            try layout.store(
                image(version), [LayoutBuilder.platform("windows", "amd64", [("os.version", .text(version))])]
            )
        }
        await #expect { try await loaded(layout) } throws: { error in
            kind(error).hasPrefix("ambiguous")
                && versions.allSatisfy { "\(error)".contains("windows(\($0))/amd64") }
        }
        #expect(
            try await loaded(layout) { $0.platform = Platform("windows(10.0.20348)/amd64") }
                == image(versions[1]).imageID)
    }

    @Test func `an image that needs a feature of the system is for who asks for it`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [
            try layout.store(
                image("lazy"), [LayoutBuilder.platform("linux", "amd64", [("os.features", ["remote.v1"])])]),
            try layout.store(image("plain"), [LayoutBuilder.platform("linux", "amd64")]),
        ]
        #expect(try await loaded(layout) == image("plain").imageID)
        #expect(
            try await loaded(layout) { $0.platform = Platform("linux(+remote.v1)/amd64") }
                == image("lazy").imageID)
    }

    // MARK: - Names

    @Test(arguments: ["app:1", "docker.io/library/app:1", "docker.io/app:1", "index.docker.io/library/app:1"])
    func `a name with and without its registry is one name`(_ stored: String) async throws {
        var layout = LayoutBuilder()
        layout.entries = [
            try layout.store(image("1"), [LayoutBuilder.name(stored)]),
            try layout.store(image("2"), [LayoutBuilder.name("docker.io/library/other:1")]),
        ]
        for wanted in [
            "app:1", "library/app:1", "docker.io/app:1", "docker.io/library/app:1", "localhost/app:1",
        ] {
            #expect(try await loaded(layout) { $0.imageName = wanted } == image("1").imageID, "\(wanted)")
        }
        for wanted in ["app", "app:2", "example.org/app:1", "app:1:latest"] {
            await #expect { try await loaded(layout) { $0.imageName = wanted } } throws: {
                kind($0) == "noMatch"
            }
        }
    }

    @Test func `a tag alone is enough`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [
            try layout.store(image("1"), [LayoutBuilder.name("localhost:5000/app:2.0")]),
            try layout.store(image("2"), [LayoutBuilder.name("app:5000")]),
            try layout.store(image("3"), [LayoutBuilder.name("app:3")]),
            try layout.store(image("4"), [LayoutBuilder.name("other:3")]),
        ]
        #expect(try await loaded(layout) { $0.imageName = "2.0" } == image("1").imageID)
        #expect(try await loaded(layout) { $0.imageName = "5000" } == image("2").imageID)
        await #expect { try await loaded(layout) { $0.imageName = "3" } } throws: {
            kind($0).hasPrefix("ambiguous")
        }
        await #expect { try await loaded(layout) { $0.imageName = "4" } } throws: { kind($0) == "noMatch" }
    }

    @Test func `an image without layers may list them as null`() async throws {
        var layout = LayoutBuilder()
        let config = #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":null}}"#
        let manifest = JSON.object([
            ("schemaVersion", 2),
            ("config", layout.store("application/vnd.oci.image.config.v1+json", Array(config.utf8))),
            ("layers", "none"),
        ])
        let text = String(decoding: manifest.bytes, as: UTF8.self).replacing("\"none\"", with: "null")
        layout.entries = [
            layout.store(LayoutBuilder.manifestType, Array(text.utf8), [LayoutBuilder.name("empty:1")])
        ]
        #expect(try await load(layout.archive, scratch).index.listings.isEmpty)
    }

    @Test func `a name without a tag is the latest`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [
            try layout.store(image("1"), [LayoutBuilder.name("docker.io/library/app:latest")]),
            try layout.store(image("2"), [LayoutBuilder.name("localhost:5000/app:1")]),
        ]
        #expect(try await loaded(layout) { $0.imageName = "app" } == image("1").imageID)
        #expect(try await loaded(layout) { $0.imageName = "localhost:5000/app:1" } == image("2").imageID)
    }

    // MARK: - Many

    @Test func `a mirror of many images is a list like any other`() async throws {
        var layout = LayoutBuilder()
        let architectures = ["amd64", "arm64", "s390x", "ppc64le"]
        for number in 0..<300 {
            let entries = try architectures.map { architecture in
                var image = image("1", architecture)
                image.created = "\(2000 + number)-01-01T00:00:00Z"
                // Of most, the manifests are not even there.
                let descriptor = ImageBuilder.descriptor(
                    LayoutBuilder.manifestType, try image.manifest(),
                    [LayoutBuilder.platform("linux", architecture)])
                if number % 100 == 7 { _ = try layout.store(image) }
                return descriptor
            }
            layout.entries.append(layout.store(index: entries, [LayoutBuilder.name("mirror/app\(number):1")]))
        }
        let found = try await load(layout.archive, scratch) {
            $0.imageName = "mirror/app7:1"
            $0.platform = Platform("linux/s390x")
        }
        #expect(found.index.summary.created == "2007-01-01T00:00:00Z")
        #expect(found.index.summary.platform == Platform("linux/s390x"))
    }

    @Test func `docker's list may be as long as it likes`() async throws {
        let (first, last) = (image("1"), image("2"))
        var layout = LayoutBuilder()
        _ = try layout.store(first)
        _ = try layout.store(last)
        let many = (0..<1_500).map { (image: first, names: Optional([JSON.text("app\($0):1")])) }
        layout.others = [savedList(many + [(last, ["last:1"])])]
        let members = layout.members.filter { $0.name != "index.json" && $0.name != "oci-layout" }
        let found = try await load(members.map(\.entry).tar, scratch) { $0.imageName = "last:1" }
        #expect(found.index.summary.imageID == last.imageID)
    }

    @Test func `names of nested indexes do not multiply`() async throws {
        var layout = LayoutBuilder()
        let inner = layout.store(index: [try layout.store(image("1"))])
        let middle = layout.store(
            index: (0..<2_000).map { number in
                guard case .object(let fields) = inner else { return inner }
                return .object(fields + [LayoutBuilder.name("inner\(number)")])
            })
        layout.entries = (0..<2_000).map { number in
            guard case .object(let fields) = middle else { return middle }
            return .object(fields + [LayoutBuilder.name("outer\(number):1")])
        }
        let found = try await load(layout.archive, scratch) { $0.imageName = "outer1999:1" }
        #expect(found.index.summary.imageID == image("1").imageID)
        #expect(found.index.summary.names.count == 2_000)
    }

    // MARK: - Chosen by content

    @Test func `an image is chosen by what it must hold`() async throws {
        var layout = LayoutBuilder()
        let images = [image("1", "amd64"), image("2", "arm64"), image("3", "arm64")]
        layout.entries = try images.map {
            try layout.store($0, [LayoutBuilder.platform("linux", $0.architecture)])
        }
        for image in images {
            let content = ImageContent(imageIDs: [], diffIDs: image.layers.map(\.diffID))
            #expect(try await loaded(layout) { $0.contents = [content] } == image.imageID)
            let byID = ImageContent(imageIDs: [image.imageID], diffIDs: [])
            #expect(try await loaded(layout) { $0.contents = [byID] } == image.imageID)
        }
        await #expect {
            try await loaded(layout) {
                $0.contents = [ImageContent(imageIDs: [Digest.of([])], diffIDs: [Digest.of([])])]
            }
        } throws: { kind($0) == "noMatch" && "\($0)".contains("linux/arm64") }
    }
}
