import Testing

@testable import OCI

struct ConfigDiffTests {
    private func diff(_ old: String, _ new: String) throws -> ConfigDiff {
        ConfigDiff(
            old: try ImageConfiguration(parsing: Array(old.utf8)),
            new: try ImageConfiguration(parsing: Array(new.utf8)))
    }

    /// Each difference as `key: old -> new`, `+ key: new`, `- key: old`.
    private func lines(_ old: String, _ new: String) throws -> [String] {
        try diff(old, new).differences.map { row in
            switch row.change {
            case .added: "+ \(row.key): \(row.newText ?? "")"
            case .removed: "- \(row.key): \(row.oldText ?? "")"
            default: "\(row.key): \(row.oldText ?? "") -> \(row.newText ?? "")"
            }
        }
    }

    @Test func `every part is told by its key, what changes the meaning first`() throws {
        let old = #"""
            {"created":"2024-01-01T00:00:00Z","author":"a","architecture":"amd64","os":"linux",
             "config":{"Env":["PATH=/bin","MODE=prod","GONE=1"],"Cmd":["serve"],"Labels":{"v":"1","w":""},"User":"app",
             "Volumes":{"/data":{}},"Healthcheck":{"Test":["CMD","x"],"Interval":30000000000},"StopTimeout":0}}
            """#
        let new = #"""
            {"created":"2024-01-02T00:00:00Z","author":"b","architecture":"arm64","os":"linux","variant":"v8",
             "config":{"Env":["PATH=/bin","MODE=debug","NEW=a=b"],"Cmd":["sh","-c"],"Labels":{"v":"2"},"User":"root",
             "ExposedPorts":{"80/tcp":{}},"Healthcheck":{"Test":["CMD","x"],"Interval":5000000000,"Retries":3},
             "Entrypoint":["/bin/evil"],"Volumes":{"/data":null}}}
            """#
        #expect(
            try lines(old, new) == [
                "architecture: amd64 -> arm64", "+ variant: v8", #"+ Entrypoint: ["/bin/evil"]"#,
                #"Cmd: ["serve"] -> ["sh","-c"]"#, "- Env GONE: 1", "Env MODE: prod -> debug",
                "+ Env NEW: a=b",
                "User: app -> root", "+ ExposedPorts 80/tcp: {}", "Labels v: 1 -> 2", "- Labels w: \"\"",
                "Healthcheck Interval: 30 s -> 5 s", "+ Healthcheck Retries: 3", "- StopTimeout: 0",
                "author: a -> b", "created: 2024-01-01T00:00:00Z -> 2024-01-02T00:00:00Z",
            ])
        #expect(
            try diff(old, new).summary
                == "architecture, variant, Entrypoint, Cmd, Env +1 -1 ~1, User, ExposedPorts +1, Labels -1 ~1, "
                + "Healthcheck +1 ~1, StopTimeout, author, created")
        let same = try diff(old, old)
        #expect(same.isSame && same.summary == "" && same.unchanged.contains { $0.key == "Env MODE" })
    }

    @Test(arguments: [
        (#"{"config":{"Entrypoint":null,"Cmd":[],"User":"","ArgsEscaped":false,"Volumes":{}}}"#, "{}"),
        (#"{"config":null,"history":null,"author":""}"#, #"{"history":[],"config":{}}"#),
        (#"{"config":{"ExposedPorts":{"1/tcp":{}}}}"#, #"{"config":{"ExposedPorts":{"1/tcp":null}}}"#),
        (#"{"config":{"Healthcheck":{"Interval":0,"Test":null}}}"#, #"{"config":{"Healthcheck":{}}}"#),
        (#"{"config":{"Healthcheck":{"Interval":-0}}}"#, #"{"config":{"Healthcheck":{"Timeout":0}}}"#),
        (#"{"config":{"StopTimeout":-0},"x":[{"y":0}]}"#, #"{"config":{"StopTimeout":0},"x":[{"y":-0}]}"#),
        (
            #"{"history":[{"created_by":"x","empty_layer":false}]}"#,
            #"{"history":[{"created_by":"x","comment":""}]}"#
        ),
        (
            #"{"rootfs":{"type":"layers","diff_ids":["sha256:1"]}}"#,
            #"{"rootfs":{"type":"layers","diff_ids":null}}"#
        ),
        (#"{"x":null}"#, #"{"x":[]}"#), (#"{"os":"linux","a":1}"#, #"{ "a":1, "\u006fs":"linux"}"#),
    ])
    func `what runtimes take for the same is the same`(old: String, new: String) throws {
        #expect(try lines(old, new) == [])
        #expect(try lines(new, old) == [])
    }

    @Test func `numbers are compared as they are spelled, and no digit is lost`() throws {
        #expect(
            try lines(
                #"{"x":1.0,"y":100,"z":100000000000000000000}"#, #"{"x":1,"y":1e2,"z":100000000000000000001}"#
            )
                == [".x: 1.0 -> 1", ".y: 100 -> 1e2", ".z: 100000000000000000000 -> 100000000000000000001"])
    }

    @Test func `absent and empty differ where the user chose the key`() throws {
        #expect(
            try lines(#"{"config":{"Env":["A","B="],"Labels":{"l":""}}}"#, #"{"config":{"Env":["A="]}}"#)
                == [#"Env A: null -> """#, #"- Env B: """#, #"- Labels l: """#])
    }

