import Bytes
import Delta
import FileTree
public import FileIO
import Hashing
import Images
import OCI

/// A finished recipe of one layer.
public struct LayerRecipe: Sendable {
    /// The new layer it makes.
    public let layer: Int
    /// Its bytes.
    public let bytes: FileRegion
    /// What each entry that is not simply taken from the old image costs: its share of the recipe's bytes.
    public let costs: [Int: UInt64]
    let digest: Digest
}

/// Makes the recipe of one new layer.
struct LayerRecipeBuilder {
    /// How an entry's content will be coded; patches are made later, several at a time.
    private enum Plan: Sendable {
        case reference(Int)
        case patch(ancestor: Int)
        case new
    }

    /// Contents larger than this are matched part by part, which bounds memory at about seven times as much.
    private static let partByteCount: UInt64 = 128 << 20
    /// How many bytes of patches may wait for being written.
    private static let batchByteCount: UInt64 = 48 << 20

    private let references: OldReferences
    private let layer: Int
    private let file: LayerBytes
    private let twins: [Int?]
    private var plans: [Plan]
    private let level: DeltaLevel
    private let jobs: Int
    private let leftBehind: [Int]
    private let progress: @Sendable (UInt64) -> Void

    /// Plans how every entry is coded.
    ///
    /// - Parameters:
    ///   - new: The new image.
    ///   - layer: Index of the new layer.
    ///   - partner: Index of the old layer that it is paired with.
    ///   - references: The old image's entries.
    ///   - similar: Where those are that resemble something.
    ///   - level: How hard to compress.
    ///   - jobs: How many files to match at a time.
    ///   - progress: Told how many more bytes of the layer are coded.
    init(
        _ new: OpenedImage, layer: Int, partner: Int?, references: OldReferences, similar: SimilarFiles,
        level: DeltaLevel, jobs: Int, progress: @escaping @Sendable (UInt64) -> Void
    ) {
        self.references = references
        self.layer = layer
        self.level = level
        self.jobs = jobs
        leftBehind = similar.leftBehind
        self.progress = progress
        let file = new.layers[layer]
        let entries = new.index.listings[layer].entries
        let twins = entries.map { similar.twin(of: $0.path, partner: partner) }
        self.file = file
        self.twins = twins
        plans = entries.indices.map { index in
            let entry = entries[index]
            let count = file.spans[index].contentByteCount
            guard count > 0 else { return .new }
            if let digest = entry.digest,
                let same = similar.sameContent(digest, byteCount: count, preferring: twins[index])
            {
                return .reference(same)
            }
            guard let ancestor = similar.ancestor(of: entry.path, byteCount: count, partner: partner) else {
                return .new
            }
            return .patch(ancestor: ancestor)
        }
    }

    mutating func build() async throws -> LayerRecipe {
        try planByContent()
        return try await encode()
    }

    private func encode() async throws -> LayerRecipe {
        let encoder = try RecipeEncoder(level: level, references: references) { try SpooledStream() }
        var costs: [Int: UInt64] = [:]
        let batches = self.batches()
        var next = patches(batches.first ?? 0..<0)
        defer { next.cancel() }
        for (index, batch) in batches.enumerated() {
            let current = next
            let patches = try await withTaskCancellationHandler(
                operation: { try await current.value }, onCancel: { current.cancel() })
            if batches.indices.contains(index + 1) { next = self.patches(batches[index + 1]) }
            for entry in batch {
                try Task.checkCancellation()
                costs[entry] = try add(entry, patches[entry], to: encoder)
                progress(file.spans[entry].endOffset - file.spans[entry].structureOffset)
            }
        }
        try finish(encoder)
        return try stored(encoder, costs)
    }

    // MARK: - Planning

    /// Finds ancestors by content for files whose names tell nothing.
    private mutating func planByContent() throws {
        let unknown = plans.indices.filter { index in
            guard case .new = plans[index] else { return false }
            return file.spans[index].contentByteCount >= Self.sketchedByteCount
        }
        guard !unknown.isEmpty, !leftBehind.isEmpty else { return }
        var sketches = SketchIndex()
        for ordinal in leftBehind {
            let count = references.contentByteCount(of: ordinal)
            guard count >= Self.sketchedByteCount else { continue }
            try Task.checkCancellation()
            let part = Int(min(count, ContentSketch.byteCountLimit))
            sketches.add(
                ContentSketch(try references.content(of: ordinal, at: 0, count: part)), ordinal: ordinal)
        }
        for index in unknown {
            try Task.checkCancellation()
            let span = file.spans[index]
            let part = Int(min(span.contentByteCount, ContentSketch.byteCountLimit))
            let sketch = ContentSketch(try file.tar.read(at: span.contentOffset, count: part))
            if let ancestor = sketches.likest(sketch) { plans[index] = .patch(ancestor: ancestor) }
        }
    }

