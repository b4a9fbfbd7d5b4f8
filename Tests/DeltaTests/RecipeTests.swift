import Compression
import Delta
import TestSupport
import Testing

struct RecipeTests {
    /// An old layer with every kind of header, and contents of every kind.
    static func oldEntries() throws -> [TarEntry] {
        [
            .directory("usr"), .file("usr/same", Content.random(1, 3_000)),
            .file("usr/changed", Content.text(2, 5_000)),
            .file("usr/program", ELFBuilder.program(.x86, seed: 5, sizes: [16, 32, 48, 16, 80])),
            .file("usr/packed.gz", try Packing.gzip(6).pack(Content.text(3, 4_000))), .file("usr/empty"),
            .file("usr/attributes", "x").attribute("security.capability", [1, 2, 3]).attribute(
                "user.long", Content.random(4, 700)),
            .file(String(repeating: "n", count: 150), "pax"),
            .file(String(repeating: "g", count: 150), "gnu").with { $0.style = .gnu },
            .symlink("lib", to: "usr/lib"),
            .hardLink("usr/hard", to: "usr/same"), .file("gone", "removed"),
            TarEntry("dev/tty", flag: "3").with { $0.deviceMajor = 5 },
        ]
    }

    /// The layer after an update: new times, changed contents, moved, added and removed files, another order.
    static func newEntries() throws -> [TarEntry] {
        var entries = try oldEntries().map { entry in entry.with { $0.modified += 86_400 } }
        entries.removeAll { $0.path == Array("gone".utf8) }
        entries[2].content = Content.mutated(entries[2].content, seed: 1)
        entries[3].content = ELFBuilder.program(.x86, seed: 5, sizes: [16, 40, 48, 16, 80])
        entries[4].content = try Packing.gzip(6).pack(Content.mutated(Content.text(3, 4_000), seed: 2))
        entries[6].records[0].value = [9, 9]
        entries.insert(.file("usr/moved", Content.random(1, 3_000)), at: 1)
        entries.append(.file("usr/new", Content.text(8, 2_000)).with { $0.uid = 1000 })
        entries.swapAt(5, 9)
        return entries
    }

    @Test(arguments: [nil, .fast, .default, .best] as [DeltaLevel?])
    func `a layer is rebuilt byte for byte`(level: DeltaLevel?) throws {
        let old = try MemoryReferences([try Self.oldEntries().tar])
        let new = try Self.newEntries().tar
        let recipe = try Recipe.encode(new, references: old, level: level)
        #expect(try Recipe.decode(recipe, references: old) == new)
        if level != nil { #expect(recipe.count < new.count / 3) }
    }

    @Test(arguments: [nil, .fast] as [DeltaLevel?])
    func `layers of nothing old are rebuilt`(level: DeltaLevel?) throws {
        let none = try MemoryReferences([])
        for tar in [try Self.newEntries().tar, [TarEntry]().tar, [UInt8](repeating: 0, count: 10_240), []] {
            #expect(
                try Recipe.decode(try Recipe.encode(tar, references: none, level: level), references: none)
                    == tar)
        }
    }

