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
        let sources = PythonSources(old: old, new: new)
        return LayerAlignment.align(old, new).compactMap { pair -> Advice? in
            guard pair.change == .changed, let oldIndex = pair.old, let newIndex = pair.new else {
                return nil
            }
            let tree = DiffTree(
                old: old.listings, new: new.listings, oldIndex: oldIndex, newIndex: newIndex)
            return LayerChanges(tree, sources).advice(layer: newIndex)
        }.sorted {
            ($1.updateByteCount ?? 0, $0.layer ?? 0) < ($0.updateByteCount ?? 0, $1.layer ?? 0)
        }
    }
}

/// What became of a layer's files.
private struct LayerChanges {
    private var changed = FileGroup()
    private var same = FileGroup()
    /// Files that differ in times alone.
    private var timed = FileGroup()
    /// Those of them whose own bytes hold a time: compiled Python files.
    private var compiled = FileGroup()
    /// What is no file, and files that are gone.
    private var hasOtherChanges = false

    init(_ tree: DiffTree, _ sources: PythonSources) {
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
            } else if let old, sources.differInTime(old, new) {
                timed.add(path, size: new.size)
                compiled.add(path, size: new.size)
            } else {
                changed.add(path, size: new.size)
            }
        }
    }

    /// What would have kept the layer, or most of it, from being pulled.
    func advice(layer: Int) -> Advice? {
        let kept = same.byteCount.addingClamped(timed.byteCount)
        let total = kept.addingClamped(changed.byteCount)
        let count = same.count + timed.count + changed.count
        if changed.count == 0, !hasOtherChanges {
            guard timed.count > 0 else { return nil }
            return Advice(
                kind: .times, layer: layer, fileCount: count, imageByteCount: 0, updateByteCount: total,
                finding: "layer \(layer + 1) differs in modification times alone: \(FileGroup.files(count)), "
                    + ByteCount.text(total) + compiledText,
                remedy: timesRemedy, examples: timed.examples)
        }
        // A cut that saves less than a tenth is not worth it.
        guard kept > total / 10 else { return nil }
        var finding =
            changed.count == 0
            ? "in layer \(layer + 1), none of \(FileGroup.files(count)) changed, but some were removed, or directories or links changed"
            : "in layer \(layer + 1), \(ByteCount.grouped(UInt64(changed.count))) of "
                + "\(FileGroup.files(count)) changed, \(ByteCount.text(changed.byteCount)) of \(ByteCount.text(total))"
        var remedy = "bring what changes often in a step of its own, after what stays"
        if timed.count > 0 {
            finding +=
                "; of \(timed.files), \(ByteCount.text(timed.byteCount)), only times changed" + compiledText
            remedy += "; for that to stay the same, " + timesRemedy
        }
        return Advice(
            kind: .mixedLayer, layer: layer, fileCount: changed.count, imageByteCount: 0,
            updateByteCount: kept, finding: finding, remedy: remedy,
            examples: changed.count > 0 ? changed.examples : timed.examples)
    }

    private var compiledText: String {
        compiled.count == 0
            ? ""
            : " (\(ByteCount.grouped(UInt64(compiled.count))) compiled Python files hold their sources' times)"
    }

    private var timesRemedy: String {
        "set SOURCE_DATE_EPOCH to a time that stays, and let the builder rewrite times (buildkit: rewrite-timestamp=true; "
            + "buildah: --timestamp)"
            + (compiled.count == 0
                ? ""
                : "; Python then writes no times into what it compiles; 'pip install --no-compile' does without")
    }
}

/// Python's sources of both images, to tell whether a compiled file changed for more than the time it holds of its source.
private struct PythonSources {
    private let old: [TreePath: Digest]
    private let new: [TreePath: Digest]

    init(old: ImageIndex, new: ImageIndex) {
        (self.old, self.new) = (Self.digests(old), Self.digests(new))
    }

    private static func digests(_ image: ImageIndex) -> [TreePath: Digest] {
        var digests: [TreePath: Digest] = [:]
        for entry in image.listings.lazy.flatMap(\.entries) where entry.kind == .file {
            if entry.path.name.hasSuffix(".py") { digests[entry.path] = entry.digest }
        }
        return digests
    }

    /// Whether two versions of a file were compiled from the same source, to as many bytes: then they differ in the time of
    /// that source, four bytes of their head.
    func differInTime(_ one: Entry, _ other: Entry) -> Bool {
        guard one.size == other.size, other.kind == .file, other.digest != nil,
            one.mode == other.mode, one.uid == other.uid, one.gid == other.gid,
            let source = Self.source(of: other.path), let digest = new[source]
        else { return false }
        return old[source] == digest
    }

    /// `a/b.py` of `a/__pycache__/b.cpython-311.pyc` or `a/b.pyc`.
    private static func source(of path: TreePath) -> TreePath? {
        guard path.name.hasSuffix(".pyc"), let folder = path.parent,
            let stem = path.name.split(separator: UInt8(ascii: ".")).first
        else { return nil }
        let isCache = folder.name.elementsEqual("__pycache__".utf8)
        guard let place = isCache ? folder.parent : folder else { return nil }
        return place.appending(Array(stem) + Array(".py".utf8))
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
