import ContentDiff
import Delta
import FileIO
import Images
import Work

/// Finds the patches of one layer's files, as many at a time as memory allows.
struct LayerMatcher: Sendable {
    /// What was found to make a content of an old one.
    enum Match: Sendable {
        case plain([StoredPatch])
        case unpacked(UnpackedPatch)

        /// About how many bytes it takes by itself.
        var estimatedByteCount: UInt64 {
            switch self {
            case .plain(let patches): UInt64(patches.reduce(0) { $0 + $1.estimatedByteCount })
            case .unpacked(let unpacked): UInt64(unpacked.patch.estimatedByteCount)
            }
        }
    }

    /// How many bytes of patches may wait for being written.
    private static let batchByteCount: UInt64 = 48 << 20

    let plan: LayerPlan
    let references: OldReferences
    let method: MatchMethod
    /// Whether streams may be coded by contexts, which need to know what stands around changes.
    let keepsHints: Bool
    /// How many files to match at a time.
    let jobs: Int
    /// Told while an entry is matched how many more bytes of its content are done: half of them in all, for they have to be
    /// coded, too. A large file takes minutes.
    var advance: @Sendable (_ entry: Int, _ byteCount: UInt64) -> Void = { _, _ in }

    /// Told before a large old content is made ready for being searched how many bytes it has, and nil after that.
    var index: @Sendable (_ byteCount: UInt64?) -> Void = { _ in }

    /// To sort less takes no time that anybody would wonder about.
    static let largeByteCount = 4 << 20

    private var file: LayerBytes { plan.file }

