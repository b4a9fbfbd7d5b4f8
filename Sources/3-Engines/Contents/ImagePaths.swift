import FileTree

/// Finds what a path leads to in an image's tree, through links to directories.
struct ImagePaths {
    let tree: ImageTree
    /// What directories were found to be; nil for what is none.
    private var directories: [[UInt8]: Int?] = [[]: 0]

    /// As many as Linux follows in one path.
    private static let linkLimit = 40

    init(_ tree: ImageTree) { self.tree = tree }

    /// What a node is; nil for a directory that is only implied.
    func entry(_ node: Int) -> Entry? { tree.entry(of: node) }

    /// Finds what is at a path, which is not followed if it is a link itself.
    ///
    /// - Parameters:
    ///   - path: Components between slashes; `..` leads back, and no further than to the root.
    ///   - base: The directory that it counts from, if it does not start with a slash.
    /// - Returns: The node; nil if nothing is there.
    mutating func node(at path: some Collection<UInt8>, from base: [UInt8] = []) -> Int? {
        let slash = UInt8(ascii: "/")
        var parts = path.first == slash ? [] : base.split(separator: slash)
        for part in Array(path).split(separator: slash) where !part.elementsEqual(".".utf8) {
            if !part.elementsEqual("..".utf8) {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        guard let name = parts.popLast() else { return 0 }
        let parent = Array(parts.joined(separator: [slash]))
        let directory: Int?
        if let known = directories[parent] {
            directory = known
        } else {
            directory = follow(parent)
            directories[parent] = .some(directory)
        }
        return directory.flatMap { tree.child(of: $0, named: name) }
    }

    /// The directory at a path.
    private func follow(_ path: [UInt8]) -> Int? {
        let slash = UInt8(ascii: "/")
        var rest = Array(path.split(separator: slash).reversed())
        var node = 0
        var linkCount = 0
        while let part = rest.popLast() {
            if part.elementsEqual(".".utf8) { continue }
            if part.elementsEqual("..".utf8) {
                node = tree.parent(of: node)
                continue
            }
            guard let next = tree.child(of: node, named: part) else { return nil }
            guard let entry = entry(next), entry.kind == .symlink else {
                node = next
                continue
            }
            linkCount += 1
            guard linkCount <= Self.linkLimit else { return nil }
            if entry.linkTarget.first == slash { node = 0 }
            rest += entry.linkTarget.split(separator: slash).reversed()
        }
        return node
    }
}