    /// Smaller files cost less than finding their ancestors.
    private static let sketchedByteCount: UInt64 = 512

    /// A quick guess of what every entry costs that is not simply taken from the old image.
    func quickCosts() throws -> [Int: UInt64] {
        var costs: [Int: UInt64] = [:]
        for (index, plan) in plans.enumerated() where file.spans[index].contentByteCount > 0 {
            try Task.checkCancellation()
            let span = file.spans[index]
            let count = Int(min(span.contentByteCount, Self.quickByteCount))
            let part = try file.tar.read(at: span.contentOffset, count: count)
            let share: Double
            switch plan {
            case .reference: continue
            case .new: share = SimilarityEstimate.share(ofNew: part)
            case .patch(let ancestor):
                let oldCount = Int(
                    min(usefulByteCount(of: ancestor, for: span.contentByteCount), Self.quickOldByteCount))
                share = try SimilarityEstimate.share(
                    of: part, patching: try references.content(of: ancestor, at: 0, count: oldCount))
            }
            costs[index] = UInt64(share * Double(span.contentByteCount))
        }
        return costs
    }

    /// How much of a new content a quick guess looks at, and how much of an old one: there it may have moved.
    private static let quickByteCount: UInt64 = 4 << 20
    private static let quickOldByteCount: UInt64 = 48 << 20

