/// A path inside an image: bytes, relative to the root, without `.`, empty or trailing components.
///
/// Names in images may be no UTF-8 and may hold any byte but NUL and `/`; text is made of them for display only.
public struct TreePath: Hashable, Comparable, Sendable {
    /// The components joined by `/`; empty for the root.
    public let bytes: [UInt8]

    /// The root.
    public static let root = TreePath(unchecked: [])

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Normalizes a name as a tar entry spells it, and as runtimes do before they look at any file: leading `/` and `./`,
    /// doubled and trailing `/` are dropped, and `..` takes the component before it away.
    ///
    /// Returns nil for a path that leads out of the root or has a NUL byte, which no layer may hold. Above the `/` that a name
    /// starts with there is nothing: a `..` there is dropped.
    public init?(tarName: some Collection<UInt8>) {
        let name = Array(tarName)
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        let isAbsolute = name.first == slash
        var isNormal = true
        var depth = 0
        var start = 0
        for index in 0...name.count {
            if index < name.count {
                if name[index] == 0 { return nil }
                if name[index] != slash { continue }
            }
            switch index - start {
            case 0: isNormal = isNormal && name.isEmpty
            case 1 where name[start] == dot: isNormal = false
            case 2 where name[start] == dot && name[start + 1] == dot:
                guard depth > 0 || isAbsolute else { return nil }
                isNormal = false
                depth = max(depth - 1, 0)
            default: depth += 1
            }
            start = index + 1
        }
        if isNormal {
            bytes = name
        } else {
            var parts: [ArraySlice<UInt8>] = []
            for part in name.split(separator: slash) where !part.elementsEqual([dot]) {
                if part.elementsEqual([dot, dot]) { _ = parts.popLast() } else { parts.append(part) }
            }
            bytes = Array(parts.joined(separator: [slash]))
        }
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
    init(toNode index: Int, step: (Int) -> (name: ArraySlice<UInt8>, parent: Int)) {
        var names: [ArraySlice<UInt8>] = []
        var current = index
        while current != 0 {
            let (name, parent) = step(current)
            names.append(name)
            current = parent
        }
        bytes = Array(names.reversed().joined(separator: [UInt8(ascii: "/")]))
    }

    public static func < (left: TreePath, right: TreePath) -> Bool { left.bytes.precedes(right.bytes) }

    public func hash(into hasher: inout Hasher) { hasher.combine(name: bytes[...]) }
}

extension Hasher {
    /// Adds a name eight bytes at a time, which is much faster than byte by byte.
    mutating func combine(name: ArraySlice<UInt8>) {
        var word = UInt64(name.count)
        var count = 0
        for byte in name {
            word = word << 8 | UInt64(byte)
            count += 1
            if count % 8 == 0 { combine(word) }
        }
        combine(word)
    }
}
