import Bytes
public import Delta
import FileIO
import Images
public import Shipping
public import Work

extension DeltaCreator {
    /// About how much a layer will cost: a quick look at all of its files, and real recipes of a sample of them.
    ///
    /// - Parameters:
    ///   - layer: Index of a layer that may need a recipe.
    ///   - options: The level that the guess is for, and how many files to look at at a time.
    /// - Returns: The guess, which is the same for the same images.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func guess(ofLayer layer: Int, _ options: DeltaOptions) async throws -> LayerGuess {
        let guesser = CostGuesser(
            plan: try await plan(ofLayer: layer), references: references, jobs: options.jobs)
        return try await WorkPool.shared.run { try await guesser.survey() }.guess(options.level)
    }

    /// About what everything will cost, without making the package.
    ///
    /// - Parameters:
    ///   - options: The level that the guess is for, and how many files to look at at a time.
    ///   - reporter: Told how far probing compressed layers has come.
    /// - Returns: Guesses of all layers.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func guess(_ options: DeltaOptions, _ reporter: Reporter = .silent) async throws -> PackageCosts {
        let guesses = try await guesses([options.level], jobs: options.jobs, reporter)
        guard let guess = guesses[options.level] else { throw CancellationError() }
        return guess
    }

    /// About what everything will cost at several levels, in the time of one.
    ///
    /// - Parameters:
    ///   - levels: The levels that guesses are for.
    ///   - jobs: How many files to look at at a time.
    ///   - reporter: Told how far probing compressed layers has come.
    /// - Returns: Guesses of all layers, by level.
    /// - Throws: As `guess(_:_:)` does.
    public func guesses(
        _ levels: [DeltaLevel], jobs: Int, _ reporter: Reporter = .silent
    ) async throws -> [DeltaLevel: PackageCosts] {
        let plan = try await plan(reporter)
        var guesses: [DeltaLevel: [Int: LayerGuess]] = [:]
        for layer in plan.recipeLayers {
            let guesser = CostGuesser(
                plan: try await self.plan(ofLayer: layer), references: references, jobs: jobs)
            let survey = try await WorkPool.shared.run { try await guesser.survey() }
            for level in levels { guesses[level, default: [:]][layer] = survey.guess(level) }
        }
        var costs: [DeltaLevel: PackageCosts] = [:]
        for level in levels {
            costs[level] = PackageCosts(
                plan, new, guesses[level] ?? [:], documents: try await guessOfDocuments(level))
        }
        return costs
    }
}

/// Guesses what a layer costs without matching all of it.
///
/// A quick look counts, for samples of every file, how many words its ancestor does not hold. That tells which files cost
/// more than others, but not how much: prediction and common compression save several times as much of a program as of
/// a text. So a sample of the files is really matched and coded, and what comes out of it, against what the quick look
/// said of the same files, is how the quick look is read for the others of their kind.
struct CostGuesser: Sendable {
    let plan: LayerPlan
    let references: OldReferences
    let jobs: Int

    /// How much of a new content a quick look takes in, and how much of an old one: there it may have moved.
    private static let newByteCount: UInt64 = 4 << 20
    private static let oldByteCount: UInt64 = 48 << 20
    /// How many bytes of old and new contents are really matched.
    private static let sampleByteCount: UInt64 = 32 << 20
    /// How many bytes are really coded of contents that resemble nothing: quick looks judge them well.
    private static let newSampleByteCount = Double(4 << 20)
    /// How many bytes may differ in a part although a quick look finds none: building a program again leaves a few changes
    /// of that size, and they are mostly where the quick look is not.
    private static let unseenByteCount = 600.0
    /// By what factor a sample's recipe at the fast level may be wrong of the whole layer: what it is of one file says little
    /// of that file at another level, but errors make up for each other. Measured, see Benchmarks/RESULTS.md.
    private static let sampleSpread = (ofLayer: 1.35, ofEntry: 3.0)
    /// How many bytes more or less any one file may take: where it is taken from costs as much as a small change.
    fileprivate static let slack = 64.0
    /// How many entries one task looks at.
    private static let runCount = 64

    /// Files that quick looks misjudge alike.
    enum Kind: Hashable, Sendable {
        case new, program, packed, other

