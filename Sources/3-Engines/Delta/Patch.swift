import Bytes

/// How one content is made of another: the commands, and the bytes they consume, kept apart.
public struct Patch: Sendable {
    /// Where each step's old bytes start, and choices, as they are stored; see docs/format/recipe.md "Patches".
    var control: [UInt8] = []
    /// How many bytes each step copies, as it is stored.
    var copyCounts: [UInt8] = []
    /// How many bytes that stand for themselves each step brings, as it is stored.
    var literalCounts: [UInt8] = []
    /// What to add to the old bytes.
    var differences = Differences()
    /// Bytes that stand for themselves.
    var literal: [UInt8] = []
    /// How many bytes the patch makes.
    public internal(set) var byteCount = 0
    /// Whether differences are to predicted bytes, and the choices between prediction and old bytes end `control`.
    public internal(set) var isPredicted = false
    /// Where in the old content its last step ended.
    public internal(set) var oldEnd = 0
    /// What was predicted, if that is traced.
    var predictions: [PredictedPlace] = []

    /// What the patch of a content's next part has to know of this one.
    public var end: Patch {
        var end = Patch()
        end.oldEnd = oldEnd
        end.differences.history = differences.history
        return end
    }

    /// How large the patch is about when it is compressed by itself.
    public var estimatedByteCount: Int {
        [control, copyCounts, literalCounts, differences.gapBytes, differences.changes, literal]
            .reduce(0) { $0 + StreamEstimate.of($1) }
    }
}

/// A step of a patch: old bytes with differences, then new bytes.
struct PatchStep: Equatable {
    /// Where in the old content the step's old bytes start.
    var oldStart: Int
    /// How many bytes are made of old ones.
    var copyCount: Int
    /// How many bytes then stand for themselves.
    var literalCount: Int
}

/// A new content made ready for being matched.
public struct MatchedContent: Sendable {
    let bytes: [UInt8]
    /// Where the linked files lie that it holds among other things; nil if it is one file.
    let programs: [Range<Int>]?

    /// Prepares a content.
    ///
    /// - Throws: `CancellationError` when its task was cancelled.
    public init(_ content: [UInt8]) throws { try self.init(content, holdsPrograms: false) }

    /// Prepares a content that may hold linked files among other things.
    init(_ content: [UInt8], holdsPrograms: Bool) throws {
        if holdsPrograms {
            (bytes, programs) = try NeutralContent.ofPrograms(in: content)
        } else {
            bytes = try NeutralContent.of(content) ?? content
            programs = nil
        }
    }
}

/// How a run of a new content can be made of an old one.
public struct MatchedPart: Sendable {
    let steps: [PatchStep]

    /// A run of which nothing is taken from an old content.
    public static func new(byteCount: Int) -> MatchedPart {
        MatchedPart(steps: [PatchStep(oldStart: 0, copyCount: 0, literalCount: byteCount)])
    }

    /// How many bytes of the new content it makes.
    public var byteCount: Int { steps.reduce(0) { $0 + $1.copyCount + $1.literalCount } }

    /// The runs that are made of old bytes, which need not be the same.
    ///
    /// - Parameter start: Where the run of the new content begins that was matched.
    /// - Returns: Where each run is in both contents, and how long it is.
    public func copies(from start: Int) -> [(old: Int, new: Int, count: Int)] {
        var place = start
        return steps.compactMap { step in
            defer { place += step.copyCount + step.literalCount }
            return step.copyCount > 0 ? (step.oldStart, place, step.copyCount) : nil
        }
    }
}

extension Patch {
    /// Finds a patch that makes one content of another.
    ///
    /// - Parameters:
    ///   - old: The old content.
    ///   - new: The new content.
    ///   - method: How to search.
    ///   - place: Where the parts are that `old` and `new` hold.
    /// - Returns: The patch.
    /// - Throws: `CancellationError` when its task was cancelled.
    public static func between(
        _ old: [UInt8], _ new: [UInt8], method: MatchMethod = .sorted, place: PatchPlace = PatchPlace()
    ) throws -> Patch {
        let content = try MatchedContent(new, holdsPrograms: place.holdsPrograms)
        let matcher = try Matcher(old: old, method: method, holdsPrograms: place.holdsPrograms)
        let parts = try Matcher.parts(of: content).map { try matcher.match(content, $0) }
        return try Patch(parts, old: old, new: new, place: place)
    }

    /// Makes a patch of the matches that were found for all runs of a new content, in order.
    ///
    /// - Parameters:
    ///   - parts: How each run is made.
    ///   - old: The old content.
    ///   - new: The new content.
    ///   - place: Where the parts are that `old` and `new` hold.
    /// - Throws: `CancellationError` when its task was cancelled.
    public init(_ parts: [MatchedPart], old: [UInt8], new: [UInt8], place: PatchPlace) throws {
        try self.init(steps: Self.steps(of: parts), old: old, new: new, place: place)
    }

    /// The steps of all runs of a new content, in order.
    static func steps(of parts: [MatchedPart]) -> [PatchStep] {
        var steps: [PatchStep] = []
        for step in parts.lazy.flatMap(\.steps) {
            // A match that goes on across the border of two runs is one.
            if let last = steps.last, last.literalCount == 0, last.oldStart + last.copyCount == step.oldStart
            {
                steps[steps.count - 1].copyCount += step.copyCount
                steps[steps.count - 1].literalCount = step.literalCount
            } else {
                steps.append(step)
            }
        }
        return steps
    }

