import Bytes
import Delta
import FileIO
import Hashing
import Images
import OCI
import Shipping
import Locks
import TestSupport
import Testing
import Work

@testable import DeltaPackages

/// What a package brings, and that everybody who tells what it costs tells what it ships.
struct PlanTests {
    private let roundtrip: Roundtrip

    init() throws { roundtrip = try Roundtrip() }

    private func shipments(
        _ old: (ImageBuilder, Layout, Packing), _ new: (ImageBuilder, Layout, Packing)
    ) async throws -> [DeltaPlan.Shipment] {
        let creator = DeltaCreator(
            old: try await roundtrip.open(old.0, old.1, old.2, as: "old"),
            new: try await roundtrip.open(new.0, new.1, new.2, as: "new"))
        return try await creator.plan().layers.map(\.shipment)
    }

    @Test func `layers of the old image are the same, the others need recipes`() async throws {
        let shipments = try await shipments(
            (SampleImages.old, .dockerLegacy, .plain), (SampleImages.new, .dockerLegacy, .plain))
        let known = SampleImages.old.layers.map(\.diffID)
        #expect(
            shipments
                == SampleImages.new.layers.map { layer in
                    known.firstIndex(of: layer.diffID).map { .same(old: $0) } ?? .recipe
                })
        #expect(shipments.contains(.recipe) && shipments.contains(.same(old: 0)))
    }

    @Test func `blobs that nothing rebuilds are carried, and why is told`() async throws {
        let shipments = try await shipments(
            (SampleImages.old, .ociArchive, .plain), (SampleImages.new, .ociArchive, .xz))
        #expect(shipments == [DeltaPlan.Shipment](repeating: .carried(.xz), count: shipments.count))
    }

    @Test(arguments: [Packing.gzip(6), .zstd, .zstdAfterSkippable])
    func `blobs that a description makes are not carried`(_ packing: Packing) async throws {
        let shipments = try await shipments(
            (SampleImages.old, .ociArchive, .plain), (SampleImages.new, .ociArchive, packing))
        #expect(
            !shipments.contains {
                if case .carried = $0 { true } else { false }
            })
    }

    @Test func `few bytes that unpack to many are unpacked in order, as long as there are not too many`()
        async throws
    {
        func content(_ seed: UInt64, isNew: Bool) throws -> [UInt8] {
            let block = Content.text(seed, 100)
            let middle = isNew ? Content.mutated(block, seed: 1, edits: 3) : block
            let half = (0..<1_500).flatMap { _ in block }
            return try Packing.gzip(9).pack(half + middle + half)
        }
        func image(isNew: Bool) throws -> ImageBuilder {
            ImageBuilder([
                .init("ADD icons", try (0..<5).map { .file("icon\($0)", try content($0, isNew: isNew)) })
            ])
        }
        let creator = DeltaCreator(
            old: try await roundtrip.open(image(isNew: false), as: "old"),
            new: try await roundtrip.open(image(isNew: true), as: "new"))
        let plan = try await creator.plan(ofLayer: 0)
        for jobs in [1, 4] {
            let matcher = LayerMatcher(
                plan: plan, references: creator.references, method: .hashed(depth: 3), keepsHints: false,
                jobs: jobs)
            let found = try await matcher.matches(of: plan.sources.indices, 1_000_000)
            let unpacked = plan.sources.indices.filter {
                if case .unpacked = found.matches[$0] { true } else { false }
            }
            #expect(unpacked == Array(unpacked.indices) && (1..<5).contains(unpacked.count))
            #expect(found.unusualInflation == 0)
        }
    }

    @Test func `a small layer is not unpacked to hundreds of times its size`() async throws {
        func image(isNew: Bool) throws -> ImageBuilder {
            func content(_ seed: UInt64) throws -> [UInt8] {
                let block = Content.text(seed, 20_000)
                let start = Array("\(isNew ? "new" : "old, as before") \(seed)\n".utf8)
                return try Packing.gzip(9).pack(start + (0..<500).flatMap { _ in block })
            }
            return ImageBuilder([
                .init("ADD icons", try (0..<4).map { .file("icon\($0)", try content($0)) })
            ])
        }
        let creator = DeltaCreator(
            old: try await roundtrip.open(image(isNew: false), as: "old"),
            new: try await roundtrip.open(image(isNew: true), as: "new"))
        let plan = try await creator.plan(ofLayer: 0)
        let maker = LayerRecipeMaker(
            plan: plan, references: creator.references, level: .fast, method: .hashed(depth: 3), jobs: 2,
            reporter: .silent)
        let costs = try await maker.make().costs
        // 16 MiB are for one of them, which hold 10 MB each.
        let icons = plan.file.spans.indices.filter { plan.file.spans[$0].contentByteCount > 10_000 }
        #expect(icons.count == 4)
        #expect(icons.map { (costs[$0] ?? 0) < 1_000 } == [true, false, false, false], "\(costs)")
    }

    @Test func `it is told when a large file is made ready for being searched`() async throws {
        let content = Content.random(1, LayerMatcher.largeByteCount)
        func image(_ seed: UInt64) throws -> ImageBuilder {
            ImageBuilder([
                .init(
                    "ADD data",
                    [
                        .file("a", Content.mutated(content, seed: seed, edits: 5) + content.prefix(1000)),
                        .file("b", Content.mutated(Array(content.prefix(9000)), seed: seed, edits: 5)),
                    ])
            ])
        }
        let new = try await roundtrip.open(try image(2), as: "new")
        let creator = DeltaCreator(old: try await roundtrip.open(try image(1), as: "old"), new: new)
        let told = Locked<[UInt64?]>([])
        var matcher = LayerMatcher(
            plan: try await creator.plan(ofLayer: 0), references: creator.references, method: .sorted,
            keepsHints: false, jobs: 2)
        matcher.index = { count in told.withLock { $0.append(count) } }
        _ = try await matcher.matches(of: 0..<2, 0)
        let counts = told.withLock { $0 }
        #expect(counts.count == 2 && counts.last == .some(nil))
        #expect(counts.first.flatMap(\.self) ?? 0 >= UInt64(LayerMatcher.largeByteCount))
        // Who hears of it tells it, and nothing once it is over.
        let words = Locked<[UInt64?]>([])
        let reporter = Reporter { progress in words.withLock { $0.append(progress.indexedByteCount) } }
        reporter.index(5)
        reporter.begin(.comparing, total: 10)
        reporter.index(5)
        reporter.advance(by: 10)
        reporter.index(nil)
        #expect(words.withLock { $0 } == [nil, 5, 5, nil])
    }

    @Test func `progress is told within a large file, and comes to no more than all of it`() async throws {
        let content = Content.random(1, 9 << 20)
        func image(_ seed: UInt64) throws -> ImageBuilder {
            ImageBuilder([.init("ADD data", [.file("a", Content.mutated(content, seed: seed, edits: 5))])])
        }
        let new = try await roundtrip.open(try image(2), as: "new")
        let creator = DeltaCreator(old: try await roundtrip.open(try image(1), as: "old"), new: new)
        // What follows the last entry is not counted.
        let layer = try #require(new.layers.first)
        let byteCount = try #require(layer.spans.last).endOffset
        let plan = try await creator.plan(ofLayer: 0)
        let told = Locked<[UInt64]>([])
        let matcher = LayerMatcher(
            plan: plan, references: creator.references, method: .hashed(depth: 3), keepsHints: false, jobs: 2
        ) { _, count in told.withLock { $0.append(count) } }
        _ = try await matcher.matches(of: plan.sources.indices, 0)
        // One for the old content, and one for each part of the new one; the rest is told once it is coded.
        let counts = told.withLock { $0 }
        #expect(counts.count == 3)
        let half = counts.reduce(0, +)
        #expect(half > byteCount * 2 / 5 && half <= byteCount / 2)
        let isFinished = Locked(false)
        let reporter = Reporter { progress in isFinished.withLock { $0 = progress.isFinished } }
        reporter.begin(.comparing, total: byteCount + 2)
        _ = try await creator.recipe(ofLayer: 0, DeltaOptions(level: .fast), reporter)
        reporter.advance(by: 1)
        let isEarly = isFinished.withLock { $0 }
        #expect(!isEarly, "something was told twice")
        reporter.advance(by: 1)
        let isAll = isFinished.withLock { $0 }
        #expect(isAll, "something was not told")
    }

    @Test func `what other levels take is about what the default one takes`() async throws {
        func image(_ seed: UInt64) throws -> ImageBuilder {
            let text = (0..<40).flatMap { Content.text($0, 2_000) }
            return ImageBuilder([
                .init("ADD text", [.file("a", Content.mutated(text, seed: seed, edits: 400))])
            ])
        }
        let creator = DeltaCreator(
            old: try await roundtrip.open(try image(1), as: "old"),
            new: try await roundtrip.open(try image(2), as: "new"))
        var sizes: [DeltaLevel: UInt64] = [:]
        for level in DeltaLevel.allCases {
            sizes[level] = try await creator.create(
                at: roundtrip.scratch.path("p"), replacesExisting: true, options: DeltaOptions(level: level)
            ).byteCount
        }
        let known = Figure(exact: try #require(sizes[.default]))
        #expect(DeltaLevel.default.figure(fromDefault: known) == known)
        for level in [DeltaLevel.fast, .best] {
            let figure = level.figure(fromDefault: known)
            #expect(!figure.isExact && figure.byteCount != known.byteCount)
            #expect(figure.bounds?.contains(try #require(sizes[level])) == true, "\(sizes)")
        }
        #expect(DeltaLevel.best.figure(fromDefault: Figure(guess: 1_000)).bounds == nil)
        #expect(DeltaLevel.fast.figure(fromDefault: Figure(exact: .max)).byteCount == 1 << 62)
    }

    @Test func `a layer whose recipe and description take more than its blob is carried`() async throws {
        let content = (0..<60).flatMap { Content.text($0, 3_000) }
        let new = ImageBuilder([
            .init("ADD other", [.file("b", Content.mutated(content, seed: 1))]),
            .init("ADD new", [.file("a", (100..<160).flatMap { Content.text($0, 3_000) })]),
        ])
        let opened = try await roundtrip.open(new, .ociArchive, .foreignZstd, as: "new")
        let old = try await roundtrip.open(
            ImageBuilder([.init("ADD old", [.file("b", content)])]), .ociArchive, .foreignZstd, as: "old")
        let creator = DeltaCreator(old: old, new: opened)
        let options = DeltaOptions(level: .fast)
        #expect(try await creator.plan().layers.allSatisfy { $0.shipment == .recipe && $0.repack != nil })
        let path = roundtrip.scratch.path("package")
        let made = try await creator.create(at: path, replacesExisting: true, options: options)
        #expect(made.plan.carriedLayers == [1])
        #expect(made.plan.layers[0].repack != nil)
        #expect(made.document.new.layers[1].tar == .blob)
        #expect(made.byteCount < opened.index.summary.layers[1].blobByteCount * 5 / 4)
        #expect(try roundtrip.apply(path, to: old) == (try new.archive(.ociArchive, .foreignZstd)))
        // Who tells what it costs tells the same.
        let costs = try await creator.costs(creator.recipes(options), level: .fast)
        #expect(costs.byteCount == made.byteCount)
        #expect(costs.layers.map(\.making) == made.plan.layers.map(\.making))
    }

    @Test func `a recipe that makes two blobs is kept`() async throws {
        let tar = [TarEntry.file("a", (0..<60).flatMap { Content.text($0, 3_000) })]
        let new = ImageBuilder([.init("ADD new", tar), .init("ADD again", tar)])
        let opened = try await roundtrip.open(new, .ociArchive, .zstd, as: "new")
        let old = try await roundtrip.open(
            ImageBuilder([.init("ADD old", [.file("b", [1])])]), .ociArchive, .zstd, as: "old")
        let creator = DeltaCreator(old: old, new: opened)
        let recipes = try await creator.recipes(DeltaOptions(level: .fast))
        let revised = try await creator.plan().revised(recipes, ImageSet(opened))
        #expect(revised.recipes.count == 1 && revised.plan.carriedLayers == [])
    }

    /// What each new file is made of: `old` and `new` name files, and whose content, mutated, each holds.
    private func ancestors(old: [(String, UInt64)], new: [(String, UInt64)]) async throws -> [UInt64?] {
        func content(_ seed: UInt64) -> [UInt8] { Content.random(seed, 20_000) }
        let oldImage = ImageBuilder([.init("ADD old", old.map { .file($0.0, content($0.1)) })])
        let newImage = ImageBuilder([
            .init("ADD new", new.map { .file($0.0, Content.mutated(content($0.1), seed: 99, edits: 9)) })
        ])
        let creator = DeltaCreator(
            old: try await roundtrip.open(oldImage, as: "old"),
            new: try await roundtrip.open(newImage, as: "new"))
        return try await creator.plan(ofLayer: 0).sources.map {
            if case .patch(let ancestor) = $0 { old[ancestor].1 } else { nil }
        }
    }

    /// Bundlers name what they make by its hash: `5114.<hash>.js`. Of files whose names differ in numbers and hashes alone the
    /// nearest in size was taken, or none where one hash began with a digit and the other did not.
    @Test func `bundles with other hashes come from those of the same number`() async throws {
        #expect(
            try await ancestors(
                old: [("5114.aaa2ee384630e343c3e1.js", 1), ("785.1438df201df83e9dc1d8.js", 2)],
                new: [("5114.37b482a7abe222bcefa6.js", 1), ("785.f8348d3f071ce5c512b4.js", 2)]) == [1, 2])
    }

    @Test func `files that changed places come from what they are most like`() async throws {
        #expect(
            try await ancestors(
                old: [("1.js", 1), ("2.js", 2), ("3.js", 3)], new: [("1.js", 3), ("2.js", 1), ("3.js", 2)])
                == [3, 1, 2])
        // Whatever they are called.
        #expect(try await ancestors(old: [("a", 1), ("b", 2)], new: [("b", 1), ("c", 2)]) == [1, 2])
    }

    @Test func `files keep the ancestor of their name unless another is clearly more like them`() async throws
    {
        #expect(
            try await ancestors(
                old: [("a-1.txt", 1), ("b-1.txt", 1)], new: [("a-2.txt", 1), ("b-2.txt", 1)])
                == [1, 1])
        #expect(try await ancestors(old: [("a", 1), ("b", 2)], new: [("a", 3), ("b", 4)]) == [1, 2])
    }

    /// Programs of one compiler begin with the same library. Two versions of one by two compilers do not, and are alike
    /// further on: the first 4 MiB that are looked at say nothing against a name.
    @Test func `large files keep the ancestor of their name`() async throws {
        let library = Content.random(1, 1 << 20)
        let program = Content.random(2, 8 << 20)
        let front = [[UInt8]](repeating: library, count: 5).flatMap(\.self)
        let old = ImageBuilder([
            .init("ADD old", [.file("gh", Content.random(3, 5 << 20) + program), .file("other", front)])
        ])
        let new = ImageBuilder([.init("ADD new", [.file("gh", front + program)])])
        let plan = try await DeltaCreator(
            old: try await roundtrip.open(old, as: "old"), new: try await roundtrip.open(new, as: "new")
        ).plan(ofLayer: 0)
        guard case .patch(ancestor: 0) = plan.sources[0] else {
            Issue.record("made of something else")
            return
        }
    }

    @Test func `few bytes that unpack to many are matched in small parts`() async throws {
        #expect(LayerPlan.partByteCount(stored: 0) == 8 << 20)
        #expect(LayerPlan.partByteCount(stored: 4 << 20) == 32 << 20)
        #expect(LayerPlan.partByteCount(stored: .max) == 128 << 20)
        let block = Content.random(1, 64 << 10)
        let content = [[UInt8]](repeating: block, count: 160).flatMap(\.self)
        let other = Array(content.prefix(5_000_000)) + [1, 2, 3] + content.dropFirst(5_000_000)
        let images = try [content, other].enumerated().map { index, content in
            let archive = try ImageBuilder([.init("", [.file("f", content)])]).archive(.dockerLegacy)
            return try roundtrip.scratch.write("\(index)", Packing.zstd.pack(archive))
        }
        let old = try await roundtrip.load(images[0])
        let new = try await roundtrip.load(images[1])
        let plan = try await DeltaCreator(old: old, new: new).plan(ofLayer: 0)
        #expect(plan.partByteCount == 8 << 20)
        let package = try await roundtrip.create(old, new)
        let made = try roundtrip.apply(package, to: old)
        let archive = try new.archive()
        let expected = try archive.read(at: 0, count: Int(archive.byteCount))
        #expect(made == expected)
    }

    @Test func `what is stored can be read back, short or long`() throws {
        for count in [0, 1, 16_384, 16_385, 100_000] {
            let bytes = Content.random(1, count)
            let stream = SpooledStream()
            for start in stride(from: 0, to: count, by: 7_000) {
                try stream.append(bytes[start..<min(start + 7_000, count)])
            }
            var all: [UInt8] = []
            try stream.forEachPart { all += $0 }
            let read = stream.finish()
            #expect(all == bytes)
            #expect(try read(0, count) == bytes)
            #expect(try read(UInt64(count / 2), count - count / 2) == Array(bytes[(count / 2)...]))
            #expect(throws: (any Error).self) { try read(UInt64(count), 1) }
        }
    }

    @Test func `a layer that occurs twice is shipped once`() async throws {
        let layer = ImageBuilder.Layer("COPY", [.file("a", Content.random(3, 5000))])
        let shipments = try await shipments(
            (SampleImages.old, .dockerLegacy, .plain), (ImageBuilder([layer, layer]), .ociArchive, .plain))
        #expect(shipments == [.recipe, .repeated(of: 0)])
    }

    @Test(arguments: [Packing.plain, .gzip(6), .zstd], [Layout.ociArchive, .docker25])
    func `costs add up to the package that is made`(packing: Packing, layout: Layout) async throws {
        let old = try await roundtrip.open(SampleImages.old, layout, packing, as: "old")
        let new = try await roundtrip.open(SampleImages.new, layout, packing, as: "new")
        let creator = DeltaCreator(old: old, new: new)
        let options = DeltaOptions(level: .default, jobs: 2)
        let costs = try await creator.costs(creator.recipes(options), level: .default)
        let package = try await creator.create(
            at: roundtrip.scratch.path("d.silt"), replacesExisting: false, options: options)
        #expect(costs.byteCount == package.byteCount)
        #expect(costs.layers.reduce(costs.documentByteCount) { $0 + $1.byteCount } == package.byteCount)
        for layer in costs.layers {
            var byteCount = layer.byteCount
            if case .rebuilt(_, let described, _) = layer.making { byteCount -= described }
            #expect(layer.entries.values.reduce(0, +) == byteCount)
        }
        #expect(costs.layers.count == new.layers.count)
    }

    @Test func `documents take something where the whole is much smaller than its recipes`() async throws {
        // The same attribute in every layer: each recipe brings it, and the package as a whole finds it again.
        func image(_ version: UInt64) -> ImageBuilder {
            let value = Content.random(version, 8000)
            return ImageBuilder(
                (1...12).map { layer in
                    .init("COPY \(layer)", [.file("f\(layer)", "\(version)").attribute("user.a", value)])
                })
        }
        let creator = DeltaCreator(
            old: try await roundtrip.open(image(1), as: "old"),
            new: try await roundtrip.open(image(2), as: "new"))
        let recipes = try await creator.recipes(DeltaOptions(level: .fast))
        let costs = try await creator.costs(recipes, level: .fast)
        // What this is about: recipes alone are larger than the package.
        #expect(recipes.reduce(0) { $0 + $1.bytes.byteCount } > costs.byteCount)
        #expect(costs.documentByteCount > 0)
        #expect(costs.layers.allSatisfy { $0.byteCount > 0 })
        #expect(costs.layers.reduce(costs.documentByteCount) { $0 + $1.byteCount } == costs.byteCount)
    }

    @Test func `what documents take is guessed within its bounds before there is a recipe`() async throws {
        let creator = DeltaCreator(
            old: try await roundtrip.open(SampleImages.old, as: "old"),
            new: try await roundtrip.open(SampleImages.new, as: "new"))
        let guess = try await creator.guessOfDocuments(.default)
        let exact = try await creator.costs(creator.recipes(DeltaOptions()), level: .default)
            .documentByteCount
        #expect((guess.low...guess.high).contains(exact), "\(guess) for \(exact)")
    }

    @Test func `probing tells how far it is, and ends when it is cancelled`() async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, .plain, as: "old")
        let new = try await roundtrip.open(SampleImages.new, .ociArchive, .gzip(9), as: "new")
        let creator = DeltaCreator(old: old, new: new)
        let told = Told()
        _ = try await creator.plan(Reporter { told.add($0) })
        #expect(told.phases == [.probing])
        #expect(told.last?.isFinished == true)

        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await DeltaCreator(old: old, new: new).plan()
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    @Test(arguments: [1, 2, 7])
    func `a sum is split without a rest`(total: UInt64) {
        let weights: [Int: UInt64] = [0: 3, 1: 0, 5: 1, 7: 3, 9: 0]
        let parts = Shares.split(total, by: weights)
        #expect(parts.values.reduce(0, +) == total)
        #expect(parts[1] == 0 && parts[9] == 0)
        #expect(Shares.split(total, by: [1: .max, 2: .max]).values.reduce(0, +) == total)
        #expect(Shares.split(.max, by: weights).values.reduce(0, +) == .max)
    }
}

/// Keeps what a reporter told.
private final class Told: Sendable {
    private let progress = Locked<[Progress]>([])

    func add(_ news: Progress) { progress.withLock { $0.append(news) } }

    var last: Progress? { progress.withLock(\.last) }
    var phases: [Progress.Phase] {
        progress.withLock { all in all.reduce(into: []) { if $0.last != $1.phase { $0.append($1.phase) } } }
    }
}
