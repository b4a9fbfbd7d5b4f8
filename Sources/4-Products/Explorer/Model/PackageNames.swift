import FileTree
import Summary

/// Which files belong to which package.
struct PackageNames: Sendable {
    let old: PackageInventory
    let new: PackageInventory

    /// Whether what is at each node of a tree of both images belongs to a package, in either of them.
    ///
    /// - Parameters:
    ///   - tree: The tree.
    ///   - name: The package's name, as its list spells it or in other cases; nil for any package.
    /// - Returns: A value for each node, in their order.
    func owns(_ tree: DiffTree, name: String?) -> [Bool] {
        let name = name?.lowercased()
        func wanted(_ inventory: PackageInventory) -> [Bool] {
            inventory.packages.map { package in name.map { package.name.lowercased() == $0 } ?? true }
        }
        let (wantedOld, wantedNew) = (wanted(old), wanted(new))
        return tree.nodes.map { node in
            if let owner = node.new.flatMap({ new.owners[$0] }), wantedNew[owner] { return true }
            if let owner = node.old.flatMap({ old.owners[$0] }), wantedOld[owner] { return true }
            return false
        }
    }
}