    /// Runs of entries whose patches together are of bounded size.
    private func batches() -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var start = 0
        var byteCount: UInt64 = 0
        for index in plans.indices {
            if case .patch = plans[index] { byteCount += file.spans[index].contentByteCount }
            if byteCount > Self.batchByteCount {
                batches.append(start..<index + 1)
                start = index + 1
                byteCount = 0
            }
        }
        return start < plans.count ? batches + [start..<plans.count] : batches
    }

    /// Makes the patches of a batch, as many at a time as memory allows.
    private func patches(_ batch: Range<Int>) -> Task<[Int: MadePatch], any Error> {
        Task {
            let work = batch.compactMap { index -> (index: Int, ancestor: Int)? in
                guard case .patch(let ancestor) = plans[index] else { return nil }
                return (index, ancestor)
            }
            let largest: UInt64 =
                work.map {
                    let newCount = file.spans[$0.index].contentByteCount
                    return max(usefulByteCount(of: $0.ancestor, for: newCount), newCount)
                }.max() ?? 0
            // Large files first, so that none is left alone at the end.
            let ordered = work.sorted {
                (file.spans[$1.index].contentByteCount, $0.index) < (
                    file.spans[$0.index].contentByteCount, $1.index
                )
            }
            let made = try await parallelMap(ordered, width: largest > Self.partByteCount / 2 ? 1 : jobs) {
                item in
                (item.index, try await patch(item.index, of: item.ancestor))
            }
            return Dictionary(uniqueKeysWithValues: made)
        }
    }

    /// What was found to make a content of an old one.
    private enum MadePatch: Sendable {
        case plain([Patch])
        case unpacked(UnpackedPatch)

        var estimatedByteCount: UInt64 {
            switch self {
            case .plain(let patches): UInt64(patches.reduce(0) { $0 + $1.estimatedByteCount })
            case .unpacked(let unpacked): UInt64(unpacked.patch.estimatedByteCount)
            }
        }
    }

    private func patch(_ index: Int, of ancestor: Int) async throws -> MadePatch {
        let newCount = file.spans[index].contentByteCount
        let oldCount = usefulByteCount(of: ancestor, for: newCount)
        let isWhole = oldCount == references.contentByteCount(of: ancestor)
        let content = file.tar.part(at: file.spans[index].contentOffset, byteCount: newCount)
        let parts = (max(oldCount, newCount) + Self.partByteCount - 1) / Self.partByteCount
        var patches: [Patch] = []
        for part in 0..<max(parts, 1) {
            let newStart = newCount / parts * part
            let newEnd = part + 1 == parts ? newCount : newCount / parts * (part + 1)
            // A part may have moved a little: it is matched against what lies around its place in the old content.
            let margin = parts > 1 ? Self.partByteCount / 8 : 0
            let oldPlace = oldCount / parts * part
            let oldStart = oldPlace - min(margin, oldPlace)
            let oldEnd = part + 1 == parts ? oldCount : min(oldCount, oldCount / parts * (part + 1) + margin)
            guard newEnd > newStart else { continue }
            let oldPart = {
                try references.content(of: ancestor, at: oldStart, count: Int(oldEnd - oldStart))
            }
            let newPart = { try content.read(at: newStart, count: Int(newEnd - newStart)) }
            if parts == 1, isWhole,
                let unpacked = try UnpackedPatch.between(oldPart(), newPart(), method: level.matchMethod)
            {
                return .unpacked(unpacked)
            }
            // Matching large files takes most memory: meanwhile they are not kept.
            let found = try await match(oldPart, newPart)
            let place =
                parts > 1 || !isWhole
                ? PatchPlace(oldOffset: Int(oldStart), after: patches.last) : PatchPlace()
            patches.append(try Patch(found, old: try oldPart(), new: try newPart(), place: place))
        }
        return .plain(patches)
    }

    /// How much of an old content can pay to be searched for a new one that is much smaller: its start.
    ///
    /// A file may have shrunk to next to nothing, and preparing the old content for a search takes time and memory that
    /// grow with it, while no more than the new content can be saved.
    ///
    /// - Parameters:
    ///   - oldByteCount: The size of the old content.
    ///   - newByteCount: The size of the new content.
    /// - Returns: How many bytes to search.
    static func usefulByteCount(of oldByteCount: UInt64, for newByteCount: UInt64) -> UInt64 {
        let (product, overflows) = newByteCount.multipliedReportingOverflow(by: 16)
        return min(oldByteCount, overflows ? .max : max(product, 16 << 10))
    }

    private func usefulByteCount(of ancestor: Int, for newByteCount: UInt64) -> UInt64 {
        Self.usefulByteCount(of: references.contentByteCount(of: ancestor), for: newByteCount)
    }

    private func match(_ old: () throws -> [UInt8], _ new: () throws -> [UInt8]) async throws -> [MatchedPart]
    {
        let bytes = try new()
        async let prepared = MatchedContent(bytes)
        let matcher = try Matcher(old: try old(), method: level.matchMethod)
        let content = try await prepared
        return try await parallelMap(Matcher.parts(of: content), width: jobs) {
            try matcher.match(content, $0)
        }
    }

    // MARK: - Coding

    /// Codes one entry; returns about what it takes by itself.
    private func add(_ index: Int, _ made: MadePatch?, to encoder: RecipeEncoder) throws -> UInt64 {
        let span = file.spans[index]
        let region = file.tar.part(at: span.contentOffset, byteCount: span.contentByteCount)
        var content = EntryContent.new
        var cost: UInt64 = 0
        if span.contentByteCount > 0 {
            switch plans[index] {
            case .reference(let reference): content = .reference(reference)
            case .patch(let ancestor):
                cost = try estimate(region)
                guard let made, made.estimatedByteCount < cost else { break }
                cost = made.estimatedByteCount
                switch made {
                case .plain(let patches): content = .patch(reference: ancestor, patches)
                case .unpacked(let unpacked): content = .unpackedPatch(reference: ancestor, unpacked)
                }
            case .new: cost = try estimate(region)
            }
        }
        try encoder.add(
            structure: file.tar.read(at: span.structureOffset, count: span.structureByteCount),
            padding: file.tar.read(
                at: span.contentOffset + span.contentByteCount, count: span.paddingByteCount),
            predictor: twins[index], content: content, contentByteCount: span.contentByteCount,
            forEachPart: region.forEachPart)
        return cost
    }

    private func estimate(_ region: FileRegion) throws -> UInt64 {
        // Of large contents every eighth part tells enough.
        let step = region.byteCount > 8 << 20 ? 8 : 1
        var sum = 0
        var index = 0
        try region.forEachPart {
            if index % step == 0 { sum += StreamEstimate.of(Array($0)) }
            index += 1
        }
        return UInt64(sum * step)
    }

    private func finish(_ encoder: RecipeEncoder) throws {
        let end = file.spans.last?.endOffset ?? 0
        let rest = file.tar.part(at: end, byteCount: file.tar.byteCount - min(end, file.tar.byteCount))
        var zeroCount: UInt64 = 0
        var isZero = true
        try rest.forEachPart { part in
            guard isZero else { return }
            let zeros = part.prefix { $0 == 0 }.count
            zeroCount += UInt64(zeros)
            isZero = zeros == part.count
        }
        let other = rest.part(at: zeroCount, byteCount: rest.byteCount - zeroCount)
        try encoder.finish(zeroCount: zeroCount, restCount: other.byteCount, forEachPart: other.forEachPart)
    }

    private func stored(_ encoder: RecipeEncoder, _ costs: [Int: UInt64]) throws -> LayerRecipe {
        let spool = try Spool()
        var hasher = DigestHasher()
        try encoder.forEachPart { part in
            hasher.update(part)
            try spool.append(part)
        }
        let region = FileRegion(spool.finish())
        // Files are compressed together: each gets its share of what all of them really took.
        let total = costs.values.reduce(0, +)
        let shares = costs.filter { $0.value > 0 }.mapValues { cost in
            total == 0 ? 0 : UInt64(Double(cost) / Double(total) * Double(region.byteCount))
        }
        return LayerRecipe(layer: layer, bytes: region, costs: shares, digest: hasher.finish())
    }
}