    @Test func `keys that nobody knows are told by their place`() throws {
        #expect(
            try lines(
                #"{"config":{"Foo":{"a.b":[{"c":1},2]}},"Env":1,"moby.buildkit.buildinfo.v1":"x"}"#,
                #"{"config":{"Foo":{"a.b":[{"c":2},2,3]}},"Env":"1","os.special":{"z":{}}}"#) == [
                    #".config.Foo["a.b"][0].c: 1 -> 2"#, #"+ .config.Foo["a.b"][2]: 3"#, #".Env: 1 -> "1""#,
                    #"+ ["os.special"]: {"z":{}}"#, #"- ["moby.buildkit.buildinfo.v1"]: x"#,
                ])
    }

    @Test func `variables in another order or twice are told`() throws {
        #expect(
            try lines(#"{"config":{"Env":["A=1","B=2"]}}"#, #"{"config":{"Env":["B=2","A=1"]}}"#)
                == [#"Env (order): ["A","B"] -> ["B","A"]"#])
        let reordered = try diff(#"{"config":{"Env":["A=1","B=2"]}}"#, #"{"config":{"Env":["B=2","A=1"]}}"#)
        // It is no news of how the image was made.
        #expect(!reordered.isSameInMeaning && !reordered.leavingOut([.provenance, .time]).isSame)
        #expect(
            try lines(#"{"config":{"Env":["A=1","A=2"]}}"#, #"{"config":{"Env":["A=2","A=1"]}}"#)
                == [#"Env A: ["1","2"] -> ["2","1"]"#])
        #expect(try lines(#"{"config":{"Env":["=C:=x"]}}"#, "{}") == ["- Env =C:: x"])
        #expect(
            try lines(#"{"config":{"Env":"A"}}"#, #"{"config":{"Env":["A"]}}"#) == [#"Env: "A" -> ["A"]"#])
    }

    @Test func `history is compared entry by entry`() throws {
        func config(_ entries: String...) -> String {
            #"{"history":["# + entries.map { "{\($0)}" }.joined(separator: ",") + "]}"
        }
        let a = #""created":"1","created_by":"a""#
        let b = #""created":"1","created_by":"b","empty_layer":true"#
        let laterA = #""created":"2","created_by":"a""#
        #expect(try lines(config(a, b), config(laterA, b)) == ["history 1 created: 1 -> 2"])
        #expect(try lines(config(a, b), config(b)) == [#"- history 1: {"created":"1","created_by":"a"}"#])
        #expect(
            try lines(config(b, a), config(b, b, laterA)) == [
                #"+ history 2: {"created":"1","created_by":"b","empty_layer":true}"#,
                "history 3 created: 1 -> 2",
            ])
        #expect(
            try lines(config(a), config(b))
                == ["history 1 created_by: a -> b", "+ history 1 empty_layer: true"])
        let rebuilt = try diff(config(a, b), config(laterA, b))
        #expect(rebuilt.leavingOut([.time]).isSame && !rebuilt.leavingOut([.provenance]).isSame)
        #expect(!rebuilt.isSame && rebuilt.isSameInMeaning && rebuilt.summary == "history times ~1")
    }

    @Test func `values are ready to print`() throws {
        let rows = try diff("{}", "{\"config\":{\"User\":\"a\\u001b[m\\\\\",\"Labels\":{\"\\u202e \":\"\"}}}")
            .differences
        #expect(rows.map(\.newText) == [#"a\x1b[m\\"#, #""""#])
        #expect(rows.map(\.key) == ["User", #"Labels \xe2\x80\xae\x20"#])
    }

    @Test func `rows are bounded, and what is left out is counted`() throws {
        let labels = (0..<12_000).map { "\"\($0)\":\"\"" }.joined(separator: ",")
        let all = try diff("{}", #"{"config":{"Labels":{"# + labels + "}}}")
        #expect(all.differences.count == 10_000 && all.omittedCount == 2_000)
        #expect(!all.isSame && !all.isSameInMeaning && all.summary == "Labels +10000, 2000 more")
    }
}
