import ArgumentParser
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
    /// Looks for bounds that hold.
    ///
    /// - Throws: `BrokenBounds` that names them all.
    func check(_ bounds: [Bound]) throws {
        let broken = bounds.filter { $0.holds(for: self[$0.measure]) }
        guard broken.isEmpty else {
            throw BrokenBounds(broken.map { "\($0) (it is \($0.measure.text(self[$0.measure])))" })
        }
    }
}
