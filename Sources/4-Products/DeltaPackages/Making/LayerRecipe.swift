import Bytes
public import Delta
import FileTree
public import FileIO
import Hashing
import Images
import OCI
import Locks
import Work

/// A finished recipe of one layer.
public struct LayerRecipe: Sendable {
    /// The new layer it makes.
    public let layer: Int
    /// The level it was made at.
    public let level: DeltaLevel
    /// Its bytes.
    public let bytes: FileRegion
    /// What each entry that is not simply taken from the old image costs: its share of the recipe's bytes, all of which
    /// add up to them.
    public let costs: [Int: UInt64]
    /// The old entries that entries are patched from.
    let ancestors: [Int: Int]
    let digest: Digest
}

/// Makes the recipe of one new layer: codes its entries one after the other, while the next ones are matched.
struct LayerRecipeMaker: Sendable {
    let plan: LayerPlan
    let references: OldReferences
    let level: DeltaLevel
    /// How old contents are searched.
    let method: MatchMethod
    /// How many files to match at a time.
    let jobs: Int
    /// Told how many more bytes of the layer are coded.
    let reporter: Reporter

    private var file: LayerBytes { plan.file }

    /// Makes it.
    ///
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    func make() async throws -> LayerRecipe {
        let encoder = try RecipeEncoder(level: level, references: references, measures: true) {
            SpooledStream()
        }
        // Of each entry that is not coded yet, how many bytes were told while it was matched.
        let told = Told()
        var matcher = LayerMatcher(
            plan: plan, references: references, method: method, keepsHints: level.codesByContexts, jobs: jobs
        ) { [reporter] entry, byteCount in
            told.byteCounts.withLock { $0[entry, default: 0].addClamped(byteCount) }
            reporter.advance(by: byteCount)
        }
        matcher.index = { [reporter] in reporter.index($0) }
        var ancestors: [Int: Int] = [:]
        try await withThrowingTaskGroup(of: LayerMatcher.Batch.self) { [matcher] group in
            var batches = matcher.batches()[...]
            var present = batches.popFirst()
            if let batch = present {
                group.addTask {
                    try await matcher.matches(
                        of: batch, UnpackedPatch.unusualInflation(ofLayer: file.tar.byteCount))
                }
            }
            while let batch = present, let found = try await group.next() {
                present = batches.popFirst()
                if let next = present {
                    let left = found.unusualInflation
                    group.addTask { try await matcher.matches(of: next, left) }
                }
                for entry in batch {
                    try Task.checkCancellation()
                    ancestors[entry] = try add(entry, found.matches[entry], to: encoder)
                    let byteCount = file.spans[entry].endOffset - file.spans[entry].structureOffset
                    let known = told.byteCounts.withLock { $0.removeValue(forKey: entry) ?? 0 }
                    reporter.advance(by: byteCount - min(known, byteCount))
                }
            }
        }
        try finish(encoder)
        return try stored(encoder, ancestors)
    }

    /// What several files tell of at a time.
    private final class Told: Sendable {
        let byteCounts = Locked<[Int: UInt64]>([:])
    }

    /// Codes one entry; returns the old entry that it is patched from.
    private func add(_ index: Int, _ match: LayerMatcher.Match?, to encoder: RecipeEncoder) throws -> Int? {
        let span = file.spans[index]
        let region = file.tar.part(at: span.contentOffset, byteCount: span.contentByteCount)
        var content = EntryContent.new
        var patched: Int?
        if span.contentByteCount > 0 {
            switch plan.sources[index] {
            case .reference(let reference): content = .reference(reference)
            case .patch(let ancestor):
                guard let match, match.estimatedByteCount < (try estimate(region)) else { break }
                patched = ancestor
                switch match {
                case .plain(let patches): content = .patch(reference: ancestor, patches)
                case .unpacked(let unpacked): content = .unpackedPatch(reference: ancestor, unpacked)
                }
            case .new: break
            }
        }
        try encoder.add(
            structure: file.tar.read(at: span.structureOffset, count: span.structureByteCount),
            padding: file.tar.read(
                at: span.contentOffset + span.contentByteCount, count: span.paddingByteCount),
            predictor: plan.twins[index], content: content, contentByteCount: span.contentByteCount,
            forEachPart: region.forEachPart)
        return patched
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

    private func stored(
        _ encoder: RecipeEncoder, _ ancestors: [Int: Int]
    ) throws -> LayerRecipe {
        let spool = Spool()
        var hasher = DigestHasher()
        try encoder.forEachPart { part in
            hasher.update(part)
            try spool.append(part)
        }
        let region = FileRegion(spool.finish())
        // Files are compressed together: each gets its share of what all of them really took, and of what belongs to none.
        // Where no content costs anything, it is headers that do.
        var weights = encoder.contentCosts.mapValues { UInt64(($0 * 1024).rounded(.up)) }
        if weights.isEmpty {
            weights = Dictionary(
                uniqueKeysWithValues: file.spans.enumerated().map { ($0, UInt64($1.structureByteCount)) })
        }
        return LayerRecipe(
            layer: plan.layer, level: level, bytes: region,
            costs: Shares.split(region.byteCount, by: weights), ancestors: ancestors, digest: hasher.finish())
    }
}
