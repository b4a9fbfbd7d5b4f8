extension Tree {
    /// Which pattern covers each node: the first that matches the node or a directory that it is in.
    ///
    /// - Parameters:
    ///   - patterns: The patterns.
    ///   - isDirectory: Whether the node at an index is a directory.
    /// - Returns: An index into `patterns` for each node, or nil; nil for the root.
    public func covering(_ patterns: [PathPattern], isDirectory: (Int) -> Bool) -> [Int?] {
        var covering: [Int?] = Array(repeating: nil, count: nodes.count)
        var pending = [(node: 0, states: patterns.map(\.start))]
        while let (node, states) = pending.popLast() {
            for child in nodes[node].children {
                if let known = covering[node] {
                    covering[child] = known
                    if !nodes[child].children.isEmpty { pending.append((child, [])) }
                    continue
                }
                let next = zip(patterns, states).map { $0.step($1, names[child]) }
                covering[child] =
                    zip(patterns, next).enumerated().first {
                        $1.0.accepts($1.1, isDirectory: isDirectory(child))
                    }?.offset
                if !nodes[child].children.isEmpty { pending.append((child, next)) }
            }
        }
        return covering
    }
}