        init(_ source: LayerPlan.Source, head: ArraySlice<UInt8>) {
            switch source {
            case .new: self = .new
            default:
                if head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) || head.starts(with: Array("!<arch>".utf8)) {
                    self = .program
                } else if head.starts(with: [0x1f, 0x8b]) || head.starts(with: [0x50, 0x4b]) {
                    self = .packed
                } else {
                    self = .other
                }
            }
        }
    }

    /// What a quick look says of an entry.
    struct Look: Sendable {
        let entry: Int
        let kind: Kind
        /// About how many bytes it costs, up to a factor that its kind has in common.
        let weight: Double
        /// How many bytes matching it goes through.
        let effort: UInt64
    }

    /// What was found of a layer: enough to guess its cost at every level.
    struct Survey: Sendable {
        let looks: [Look]
        let sample: [Look]
        /// Recipes at the fast level of what is no content, and of the sample with it.
        let structureByteCount: UInt64
        let recipeByteCount: UInt64
        /// What each entry of the sample adds to its recipe.
        let costs: [Int: UInt64]

        /// About what the layer costs at a level.
        func guess(_ level: DeltaLevel) -> LayerGuess {
            guard !looks.isEmpty else {
                return LayerGuess(sum: CostGuess(Double(structureByteCount), spread: 1.1), entries: [:])
            }
            let content = recipeByteCount - min(recipeByteCount, structureByteCount)
            let coded = UInt64(Double(content) * level.saving)
            return CostGuesser.read(
                looks, costs: Shares.split(coded, by: costs), structureByteCount: Double(structureByteCount),
                sample: sample)
        }
    }

    func survey() async throws -> Survey {
        let looks = try await looks()
        let sample = Self.sample(looks)
        let structures = try await recipe(of: [])
        let recipe = sample.isEmpty ? structures : try await recipe(of: Set(sample.map(\.entry)))
        let sampled = Set(sample.map(\.entry))
        return Survey(
            looks: looks, sample: sample, structureByteCount: structures.bytes.byteCount,
            recipeByteCount: recipe.bytes.byteCount, costs: recipe.costs.filter { sampled.contains($0.key) })
    }

    // MARK: - Looking

    private func looks() async throws -> [Look] {
        let file = plan.file
        let open = plan.sources.indices.filter { index in
            if case .reference = plan.sources[index] { return false }
            return file.spans[index].contentByteCount > 0
        }
        let runs = stride(from: 0, to: open.count, by: Self.runCount).map {
            open[$0..<min($0 + Self.runCount, open.count)]
        }
        return try await parallelMap(runs, width: jobs) { run in
            try run.map { entry in
                try Task.checkCancellation()
                return try look(entry)
            }
        }.flatMap(\.self)
    }

    private func look(_ entry: Int) throws -> Look {
        let span = plan.file.spans[entry]
        let part = try plan.file.tar.read(
            at: span.contentOffset, count: Int(min(span.contentByteCount, Self.newByteCount)))
        var share = 0.0
        var effort = span.contentByteCount
        switch plan.sources[entry] {
        case .reference: break
        case .new: share = SimilarityEstimate.share(ofNew: part)
        case .patch(let ancestor):
            let oldCount = LayerMatcher.usefulByteCount(
                of: references.contentByteCount(of: ancestor), for: span.contentByteCount)
            effort = effort.addingClamped(oldCount)
            share = try SimilarityEstimate.share(
                of: part,
                patching: try references.content(
                    of: ancestor, at: 0, count: Int(min(oldCount, Self.oldByteCount, plan.partByteCount))))
        }
        // Where no missing word was found, the part that was not looked at may still hold some: about this share.
        let count = span.contentByteCount
        if UInt64(part.count) < count { share += Self.unseenByteCount / Double(part.count) }
        // What has no missing word costs something all the same: where it is taken from.
        return Look(
            entry: entry, kind: Kind(plan.sources[entry], head: part[...]),
            weight: max(share * Double(span.contentByteCount), 8), effort: effort)
    }

    // MARK: - Sampling

    /// Files that are cheap to match, of every kind, chosen as by chance but always the same.
    static func sample(_ looks: [Look]) -> [Look] {
        let all = looks.reduce(UInt64(0)) { $0.addingClamped($1.effort) }
        guard all > sampleByteCount else { return looks }
        var sample: [Look] = []
        for (kind, group) in Dictionary(grouping: looks, by: \.kind) {
            let effort = group.reduce(0) { $0 + Double($1.effort) }
            var left = Double(sampleByteCount) * effort / Double(all)
            if kind == .new { left = min(left, newSampleByteCount) }
            // Files of one folder resemble each other: a multiplicative hash takes them from everywhere.
            for look in group.sorted(by: { (order($0.entry), $0.entry) < (order($1.entry), $1.entry) })
            where Double(look.effort) <= left {
                left -= Double(look.effort)
                sample.append(look)
            }
        }
        return sample.sorted { $0.entry < $1.entry }
    }

    private static func order(_ entry: Int) -> UInt64 { UInt64(entry + 1) &* 0x9e37_79b9_7f4a_7c15 }

    private func recipe(of sample: Set<Int>) async throws -> LayerRecipe {
        try await LayerRecipeMaker(
            plan: plan.restricted(to: sample), references: references, level: .fast,
            method: DeltaLevel.fast.matchMethod, jobs: jobs, reporter: .silent
        ).make()
    }

    // MARK: - Reading the sample

    /// What was found of one kind of files.
    struct Finding {
        /// What a weight of one costs.
        let factor: Double
        /// By what factor that may be wrong of all files together.
        let spread: Double
        /// By what factor it may be wrong of one of them.
        let entrySpread: Double
    }

    static func read(
        _ looks: [Look], costs: [Int: UInt64], structureByteCount: Double, sample: [Look]
    ) -> LayerGuess {
        let sampled = Set(sample.map(\.entry))
        var findings: [Kind: Finding] = [:]
        for (kind, group) in Dictionary(grouping: sample, by: \.kind) {
            findings[kind] = Finding(
                group.map { (weight: $0.weight, cost: Double(costs[$0.entry] ?? 0)) })
        }
        var entries: [Int: CostGuess] = [:]
        var sum = structureByteCount
        var low = structureByteCount * 0.9
        var high = structureByteCount * 1.1
        for look in looks {
            let guess: CostGuess
            if sampled.contains(look.entry) {
                let cost = Double(costs[look.entry] ?? 0)
                guess = CostGuess(cost, spread: sampleSpread.ofLayer)
                entries[look.entry] = CostGuess(cost, spread: sampleSpread.ofEntry, slack: slack)
            } else {
                let finding = findings[look.kind] ?? .unknown(look.kind)
                guess = CostGuess(look.weight * finding.factor, spread: finding.spread)
                entries[look.entry] = CostGuess(
                    look.weight * finding.factor, spread: max(finding.entrySpread, sampleSpread.ofEntry),
                    slack: slack)
            }
            sum += Double(guess.byteCount)
            low += Double(guess.low)
            high += Double(guess.high)
        }
        return LayerGuess(sum: CostGuess(sum, low: low, high: high), entries: entries)
    }
}

