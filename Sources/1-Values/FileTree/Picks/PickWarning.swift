import Bytes

/// Something about picks that is hardly meant: the image that they make lacks what they need.
public struct PickWarning: Hashable, Sendable {
    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// A program or library needs a library of that name, which only the new image has.
        case missingLibrary(name: [UInt8])
        /// Of the changed files of a package only some are made.
        case halfPackage(name: [UInt8], made: Int, changed: Int)
        /// A symbolic link leads to what is not there.
        case danglingLink(target: [UInt8])
    }

    /// The node that it is about, in the tree of both images' merged layers.
    public let node: Int
    /// What is wrong.
    public let problem: Problem
    /// The nodes to pick as well, in rising order.
    public let remedy: [Int]

    /// A warning of those facts.
    public init(node: Int, problem: Problem, remedy: [Int]) {
        self.node = node
        self.problem = problem
        self.remedy = remedy
    }

    /// The warning in a few words, for a line that names the path already.
    public var shortText: String {
        switch problem {
        case .missingLibrary(let name): "needs \(EscapedText.of(name, limit: 100))"
        case .halfPackage(let name, let made, let changed):
            "\(made) of \(changed) files of \(EscapedText.of(name, limit: 100))"
        case .danglingLink: "leads nowhere"
        }
    }

    /// The warning as a sentence that is safe to print.
    ///
    /// - Parameter tree: The tree that its nodes are in.
    /// - Returns: The sentence, without a full stop.
    public func text(in tree: DiffTree) -> String {
        sentence(about: "/" + EscapedText.of(tree.path(of: node).bytes, limit: 200))
    }

    /// The same in fewer and fewer words, the longest first: what is wrong is not cut for where it is.
    ///
    /// - Parameter tree: The tree that its nodes are in.
    /// - Returns: Sentences, without a full stop.
    public func texts(in tree: DiffTree) -> [String] {
        let name = EscapedText.of(
            tree.path(of: node).bytes.split(separator: UInt8(ascii: "/")).last ?? [], limit: 100)
        return [text(in: tree), sentence(about: name), "\(name): \(shortText)", shortText]
    }

    private func sentence(about path: String) -> String {
        func shown(_ name: [UInt8]) -> String { EscapedText.of(name, limit: 200) }
        return switch problem {
        case .missingLibrary(let name): "\(path) needs \(shown(name)), which only the new image has"
        case .halfPackage(let name, let made, let changed):
            "\(path): only \(made) of the \(changed) changed files of package \(shown(name)) \(made == 1 ? "is" : "are") picked"
        case .danglingLink(let target): "\(path) leads to \(shown(target)), which is not there"
        }
    }
}
