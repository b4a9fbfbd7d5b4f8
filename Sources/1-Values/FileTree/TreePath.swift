/// A path inside an image: bytes, relative to the root, without `.`, empty or trailing components.
///
/// Names in images may be no UTF-8 and may hold any byte but NUL and `/`; text is made of them for display only.
public struct TreePath: Hashable, Comparable, Sendable {
    /// The components joined by `/`; empty for the root.
    public let bytes: [UInt8]

    /// The root.
    public static let root = TreePath(unchecked: [])

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Normalizes a name as a tar entry spells it: leading `/` and `./`, doubled and trailing `/` are dropped.
    ///
    /// Returns nil for a path that has a `..` component or a NUL byte, which no layer may hold.
    public init?(tarName: some Collection<UInt8>) {
        var normal: [UInt8] = []
        normal.reserveCapacity(tarName.count)
        for component in tarName.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) || component.contains(0) { return nil }
            if !normal.isEmpty { normal.append(UInt8(ascii: "/")) }
            normal.append(contentsOf: component)
        }
        bytes = normal
    }

    /// Makes a path of text; nil as for a tar name.
    public init?(_ text: String) { self.init(tarName: Array(text.utf8)) }

    /// The names on the way from the root.
    public var components: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "/")) }

    /// The last component; empty for the root.
    public var name: ArraySlice<UInt8> {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
        return bytes[(slash + 1)...]
    }

    /// The directory this path is in; nil for the root.
    public var parent: TreePath? {
        if bytes.isEmpty { return nil }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return TreePath(unchecked: Array(bytes[..<slash]))
    }

    /// The path of a child; the name must be a component that came from another path.
    public func appending(_ name: some Collection<UInt8>) -> TreePath {
        if bytes.isEmpty { return TreePath(unchecked: Array(name)) }
        return TreePath(unchecked: bytes + [UInt8(ascii: "/")] + name)
    }

    /// The path that leads to a node of a tree.
    ///
    /// - Parameters:
    ///   - index: The node; the root is 0.
    ///   - step: A node's name and its parent.
    init(toNode index: Int, step: (Int) -> (name: [UInt8], parent: Int)) {
        var names: [[UInt8]] = []
        var current = index
        while current != 0 {
            let (name, parent) = step(current)
            names.append(name)
            current = parent
        }
        bytes = Array(names.reversed().joined(separator: [UInt8(ascii: "/")]))
    }

    public static func < (left: TreePath, right: TreePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
