import Bytes
import FileTree
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// Documents that runtimes read although they are not as they should be, and what is said of those that nobody reads.
struct DocumentTests {
    private let scratch: Scratch
    private let sample = SampleImages.tiny

    init() throws { scratch = try Scratch() }

    /// The sample with its index or its manifest changed.
    private func archive(
        index: (String) -> String = { $0 }, manifest: (String) -> String = { $0 }
    ) throws -> [UInt8] {
        let old = try sample.manifest()
        let new = Array(manifest(String(decoding: old, as: UTF8.self)).utf8)
        let (oldName, newName) = (Digest.of(old).hex, Digest.of(new).hex)
        return try sample.members(.ociArchive).map { member in
            guard member.name != "blobs/sha256/\(oldName)" else { return Member(blob: new) }
            guard member.name == "index.json" else { return member }
            let text = String(decoding: member.content, as: UTF8.self)
                .replacing(oldName, with: newName).replacing(
                    "\"size\":\(old.count)", with: "\"size\":\(new.count)")
            return Member("index.json", Array(index(text).utf8))
        }.map(\.entry).tar
    }

    private static func withoutSizes(_ text: String) -> String {
        text.replacing(/,"size":[0-9]+/, with: "").replacing(/"size":[0-9]+,/, with: "")
    }

    @Test func `sizes may be missing where the blobs are there`() async throws {
        for bytes in [
            try archive(index: Self.withoutSizes), try archive(manifest: Self.withoutSizes),
            try archive(index: Self.withoutSizes, manifest: Self.withoutSizes),
        ] {
            let image = try await load(bytes, scratch)
            #expect(image.index.summary.imageID == sample.imageID)
            #expect(image.index.summary.layers.map(\.diffID) == sample.layers.map(\.diffID))
        }
    }