    /// Puts steps into their stored form.
    ///
    /// - Parameters:
    ///   - steps: The steps, whose old positions count from the start of `old`.
    ///   - old: A part of the old content, or all of it.
    ///   - new: What the steps make.
    ///   - place: Where those parts are, for a content that is patched in several.
    /// - Throws: `CancellationError` when its task was cancelled.
    init(steps: [PatchStep], old: [UInt8], new: [UInt8], place: PatchPlace) throws {
        var control = ByteWriter()
        var copyCounts = ByteWriter()
        var literalCounts = ByteWriter()
        var oldPosition = place.previousEnd - place.oldOffset
        for step in steps {
            control.signed(Int64(step.oldStart - oldPosition))
            copyCounts.varint(step.copyCount)
            literalCounts.varint(step.literalCount)
            oldPosition = step.oldStart + step.copyCount
        }
        oldEnd = place.oldOffset + oldPosition
        byteCount = new.count
        differences.history = place.history
        differences.keepsHints = place.keepsHints

        let head = old.prefix(ElfImage.headByteCount)
        let predictionStart = place.holdsPrograms ? 0 : Prediction.start(oldHead: head)
        var predictor: (any Predictor)?
        if steps.count > Prediction.stepLimit {
            predictor = nil
        } else if place.holdsPrograms {
            predictor = try ContainedPredictor(steps: steps, oldByteCount: old.count) { old[$0..<$0 + $1] }
        } else if place.isWhole {
            predictor = Prediction.predictor(
                oldHead: head, newHead: new.prefix(predictionStart), steps: steps, oldByteCount: old.count,
                readOld: { old[$0..<$0 + $1] })
        }
        var choices: [UInt8] = []
        var newPosition = 0
        var poll = Poll()
        for step in steps {
            try addCopy(
                step, old, new, newPosition, predictionStart, &predictor, &choices, &poll,
                traces: place.tracesPrediction)
            newPosition += step.copyCount
            let literals = new[newPosition..<newPosition + step.literalCount]
            literal += literals
            predictor?.see(literals, at: newPosition)
            newPosition += step.literalCount
        }
        isPredicted = predictor != nil
        self.control = control.bytes + choices
        self.copyCounts = copyCounts.bytes
        self.literalCounts = literalCounts.bytes
    }

    /// Adds the differences of a copy, block by block: to what is predicted where that agrees better.
    private mutating func addCopy(
        _ step: PatchStep, _ old: [UInt8], _ new: [UInt8], _ newStart: Int,
        _ predictionStart: Int, _ predictor: inout (any Predictor)?, _ choices: inout [UInt8],
        _ poll: inout Poll, traces: Bool
    ) throws {
        var done = 0
        while done < step.copyCount {
            let count = min(step.copyCount - done, Prediction.blockByteCount)
            try poll.step(1 + count >> 8)
            let newPosition = newStart + done
            var expected = Array(old[(step.oldStart + done)..<(step.oldStart + done + count)])
            if newPosition >= predictionStart, predictor != nil {
                var predicted = expected
                try predictor?.prepare(
                    step.oldStart + done..<step.oldStart + done + count, newOffset: newPosition)
                if predictor?.predict(&predicted, oldOffset: step.oldStart + done, newOffset: newPosition)
                    == true
                {
                    var gain = 0
                    for index in 0..<count where predicted[index] != expected[index] {
                        if predicted[index] == new[newPosition + index] { gain += 1 }
                        if expected[index] == new[newPosition + index] { gain -= 1 }
                    }
                    choices.append(gain > 0 ? 1 : 0)
                    if gain > 0 {
                        if traces { predictions.add(predicted, instead: expected, new, at: newPosition) }
                        expected = predicted
                    }
                }
                predictor?.learn(from: new, at: newPosition)
            }
            predictor?.see(new[newPosition..<newPosition + count], at: newPosition)
            differences.append(new, newPosition, to: expected)
            done += count
        }
    }
}

/// Which parts of two contents a patch is made of.
public struct PatchPlace: Sendable {
    /// Where in the old content the old part starts.
    public var oldOffset = 0
    /// Where in the old content the patch before this one ended.
    public var previousEnd = 0
    /// What the patch before this one left.
    var history = ChangeHistory()
    /// Whether the parts are the whole contents.
    public var isWhole = true
    /// Whether they hold files among other things, as archives do: then linked files in them are predicted.
    var holdsPrograms = false
    /// Whether what stands around changes is kept, which a recipe needs whose streams may be coded by contexts.
    public var keepsHints = true
    /// Whether the patch notes what was predicted, for who wants to know what places of the new content cost.
    public var tracesPrediction = false

    /// Whole contents.
    public init() {}

    /// Whole contents, without predicting references.
    static var unpredicted: PatchPlace { PatchPlace(oldOffset: 0, after: nil) }

    /// Whole contents that hold files among other things.
    static var archives: PatchPlace {
        var place = unpredicted
        place.holdsPrograms = true
        return place
    }

    /// Parts of contents.
    ///
    /// - Parameters:
    ///   - oldOffset: Where in the old content the old part starts.
    ///   - previous: The patch of the part before, if there is one.
    public init(oldOffset: Int, after previous: Patch?) {
        self.oldOffset = oldOffset
        previousEnd = previous?.oldEnd ?? 0
        history = previous?.differences.history ?? ChangeHistory()
        isWhole = false
    }
}