    @Test func `what is between and behind entries is kept`() throws {
        let odd: [[UInt8]] = [
            [TarEntry.file("f", "abc").with { $0.padding = 7 }].tar,
            [TarEntry.file("f", "abc")].tar + Content.random(1, 1000),
            TarEntry.file("f", "abc").bytes,
            TarEntry.file("f", "abc").bytes + [UInt8](repeating: 0, count: 512),
            [
                TarEntry.file("f", "abc").with {
                    $0.overrides = [(500, [1, 2, 3]), (265, Array("root".utf8))]
                }
            ].tar,
            [TarEntry.file("f", "abc").with { $0.overrides = [(100, Array("000644 \0".utf8))] }].tar,
            [
                TarEntry.file("f", "abc").with {
                    $0.before = TarEntry.paxHeader([("comment", [65])], flag: "g")
                }
            ].tar,
            [
                TarEntry.file("f", "abc").with {
                    $0.before =
                        TarEntry("p", flag: "x").with {
                            $0.content = TarEntry.record("uid", [49])
                            $0.padding = 3
                        }.bytes
                }
            ].tar,
        ]
        for tar in odd {
            for old in [
                try MemoryReferences([]), try MemoryReferences([[TarEntry.file("f", "abd")].tar]),
                try MemoryReferences([tar]),
            ] {
                #expect(
                    try Recipe.decode(try Recipe.encode(tar, references: old, level: .fast), references: old)
                        == tar)
            }
        }
    }

    @Test func `random layers are rebuilt`() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            func entries(_ contents: UInt64) -> [TarEntry] {
                var random = SplitMix64(seed: seed &+ contents)
                return (0..<random.below(30)).map { _ in
                    let name =
                        "d\(random.below(4))/" + String(repeating: "n", count: random.below(150))
                        + "\(random.below(9))"
                    switch random.below(5) {
                    case 0: return .directory(name)
                    case 1: return .symlink(name, to: "t\(random.below(3))")
                    default:
                        return TarEntry.file(name, Content.text(UInt64(random.below(6)), random.below(2_000)))
                            .with {
                                $0.style = random.below(2) == 0 ? .gnu : .pax
                                $0.modified = Int64(random.below(3)) * (1 << 33)
                                $0.uid = UInt64(random.below(2)) * 5_000_000
                            }
                    }
                }
            }
            let olds = (0..<random.below(4)).map { entries(UInt64($0)).tar }
            let old = try MemoryReferences(olds)
            let new = entries(1 + UInt64(random.below(5))).tar
            #expect(
                try Recipe.decode(try Recipe.encode(new, references: old, level: nil), references: old)
                    == new, "seed \(seed)")
        }
    }

    @Test func `thirty thousand new times cost a few kilobytes`() throws {
        // A tenth of that, for the debug build's sake.
        let old = (0..<3_000).map { TarEntry.file("usr/share/doc/package-\($0)/copyright", "\($0 % 7)") }
        let new = old.map { entry in entry.with { $0.modified += 12_345 } }
        let references = try MemoryReferences([old.tar])
        let encoder = try RecipeEncoder(level: .default, references: references) { MemoryStore() }
        let layer = try LayerParts(new.tar)
        for (index, part) in layer.parts.enumerated() {
            try Recipe.add(part, predictor: index, .reference(index), to: encoder)
        }
        try encoder.finish(zeroCount: 1024, restCount: 0) { _ in }
        let recipe = try Recipe.bytes(encoder)
        #expect(recipe.count < 400)
        #expect(try Recipe.decode(recipe, references: references) == new.tar)
    }

    @Test func `a header tells what is in a recipe`() throws {
        let old = try MemoryReferences([try Self.oldEntries().tar])
        let new = try Self.newEntries().tar
        let recipe = try Recipe.encode(new, references: old, level: .fast)
        let header = try RecipeHeader(storedByteCount: UInt64(recipe.count)) {
            Array(recipe[Int($0)..<Int($0) + $1])
        }
        #expect(header.byteCount == UInt64(new.count))
        #expect(header.entryCount == UInt64(try Self.newEntries().count))
        #expect(
            Set(header.streams.map(\.name)).isSubset(of: [
                "references", "contents", "shapes", "fields", "control", "difference", "literal", "new",
                "copyCounts", "literalCounts", "gaps",
            ]))
        #expect(header.streams.allSatisfy { $0.byteCount > 0 })
    }
}

struct DamagedRecipeTests {
    private struct Fixture {
        let old: MemoryReferences
        let new: [UInt8]
        let recipe: [UInt8]