extension CostGuesser.Finding {
    /// What the costs of a sample say of the weights that quick looks gave them.
    init(_ sample: [(weight: Double, cost: Double)]) {
        let weight = sample.reduce(0) { $0 + $1.weight }
        let cost = sample.reduce(0) { $0 + $1.cost }
        factor = weight > 0 ? cost / weight : 0
        // How far halves of the sample are from each other tells how far it may be from the rest.
        let parts = (0..<4).map { part -> Double in
            let group = sample.indices.filter { $0 % 4 == part }.map { sample[$0] }
            let weight = group.reduce(0) { $0 + $1.weight }
            return weight > 0 ? group.reduce(0) { $0 + $1.cost } / weight : 0
        }.filter { $0 > 0 }
        let widest = (parts.max() ?? 1) / (parts.min() ?? 1)
        let spread = parts.count < 4 ? 4 : min(max(widest.squareRoot(), 1.5), 8)
        self.spread = spread
        // How far single files of the sample are from what is read of them: all but one in twenty.
        let slack = CostGuesser.slack
        let errors = sample.map { [factor] in
            let guess = max($0.weight * factor, 1)
            return max(($0.cost - slack) / guess, guess / ($0.cost + slack))
        }.sorted()
        entrySpread = max(spread, min(errors.isEmpty ? 1 : errors[(errors.count - 1) * 19 / 20], 8))
    }

    /// What is known of a kind without a sample, from measuring other images.
    static func unknown(_ kind: CostGuesser.Kind) -> Self {
        switch kind {
        case .new: Self(factor: 0.9, spread: 1.5, entrySpread: 1.5)
        case .program: Self(factor: 0.15, spread: 5, entrySpread: 5)
        case .packed, .other: Self(factor: 0.5, spread: 4, entrySpread: 4)
        }
    }
}

extension CostGuess {
    /// A guess that may be wrong by a factor, and by some bytes in any case; of nothing, nothing.
    init(_ byteCount: Double, spread: Double, slack: Double = 0) {
        let slack = byteCount > 0 ? slack : 0
        self.init(byteCount, low: max(0, byteCount / spread - slack), high: byteCount * spread + slack)
    }
}

extension DeltaLevel {
    /// What is left of a recipe of the fast level at this one: measured, see Benchmarks/RESULTS.md.
    fileprivate var saving: Double {
        switch self {
        case .fast: 1
        case .default: 0.87
        case .best: 0.73
        }
    }

    /// About what a package takes at this level, by what it takes at the default one.
    ///
    /// In the pairs of Benchmarks/RESULTS.md, `fast` took 1.00 to 1.20 times as much and `best` 0.80 to 1.00 times: where all is
    /// copied, levels have nothing to differ in.
    ///
    /// - Parameter figure: What is known of the package at the default level.
    /// - Returns: The same figure for the default level; for another one an estimate, bounds included where there are any.
    public func figure(fromDefault figure: Figure) -> Figure {
        let span: ClosedRange<Double>
        switch self {
        case .default: return figure
        case .fast: span = 1...1.25
        case .best: span = 0.75...1
        }
        func scaled(_ byteCount: UInt64, _ factor: Double) -> UInt64 {
            UInt64(min(Double(byteCount) * factor, 0x1p62).rounded())
        }
        let byteCount = scaled(figure.byteCount, saving / Self.default.saving)
        guard let bounds = figure.bounds else { return Figure(guess: byteCount) }
        return Figure(
            byteCount,
            bounds: scaled(bounds.lowerBound, span.lowerBound)...scaled(bounds.upperBound, span.upperBound))
    }
}
