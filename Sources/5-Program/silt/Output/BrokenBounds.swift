import ArgumentParser
import Bytes
import OCI
import Routes

/// What `--fail-if` was asked to watch for is so.
struct BrokenBounds: Error, CustomStringConvertible {
    private let bounds: [String]

    /// Bounds that were broken, each with the value that broke it.
    init(_ bounds: [String]) { self.bounds = bounds }

    var description: String { "failed: " + bounds.joined(separator: "; ") }

    /// Reads a bound of the command line.
    static func bound(_ text: String) throws -> Bound {
        do {
            return try Bound(parsing: text)
        } catch {
            throw ValidationError("'\(text)' is no bound: \(error)")
        }
    }
}

extension Measures {
    /// Looks for bounds that hold; one over files counts as broken where nobody can tell.
    ///
    /// - Throws: `BrokenBounds` that names them all.
    func check(_ bounds: [Bound]) throws {
        let broken = bounds.filter { $0.holds(for: self[$0.measure]) }
        let untold = bounds.filter { $0.measure.isOfFiles && !broken.contains($0) && !unread.isEmpty }
        guard broken.isEmpty, untold.isEmpty else {
            let place = unread.descriptions.first ?? ""
            throw BrokenBounds(
                broken.map { "\($0) (\(text($0.measure)))" }
                    + untold.map { "\($0) (nobody can tell: not read is \(EscapedText.line(place)))" })
        }
    }
}