    @Test func `a size that is none is named`() async throws {
        for number in ["-1", "1.5", "99999999999999999999"] {
            let bytes = try archive(index: { $0.replacing(/"size":[0-9]+/, with: "\"size\":\(number)") })
            await #expect { try await load(bytes, scratch) } throws: {
                kind($0) == "damaged" && "\($0)".contains("'index.json' has a wrong value")
                    && "\($0)".contains(number == "-1" ? "-1 is no size" : "it is no size")
            }
        }
    }

    @Test func `a list of images that is none is named`() async throws {
        func saved(_ list: String) throws -> [UInt8] {
            try sample.members(.dockerSkopeo).map {
                $0.name == "manifest.json" ? Member("manifest.json", Array(list.utf8)) : $0
            }.map(\.entry).tar
        }
        for list in ["\"x\"", "1", "true"] {
            await #expect { try await load(saved(list), scratch) } throws: {
                kind($0) == "damaged" && "\($0)".contains("'manifest.json' is no list of images")
            }
        }
        // By itself, an object is a folder's manifest or nothing.
        await #expect {
            try await load(saved("{\"Config\":\"x\",\"Layers\":[]}"), scratch)
        } throws: {
            kind($0) == "damaged" && "\($0)".contains("neither a list of images")
        }
        // Beside an index, it is no folder's manifest.
        let both = try sample.members(.docker25).map {
            $0.name == "manifest.json" ? Member("manifest.json", Array("{\"Config\":\"x\"}".utf8)) : $0
        }.map(\.entry).tar
        await #expect { try await load(both, scratch) } throws: {
            "\($0)".contains("'manifest.json' is no list of images")
        }
    }

    @Test(arguments: [Layout.ociArchive, .dockerLegacy])
    func `a configuration may have bytes that are no UTF-8`(layout: Layout) async throws {
        var image = sample
        let mark = Array("PATH=/usr/bin:/bin".utf8)
        let config = sample.config
        let place = try #require(
            config.indices.first { config[$0...].starts(with: mark) }.map { $0 + mark.count })
        image.otherConfig = Array(config[..<place]) + [0x2f, 0xe9] + config[place...]
        let opened = try await load(try image.archive(layout), scratch)
        // Its id is that of its bytes.
        #expect(opened.index.summary.imageID == Digest.of(image.config))
        #expect(opened.config == image.config)
        let document = opened.index.summary.configuration.document
        #expect(document["config"]?["Env"] == .array([.string("PATH=/usr/bin:/bin/\u{fffd}")]))
    }

    /// A configuration with more in it than an image needs.
    private func loaded(config: String, others: String = "") async throws -> OpenedImage {
        var image = sample
        let layers = image.layers.map { "\"\($0.diffID)\"" }.joined(separator: ",")
        image.otherConfig = Array(
            """
            {"os":"linux","architecture":"amd64","config":{\(config)},\(others)\
            "rootfs":{"type":"layers","diff_ids":[\(layers)]}}
            """.utf8)
        return try await load(try image.archive(.dockerLegacy), scratch)
    }

    @Test(arguments: [
        (#""Env":"A=B""#, "a string at '.config.Env'", "a list of strings"),
        (#""Env":[1]"#, "a number at '.config.Env[0]'", "a string"),
        (#""Cmd":5"#, "a number at '.config.Cmd'", "a list of strings or a string"),
        (#""Cmd":["a",{}]"#, "an object at '.config.Cmd[1]'", "a string"),
        (#""Entrypoint":{}"#, "an object at '.config.Entrypoint'", "a list of strings or a string"),
        (#""ExposedPorts":[]"#, "a list at '.config.ExposedPorts'", "an object of objects"),
        (#""Volumes":{"/v":""}"#, #"a string at '.config.Volumes["/v"]'"#, "an object"),
        (#""Labels":["a"]"#, "a list at '.config.Labels'", "an object of strings"),
        (#""Labels":{"a":true}"#, #"true or false at '.config.Labels["a"]'"#, "a string"),
        (#""User":0"#, "a number at '.config.User'", "a string"),
        (#""WorkingDir":[]"#, "a list at '.config.WorkingDir'", "a string"),
        (#""StopSignal":9"#, "a number at '.config.StopSignal'", "a string"),
    ])
    func `values that no runtime loads are refused by name`(config: String, found: String, wanted: String)
        async throws
    {
        await #expect { try await loaded(config: config) } throws: {
            kind($0) == "damaged"
                && "\($0)".contains("has \(found), where runtimes load nothing but \(wanted)")
        }
    }

    @Test(arguments: [
        "2024-02-29T03:04:05Z", "2024-01-02T03:04:05.123456789123Z", "0001-01-01T00:00:00Z",
        "2024-01-02T03:04:05-07:00", "2024-01-02T03:04:05,5+23:59", "2024-01-02T3:04:05Z",
    ])
    func `times that some runtime loads are read`(time: String) async throws {
        let opened = try await loaded(
            config: "", others: #""created":"\#(time)","history":[{"created":null}],"#)
        #expect(
            opened.index.summary.configuration.document["created"] == .string(Array(time.utf8)))
    }

    @Test(arguments: [
        (#""history":{},"#, "an object at '.history'", "a list of objects"),
        (#""history":[[]],"#, "a list at '.history[0]'", "an object"),
        (#""history":[{"empty_layer":"yes"}],"#, "a string at '.history[0].empty_layer'", "true or false"),
        (#""author":[],"#, "a list at '.author'", "a string"),
        (#""os.features":"a","#, "a string at '.os.features'", "a list of strings"),
        (#""created":5,"#, "a number at '.created'", "a time like 2026-01-31T12:00:00Z"),
        (#""created":"","#, "\"\" at '.created'", "a time like 2026-01-31T12:00:00Z"),
        (#""created":"yesterday","#, #""yesterday" at '.created'"#, "a time like 2026-01-31T12:00:00Z"),
        (
            #""created":"2024-01-02 03:04:05","#, #""2024-01-02 03:04:05" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-01-02T03:04:05","#, #""2024-01-02T03:04:05" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2023-02-29T03:04:05Z","#, #""2023-02-29T03:04:05Z" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-13-01T03:04:05Z","#, #""2024-13-01T03:04:05Z" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-01-02T24:00:00Z","#, #""2024-01-02T24:00:00Z" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-01-02T03:04:60Z","#, #""2024-01-02T03:04:60Z" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-01-02T03:04:05.Z","#, #""2024-01-02T03:04:05.Z" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-01-02t03:04:05z","#, #""2024-01-02t03:04:05z" at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""created":"2024-01-02T03:04:05Z ","#, #""2024-01-02T03:04:05Z " at '.created'"#,
            "a time like 2026-01-31T12:00:00Z"
        ),
        (
            #""history":[{"created":""}],"#, "\"\" at '.history[0].created'",
            "a time like 2026-01-31T12:00:00Z"
        ),
    ])
    func `so are values beside the part for containers`(others: String, found: String, wanted: String)
        async throws
    {
        await #expect { try await loaded(config: "", others: others) } throws: {
            kind($0) == "damaged"
                && "\($0)".contains("has \(found), where runtimes load nothing but \(wanted)")
        }
    }

    @Test(arguments: [
        #""Env":null,"Cmd":null,"Labels":null,"ExposedPorts":null,"User":null"#,
        #""Env":[null],"Labels":{"a":null},"Volumes":{"/v":null},"ExposedPorts":{"80/tcp":{"x":1}}"#,
        // Docker takes a text for a list of one.
        #""Cmd":"sh","Entrypoint":"/init""#,
        // What Docker alone refuses, others load.
        #""StopTimeout":"5","Healthcheck":[],"OnBuild":"x","Shell":5,"Own":{"Env":5}"#,
    ])
    func `what some runtime loads is read`(config: String) async throws {
        let image = try await loaded(config: config, others: #""history":null,"created":null,"#)
        #expect(image.index.summary.layers.map(\.diffID) == sample.layers.map(\.diffID))
    }

    @Test func `keys that Docker alone knows are not read in another case`() async throws {
        await #expect { try await loaded(config: #""stoptimeout":5"#) } throws: {
            kind($0) == "damaged"
                && "\($0)".contains("the key 'stoptimeout' is 'StopTimeout' to some readers")
        }
    }
}
