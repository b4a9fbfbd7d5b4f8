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

    /// A value of it as people read it.
    public func text(_ value: UInt64) -> String {
        isByteCount ? ByteCount.grouped(value) + " bytes" : ByteCount.grouped(value)
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
    /// `MiB`, `GiB`) or without; spaces may stand between. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.filter { $0 != " " && $0 != "\t" }
        guard let sign = parts.firstIndex(where: { $0 == "<" || $0 == ">" }),
            let measure = Measure(rawValue: String(parts[..<sign])),
            let comparison = Comparison.allCases.first(where: { parts[sign...].hasPrefix($0.rawValue) }),
            let limit = Self.number(
                parts[sign...].dropFirst(comparison.rawValue.count), hasUnit: measure.isByteCount)
        else { return nil }
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
