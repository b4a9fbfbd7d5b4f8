import Testing

@testable import OCI

/// Keys of a configuration that are offered are keys that take something.
struct ConfigPickTests {
    private func configuration(_ config: String, _ more: String = "") throws -> ImageConfiguration {
        try ImageConfiguration(parsing: Array(#"{"config":\#(config)\#(more)}"#.utf8))
    }

    @Test func `each key takes just what it names, and all of them everything`() throws {
        let long = String(repeating: "k", count: 250)
        func text(_ value: Int) -> String {
            let names = [
                long + "1", long + "2", "", #"\"\""#, ".dot", "[0]", "with space", "tab\\t", #"back\\slash"#,
                " ", "é", "-v",
            ]
            let labels = names.map { #""\#($0)":"\#(value)""# }.joined(separator: ",")
            let variables = names.filter { !$0.isEmpty }.map { #""\#($0)=\#(value)""# }
                .joined(separator: ",")
            return #"""
                {"Labels":{\#(labels)},"Env":["TWICE=1\#(value)","TWICE=2\#(value)",\#(variables)],
                 "Cmd":["\#(value)"],"Healthcheck":{"Test":["\#(value)"],"Interval":\#(value),"X":{"y":\#(value)}},
                 "ExposedPorts":{"\#(value)/tcp":{}},"Memory":\#(value)}
                """#
        }
        let old = try configuration(text(1))
        let new = try configuration(text(2))
        let units = old.pickableUnits(from: new)
        #expect(units.count == 12 + 12 + 1 + 1 + 2 + 1)
        for unit in units {
            let taken = try old.taking([unit], from: new)
            // Just what the key names differs from the old, and no longer from the new.
            #expect(taken.pickableUnits(from: new) == units.filter { $0 != unit }, "\(unit)")
            #expect(old.pickableUnits(from: taken) == [unit])
            #expect(!old.isEverything([unit], from: new))
        }
        #expect(try old.taking(units, from: new).document["config"] == new.document["config"])
        #expect(old.isEverything(units, from: new))
        // Parts as wholes, too.
        let keys = old.pickableKeys(from: new)
        let parts = ["Cmd", "Env", "ExposedPorts", "Labels", "Healthcheck", "Memory"]
        #expect(Set(keys) == Set(units + parts))
        #expect(old.isEverything(parts, from: new))
        for part in parts {
            let taken = try old.taking([part], from: new)
            #expect(taken.document["config"]?[part] == new.document["config"]?[part])
            #expect(
                Set(parts.filter { taken.document["config"]?[$0] != old.document["config"]?[$0] }) == [part])
        }
    }

    @Test(arguments: [
        "Healthcheck Interval", "Labels nothing", "Labels", "architecture", "rootfs type", "Cmd x", "",
    ])
    func `a key that takes nothing is refused, and told what can be taken`(key: String) throws {
        let old = try configuration(
            #"{"Healthcheck":{"Interval":1,"Test":["a"]},"Labels":{"a":"1"}}"#, #","architecture":"a""#)
        let new = try configuration(
            #"{"Healthcheck":{"Interval":2,"Test":["b"]},"Labels":{"a":"1"},"architecture":"c"}"#,
            #","architecture":"b""#)
        #expect(throws: ImageConfiguration.UnknownKey(key: key, choices: ["Healthcheck"])) {
            try old.taking(["Healthcheck", key], from: new)
        }
    }

    @Test func `variables keep their places, and new ones come last`() throws {
        let old = try configuration(#"{"Env":["A=1","B=1","C=1","B=2"]}"#)
        let new = try configuration(#"{"Env":["D=2","B=3","A=2","E=2"]}"#)
        func taken(_ keys: String...) throws -> String? {
            try old.taking(keys, from: new).document["config"]?["Env"]?.text
        }
        #expect(try taken("Env B") == #"["A=1","B=3","C=1"]"#)
        #expect(try taken("Env C", "Env E", "Env D") == #"["A=1","B=1","B=2","D=2","E=2"]"#)
        #expect(try taken("Env") == #"["D=2","B=3","A=2","E=2"]"#)
    }
}
