import Bytes

/// What can be measured of a pair of images.
public enum Measure: String, Hashable, Sendable, CaseIterable {
    /// Bytes of a delta package.
    case delta
    /// Bytes that a registry sends.
    case pull
    /// Paths that were added, removed, changed in content, changed in metadata alone, moved; and all of these.
    case added, removed, modified, metadata, moved, changed
    /// Files that may act as another user or group, and could not in the old image.
    case setuid
    /// Bytes that the new image's layers hold more than once, as dive counts them.
    case wasted

    /// Whether it is a number of bytes.
    public var isByteCount: Bool {
        switch self {
        case .delta, .pull, .wasted: true
        case .added, .removed, .modified, .metadata, .moved, .changed, .setuid: false
        }
    }

    /// Whether it is counted in the files of the layers.
    public var isOfFiles: Bool {
        switch self {
        case .delta, .pull: false
        case .added, .removed, .modified, .metadata, .moved, .changed, .setuid, .wasted: true
        }
    }

    /// A value of it as people read it.
    public func text(_ value: UInt64) -> String {
        isByteCount ? ByteCount.grouped(value) + " bytes" : ByteCount.grouped(value)
    }
}

/// Why a text is no bound.
public enum BoundError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It has no `<` or `>`.
    case noComparison
    /// What stands before the sign is no measure.
    case noMeasure(String)
    /// What stands behind the sign is no value of that measure.
    case noValue(String, of: Measure)

    public var description: String {
        let measures = "measures: " + Measure.allCases.map(\.rawValue).joined(separator: ", ")
        switch self {
        case .noComparison:
            return "it takes a measure, < or >, and a number, such as 'added > 500' or 'delta > 20MB'; "
                + measures
        case .noMeasure(let text): return "'\(text)' is no measure; " + measures
        case .noValue(let text, let measure) where measure.isByteCount:
            return
                "'\(text)' is no size: a number, or one with B, kB, MB, GB, KiB, MiB or GiB behind it, in these letters"
        case .noValue(let text, let measure):
            return "'\(text)' is no number, and \(measure.rawValue) counts paths"
        }
    }
}

/// A bound that a team sets for its updates: it is broken where it holds.
public struct Bound: Hashable, Sendable, CustomStringConvertible {
    private enum Comparison: String, CaseIterable {
        // Longer ones first: they begin like the others.
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
    }

    /// What is measured.
    public let measure: Measure
    /// The bound as it was written.
    public let description: String
    private let comparison: Comparison
    private let limit: UInt64

    /// Reads a bound: a measure, `<`, `<=`, `>` or `>=`, and a number, of bytes with a unit (`B`, `kB`, `MB`, `GB`, `KiB`,
    /// `MiB`, `GiB`) or without; spaces may stand between.
    ///
    /// - Throws: `BoundError` for anything else.
    public init(parsing text: String) throws(BoundError) {
        let parts = text.filter { $0 != " " && $0 != "\t" }
        guard let sign = parts.firstIndex(where: { $0 == "<" || $0 == ">" }),
            let comparison = Comparison.allCases.first(where: { parts[sign...].hasPrefix($0.rawValue) })
        else { throw .noComparison }
        let word = String(parts[..<sign])
        guard let measure = Measure(rawValue: word) else { throw .noMeasure(word) }
        let value = parts[sign...].dropFirst(comparison.rawValue.count)
        guard let limit = Self.number(value, hasUnit: measure.isByteCount) else {
            throw .noValue(String(value), of: measure)
        }
        self.measure = measure
        self.comparison = comparison
        self.limit = limit
        description = text
    }

    /// Whether the bound holds, so that what it watches for is so.
    public func holds(for value: UInt64) -> Bool {
        switch comparison {
        case .lessOrEqual: value <= limit
        case .greaterOrEqual: value >= limit
        case .less: value < limit
        case .greater: value > limit
        }
    }

    private static func number(_ text: Substring, hasUnit: Bool) -> UInt64? {
        hasUnit ? ByteCount.parsed(text) : text.allSatisfy(\.isNumber) ? UInt64(text) : nil
    }
}
