public import TestSupport

/// What is fuzzed: something that reads bytes which others made.
public protocol Target: Sendable {
    /// How long one input may take, in seconds of computing.
    var timeLimit: Double { get }
    /// Makes an input; the same for the same random numbers.
    func input(_ random: inout SplitMix64) throws -> [UInt8]
    /// Reads an input; throws documented errors, or what `isDocumented` denies: then something is wrong.
    func run(_ input: [UInt8]) async throws
    /// Whether an input may give this error.
    func isDocumented(_ error: any Error) -> Bool
}

extension Target {
    public var timeLimit: Double { 10 }
}

/// Something wrong that the code under test did not tell by itself.
public struct Finding: Error, CustomStringConvertible {
    /// What it is.
    public let description: String

    /// Something wrong.
    public init(_ description: String) { self.description = description }
}

/// More came out than it is worth waiting for, as the input said it would.
public struct EnoughMade: Error {
    /// How many bytes are taken from one input.
    static let byteCount = 16 << 20
}

/// What can be fuzzed.
public enum TargetName: String, CaseIterable, Sendable {
    case package, recipe, repack, archive, unpack, create, theme

    /// The target.
    ///
    /// - Parameters:
    ///   - scratch: A folder for its files.
    ///   - corpus: More files to mutate.
    /// - Returns: The target, ready to run.
    /// - Throws: What making its inputs throws.
    public func make(_ scratch: Scratch, corpus: [[UInt8]] = []) async throws -> any Target {
        switch self {
        case .package: try await PackageTarget(scratch, corpus: corpus)
        case .recipe: try RecipeTarget(corpus: corpus)
        case .repack: try RepackTarget(corpus: corpus)
        case .archive: try await ArchiveTarget(scratch, corpus: corpus)
        case .unpack: try UnpackTarget(corpus: corpus)
        case .create: try CreateTarget(scratch)
        case .theme: ThemeTarget(corpus: corpus)
        }
    }
}