        /// Small, but with every stream in it; a program, which is not small, only where it is compressed.
        init(level: DeltaLevel?) throws {
            let text = Content.text(3, 150)
            var oldEntries: [TarEntry] = [
                .file("same", text), .file("changed", text), .file("z.gz", try Packing.gzip(6).pack(text)),
                .file("a.zip", ZipBuilder.file([.init("m", text), .init("n", text)])),
                .file("long", "x").attribute("user.a", [1, 2, 3]),
            ]
            var newEntries: [TarEntry] = [
                .file("moved", text), .file("changed", Content.mutated(text, seed: 4, edits: 3)),
                .file("z.gz", try Packing.gzip(6).pack(Content.mutated(text, seed: 5, edits: 2))),
                .file(
                    "a.zip", ZipBuilder.file([.init("m", text), .init("n", Content.mutated(text, seed: 5))])),
                .file("long", "x").attribute("user.a", [1, 5, 3]),
                .file("new", "brand new").with { $0.padding = 1 },
            ]
            if level != nil {
                oldEntries.append(.file("p", ELFBuilder.program(.x86, seed: 5, sizes: [16, 32])))
                newEntries.append(.file("p", ELFBuilder.program(.x86, seed: 5, sizes: [16, 40])))
            }
            old = try MemoryReferences([oldEntries.tar])
            new = newEntries.tar
            recipe = try Recipe.encode(new, references: old, level: level)
        }

        /// Follows a damaged recipe: a `DeltaError`, or bytes as many as the recipe says.
        func follow(_ damaged: [UInt8], _ what: String) -> [UInt8]? {
            do {
                let made = try Recipe.decode(damaged, references: old)
                let header = try RecipeHeader(storedByteCount: UInt64(damaged.count)) {
                    Array(damaged[Int($0)..<Int($0) + $1])
                }
                #expect(UInt64(made.count) == header.byteCount, "\(what)")
                return made
            } catch let error as DeltaError {
                #expect(!error.description.contains("\n"), "\(what)")
            } catch {
                Issue.record("\(what): \(type(of: error)): \(error)")
            }
            return nil
        }
    }

    @Test(arguments: [nil, .default] as [DeltaLevel?])
    func `every prefix is refused`(level: DeltaLevel?) throws {
        let fixture = try Fixture(level: level)
        #expect(fixture.follow(fixture.recipe, "whole") == fixture.new)
        for count in fixture.recipe.indices {
            #expect(fixture.follow(Array(fixture.recipe[..<count]), "\(count) bytes") == nil)
        }
        #expect(fixture.follow(fixture.recipe + [0], "a byte more") == nil)
    }

    @Test(arguments: [nil, .default] as [DeltaLevel?])
    func `every changed byte is refused or makes no more than it says`(level: DeltaLevel?) throws {
        let fixture = try Fixture(level: level)
        for index in fixture.recipe.indices {
            // Streams stored as they are reach every check of the decoder.
            for value in [UInt8(1 << (index % 8)), 0xff].prefix(level == nil ? 2 : 1) {
                var damaged = fixture.recipe
                damaged[index] ^= value
                _ = fixture.follow(damaged, "byte \(index) ^ \(value)")
            }
        }
    }

    @Test func `other versions are refused by name`() throws {
        var recipe = try Fixture(level: .fast).recipe
        recipe[4] = 9
        #expect(throws: DeltaError.unknownVersion(9)) {
            try Recipe.decode(recipe, references: try MemoryReferences([]))
        }
    }

    @Test func `a recipe for another old image is refused or makes something else`() throws {
        let fixture = try Fixture(level: .fast)
        let other = try MemoryReferences([[TarEntry.file("other", "content")].tar])
        #expect((try? Recipe.decode(fixture.recipe, references: other)) != fixture.new)
    }

    @Test func `made-up sizes are refused before memory is taken for them`() throws {
        let none = try MemoryReferences([])
        func recipe(_ head: [UInt8]) -> [UInt8] { Array("SLTR".utf8) + [1] + head }
        let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
        for head in [
            huge + [0, 0], huge + huge + [0], [0] + huge + [0], [0, 0] + huge, [0, 0, 1, 0, 0] + huge + huge,
        ] {
            #expect(throws: DeltaError.self) { try Recipe.decode(recipe(head), references: none) }
        }
    }
}