    /// Runs of entries whose patches together are of bounded size.
    func batches() -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var start = 0
        var byteCount: UInt64 = 0
        for index in plan.sources.indices {
            if case .patch = plan.sources[index] { byteCount += file.spans[index].contentByteCount }
            if byteCount > Self.batchByteCount {
                batches.append(start..<index + 1)
                start = index + 1
                byteCount = 0
            }
        }
        return start < plan.sources.count ? batches + [start..<plan.sources.count] : batches
    }

    /// The patches of a batch of entries.
    struct Batch: Sendable {
        /// The patches, by entry.
        var matches: [Int: Match] = [:]
        /// How much more may be gone through in compressed files of the layer, beyond what is usual.
        var unusualInflation: Int
    }

    /// The patches of a batch.
    ///
    /// - Parameters:
    ///   - batch: The entries.
    ///   - unusualInflation: How much may be gone through in compressed files, beyond what is usual.
    /// - Returns: The patches, and how much of that is left.
    /// - Throws: What reading and storing throw, `CancellationError` when its task was cancelled.
    func matches(of batch: Range<Int>, _ unusualInflation: Int) async throws -> Batch {
        let work = batch.compactMap { index -> (index: Int, ancestor: Int)? in
            guard case .patch(let ancestor) = plan.sources[index] else { return nil }
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
        // What is matched at the same time is no more than one large file takes.
        let width = min(jobs, Int(plan.partByteCount / max(largest, 1)))
        // None in a list rather than an optional one: Swift 6.3.1 optimizes tuples of these so that they are not set.
        let made = try await parallelMap(ordered, width: width) { item -> (index: Int, matches: [Match]) in
            do {
                return (item.index, [try await match(item.index, with: item.ancestor, nil).match])
            } catch is UnpackedPatch.HoldsMore {
                return (item.index, [])
            }
        }
        var result = Batch(unusualInflation: unusualInflation)
        for found in made { result.matches[found.index] = found.matches.first }
        // One after the other: what one takes, the next one lacks, whatever the number of jobs.
        for item in work where result.matches[item.index] == nil {
            let most = min(result.unusualInflation, Self.unusualInflation)
            let match = try await match(item.index, with: item.ancestor, most).match
            if case .unpacked(let patch) = match {
                result.unusualInflation -= min(patch.unusualInflation, most)
            } else {
                result.unusualInflation -= most
            }
            result.matches[item.index] = match
        }
        return result
    }

    /// As much may be gone through in one file, beyond what is usual.
    private static let unusualInflation = 16 << 20
    /// So many bytes of both forms are matched then, however small the image is: files come one at a time.
    private static let unusualFormByteCount = 17 << 20

    /// What was found out about a content while it was matched.
    struct Trace: Sendable {
        /// What was found to belong together, in the order of the new content.
        var copies: [ByteDiff.Copy] = []
        /// What its places cost.
        var costs = PlaceCosts()
    }

    /// Finds the patch of one entry.
    ///
    /// - Parameters:
    ///   - index: The entry.
    ///   - ancestor: The old entry that it resembles.
    ///   - unusualInflation: How much may be gone through in each of two compressed files, beyond what is usual; if that is too
    ///     little, they are compared as they are. nil for nothing, and then `HoldsMore` is thrown.
    ///   - traces: Whether to find out what places cost, too; of what is compressed inside of files that is not known.
    /// - Returns: The patch, and what was found out.
    /// - Throws: What reading and storing throw, `CancellationError` when its task was cancelled, and `HoldsMore`.
    func match(
        _ index: Int, with ancestor: Int, _ unusualInflation: Int? = Self.unusualInflation,
        traces: Bool = false
    ) async throws -> (match: Match, trace: Trace?) {
        let newCount = file.spans[index].contentByteCount
        let oldCount = usefulByteCount(of: ancestor, for: newCount)
        let isWhole = oldCount == references.contentByteCount(of: ancestor)
        let content = file.tar.part(at: file.spans[index].contentOffset, byteCount: newCount)
        let limit = plan.partByteCount
        let parts = (max(oldCount, newCount) + limit - 1) / limit
        var patches: [StoredPatch] = []
        var last: Patch?
        var trace = traces ? Trace() : nil
        for part in 0..<max(parts, 1) {
            let newStart = newCount / parts * part
            let newEnd = part + 1 == parts ? newCount : newCount / parts * (part + 1)
            // A part may have moved a little: it is matched against what lies around its place in the old content.
            let margin = parts > 1 ? limit / 8 : 0
            let oldPlace = oldCount / parts * part
            let oldStart = oldPlace - min(margin, oldPlace)
            let oldEnd = part + 1 == parts ? oldCount : min(oldCount, oldCount / parts * (part + 1) + margin)
            guard newEnd > newStart else { continue }
            let oldPart = {
                try references.content(of: ancestor, at: oldStart, count: Int(oldEnd - oldStart))
            }
            let newPart = { try content.read(at: newStart, count: Int(newEnd - newStart)) }
            if parts == 1, isWhole, let unpacked = try unpacked(oldPart(), newPart(), unusualInflation) {
                return (.unpacked(try unpacked.stored { SpooledStream() }), nil)
            }
            // Matching large files takes most memory: meanwhile they are not kept.
            // What follows the last match is expected first.
            let found = try await match(
                oldPart, newPart, isPart: parts > 1, from: (last?.oldEnd ?? 0) - Int(oldStart)
            ) { advance(index, $0) }
            var place =
                parts > 1 || !isWhole ? PatchPlace(oldOffset: Int(oldStart), after: last) : PatchPlace()
            place.keepsHints = keepsHints
            place.tracesPrediction = traces
            let patch = try Patch(found, old: try oldPart(), new: try newPart(), place: place)
            if traces {
                trace?.costs.append(try patch.placeCosts(of: found, from: Int(newStart)))
                trace?.copies += found.copies(oldOffset: Int(oldStart), newOffset: Int(newStart))
            }
            patches.append(try StoredPatch(patch).stored { SpooledStream() })
            last = patch.end
        }
        return (.plain(patches), trace)
    }

    private func unpacked(_ old: [UInt8], _ new: [UInt8], _ unusualInflation: Int?) throws -> UnpackedPatch? {
        do {
            return try UnpackedPatch.between(
                old, new, method: method,
                limit: max(Int(plan.partByteCount), unusualInflation == nil ? 0 : Self.unusualFormByteCount),
                unusualInflation: unusualInflation ?? 0, asksForMore: unusualInflation == nil,
                keepsHints: keepsHints)
        } catch let error as UnpackedPatch.HoldsMore {
            guard unusualInflation != nil else { throw error }
            return nil
        }
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

    /// Takes the old content over: the matcher of machine code keeps another one, beside which this would take as much again.
    private func indexed(_ old: consuming [UInt8], isPart: Bool) throws -> Matcher {
        guard case .sorted = method, old.count >= Self.largeByteCount else {
            return try Matcher(old: old, method: method, isPart: isPart)
        }
        index(UInt64(old.count))
        defer { index(nil) }
        return try Matcher(old: old, method: method, isPart: isPart)
    }

    private func match(
        _ old: () throws -> [UInt8], _ new: () throws -> [UInt8], isPart: Bool, from start: Int,
        advance: @escaping @Sendable (UInt64) -> Void
    ) async throws -> [MatchedPart] {
        let bytes = try new()
        async let prepared = MatchedContent(bytes)
        let matcher = try indexed(try old(), isPart: isPart)
        let content = try await prepared
        // To make the old content ready takes about as long as to go through the new one.
        advance(UInt64(bytes.count) / 4)
        return try await parallelMap(Matcher.parts(of: content), width: jobs) { part in
            defer { advance(UInt64(part.count) / 4) }
            return try matcher.match(content, part, from: start)
        }
    }
}

extension [MatchedPart] {
    /// What belongs together in both contents.
    ///
    /// - Parameters:
    ///   - oldOffset: Where in the old content the part begins that was matched.
    ///   - newOffset: Where in the new content the first run begins.
    /// - Returns: Copies in the order of the new content.
    fileprivate func copies(oldOffset: Int, newOffset: Int) -> [ByteDiff.Copy] {
        var start = 0
        return flatMap { part in
            defer { start += part.byteCount }
            return part.copies(from: start).map {
                ByteDiff.Copy(old: oldOffset + $0.old, new: newOffset + $0.new, count: $0.count)
            }
        }
    }
}
