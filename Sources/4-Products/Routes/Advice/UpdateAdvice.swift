import Bytes
import FileTree
public import OCI

/// What a pair of images tells of how the next update could be smaller for those who pull it.
public enum UpdateAdvice {
    /// Looks at layers that changed: which of their files did, and whether only times did.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    /// - Returns: Advice, the most bytes of the update first.
    public static func find(old: ImageIndex, new: ImageIndex) -> [Advice] {
        LayerAlignment.align(old, new).flatMap { pair -> [Advice] in
            guard pair.change == .changed, let oldIndex = pair.old, let newIndex = pair.new else { return [] }
            let tree = DiffTree(
                old: old.listings, new: new.listings, oldIndex: oldIndex, newIndex: newIndex)
            return advice(tree, layer: newIndex)
        }.sorted {
            ($1.updateByteCount ?? 0, $0.layer ?? 0, $0.kind.rawValue)
                < ($0.updateByteCount ?? 0, $1.layer ?? 0, $1.kind.rawValue)
        }
    }

    private static func advice(_ tree: DiffTree, layer: Int) -> [Advice] {
        var changed = FileGroup()
        var same = FileGroup()
        var timed = FileGroup()
        /// What is no file, and files that are gone.
        var hasOtherChanges = false
        for index in tree.nodes.indices {
            let node = tree.nodes[index]
            guard let new = tree.newEntry(node) else {
                hasOtherChanges = hasOtherChanges || tree.oldEntry(node) != nil
                continue
            }
            let old = tree.oldEntry(node)
            let isTimed = old.map { Change.between($0, new, ignoring: .time) == .unchanged } ?? false
            guard new.kind == .file else {
                hasOtherChanges = hasOtherChanges || !isTimed
                continue
            }
            let path = tree.path(of: index)
            if node.change == .unchanged {
                same.add(path, size: new.size)
            } else if isTimed {
                timed.add(path, size: new.size)
            } else {
                changed.add(path, size: new.size)
            }
        }
        var advice: [Advice] = []
        let total = same.byteCount.addingClamped(timed.byteCount).addingClamped(changed.byteCount)
        let count = same.count + timed.count + changed.count
        if changed.count == 0, !hasOtherChanges, timed.count > 0 {
            advice.append(
                Advice(
                    kind: .times, layer: layer, fileCount: count, imageByteCount: 0, updateByteCount: total,
                    finding:
                        "layer \(layer + 1) differs in modification times alone: \(FileGroup.files(count)), "
                        + ByteCount.text(total),
                    remedy: timesRemedy, examples: timed.examples))
        } else if timed.count > 0 {
            advice.append(
                Advice(
                    kind: .times, layer: layer, fileCount: timed.count, imageByteCount: 0,
                    updateByteCount: timed.byteCount,
                    finding:
                        "layer \(layer + 1) holds \(timed.files), \(ByteCount.text(timed.byteCount)), of which "
                        + "only the times changed",
                    remedy: timesRemedy, examples: timed.examples))
        }
        // What changed must be the smaller part for another cut to pay.
        if changed.count > 0, same.byteCount > changed.byteCount {
            advice.append(
                Advice(
                    kind: .mixedLayer, layer: layer, fileCount: changed.count, imageByteCount: 0,
                    updateByteCount: same.byteCount,
                    finding: "in layer \(layer + 1), \(ByteCount.grouped(UInt64(changed.count))) of "
                        + "\(FileGroup.files(count)) changed, \(ByteCount.text(changed.byteCount)) of "
                        + ByteCount.text(total),
                    remedy: "bring what changes often in a step of its own, after what stays",
                    examples: changed.examples))
        }
        return advice
    }

    private static let timesRemedy =
        "set SOURCE_DATE_EPOCH and let the builder rewrite times (buildkit: rewrite-timestamp=true; buildah: --timestamp)"
}
