public import FileTree

/// The packages of two images; a package of both is one, whatever its versions are.
public struct PairedPackages: Sendable {
    private let old: PackageInventory
    private let new: PackageInventory
    /// For each old package, the place of the new one that it became; those that are gone stand behind the new ones.
    private let placeOfOld: [Int]
    /// The other way around.
    private let oldOfPlace: [Int?]
    /// Old packages that are gone.
    private let removed: [Int]

    /// How many packages there are.
    public var count: Int { new.packages.count + removed.count }

    /// A package as the old image has it.
    ///
    /// - Parameter place: 0 ..< `count`.
    /// - Returns: nil if it is new.
    public func old(at place: Int) -> Package? { oldOfPlace[place].map { old.packages[$0] } }

    /// A package as the new image has it.
    ///
    /// - Parameter place: 0 ..< `count`.
    /// - Returns: nil if it is gone.
    public func new(at place: Int) -> Package? {
        new.packages.indices.contains(place) ? new.packages[place] : nil
    }

    /// The package that a node of a tree of both images belongs to: in the new image if that has it.
    ///
    /// - Parameter node: The node.
    /// - Returns: The package's place; nil if it belongs to none.
    public func owner(of node: DiffTree.Node) -> Int? {
        node.isInNew
            ? node.new.flatMap { new.owners[$0] } : node.old.flatMap { old.owners[$0] }.map { placeOfOld[$0] }
    }

    /// Pairs the packages of two images.
    ///
    /// - Parameters:
    ///   - old: The packages of the old image.
    ///   - new: The packages of the new image.
    public init(old: PackageInventory, new: PackageInventory) {
        self.old = old
        self.new = new
        let pairing = PackagePairing(old: old.packages, new: new.packages)
        var places = Array(repeating: 0, count: old.packages.count)
        for (index, partner) in pairing.oldOfNew.enumerated() {
            if let partner { places[partner] = index }
        }
        for (place, index) in pairing.removed.enumerated() { places[index] = new.packages.count + place }
        placeOfOld = places
        oldOfPlace = pairing.oldOfNew + pairing.removed
        removed = pairing.removed
    }

    /// The files of each package whose content changed, in rising order.
    ///
    /// - Parameter tree: The tree of both images' merged layers.
    /// - Returns: Each package of which something changed, as the new image has it if it does, and nodes of the tree.
    public func changedFiles(of tree: DiffTree) -> [(package: Package, nodes: [Int])] {
        var nodes: [[Int]] = Array(repeating: [], count: new.packages.count + removed.count)
        for index in tree.nodes.indices {
            let node = tree.nodes[index]
            // A file that moved is one change, at its new place.
            guard node.change != .unchanged, node.change != .metadata, !node.isDirectory, !node.isMovedAway
            else { continue }
            let places = [
                node.new.flatMap { new.owners[$0] },
                node.old.flatMap { old.owners[$0] }.map { placeOfOld[$0] },
            ]
            for place in Set(places.compactMap(\.self)) { nodes[place].append(index) }
        }
        let packages = new.packages + removed.map { old.packages[$0] }
        return zip(packages, nodes).filter { !$1.isEmpty }.map { ($0, $1) }
    }
}
