/// Builds the node table of a tree; what is removed stays in the table until `finish` drops it.
///
/// Entries are applied in their order, as runtimes unpack them: a directory entry keeps what is in the directory, anything
/// else replaces what was at its path. A whiteout removes what lower layers brought and leaves what its own layer did.
struct TreeBuilder {
    /// Why an entry cannot be applied.
    enum Problem: Error {
        case linksInCircle
        case tooManyLinks
        case belowFile
    }

    private struct Slot {
        let parent: Int32
        /// Its children are a chain; those that were removed may still hang in it.
        var firstChild: Int32 = -1
        var nextSibling: Int32 = -1
        /// The last layer that brought it or something in it.
        var layer: Int32
        /// The last layer that has removed whatever lower layers had in it.
        var clearedBy: Int32 = -1
        /// How many bytes its path has.
        let pathByteCount: Int32
        private var storedEntry = EntryID.none
        var isDirectory = true
        var isLink = false
        var isPresent = true
        /// Whether it hangs in its parent's chain.
        var isChained = true

        init(parent: Int32, nextSibling: Int32 = -1, layer: Int32, pathByteCount: Int32 = 0) {
            self.parent = parent
            self.pathByteCount = pathByteCount
            self.nextSibling = nextSibling
            self.layer = layer
        }

        var entry: EntryID? {
            get { storedEntry.ifAny }
            set { storedEntry = newValue ?? .none }
        }
    }

    /// Where a slot is found: with its hash, so that nearly all of those that are not meant are passed over without a look
    /// at what lies elsewhere in memory.
    private struct Bucket {
        static let empty = Bucket(slot: -1, hash: 0)

        let slot: Int32
        let hash: UInt32
    }

    private static let opaqueName = Array(".wh..wh..opq".utf8)
    /// As many as Linux follows in one path.
    private static let linkLimit = 40

    private let followsLinks: Bool
    private var slots: [Slot] = []
    private var names = NameTable()
    /// Slots by parent and name: an open hash table.
    private var buckets: [Bucket]
    /// Where symbolic links lead.
    private var targets: [Int32: [UInt8]] = [:]
    /// Entries that were removed or replaced since the last look; nil if nobody wants to know.
    private var hidden: [EntryID]?
    /// By slot, the layer that was the last to remove or replace what was there; nil if nobody wants to know.
    private var removers: [Int32: Int32]?
    /// How many more components may be walked that links brought in: what no honest image needs.
    private var linkStepsLeft: Int
    /// How many more bytes paths may get longer by links: every report spells them as they are.
    private var linkBytesLeft: Int
    private var layer: Int32 = 0
    /// The directory of the last entry, as spelled, and its slot: most entries lie beside the one before.
    private var lastDirectory: (path: ArraySlice<UInt8>, slot: Int32)?

    /// A builder for about that many entries.
    ///
    /// - Parameters:
    ///   - entryCount: How many entries will come.
    ///   - followsLinks: Whether paths lead through symbolic links.
    ///   - notesHidden: Whether `takeHidden` will be asked.
    ///   - notesRemovers: Whether `remover` will be asked.
    init(entryCount: Int, followsLinks: Bool, notesHidden: Bool = false, notesRemovers: Bool = false) {
        self.followsLinks = followsLinks
        if notesHidden { hidden = [] }
        if notesRemovers { removers = [:] }
        linkStepsLeft = entryCount * 32 + (1 << 20)
        linkBytesLeft = entryCount * 256 + (1 << 22)
        var bucketCount = 64
        while bucketCount < entryCount * 2 { bucketCount *= 2 }
        buckets = Array(repeating: .empty, count: bucketCount)
        slots.reserveCapacity(entryCount + 1)
        slots.append(Slot(parent: 0, layer: -1))
    }

    /// What is applied from now on comes from that layer.
    mutating func begin(layer: Int) { self.layer = Int32(clamping: layer) }

    // MARK: - Entries

    /// Lays an entry over what is there.
    mutating func apply(_ entry: Entry, _ id: EntryID) throws(Problem) {
        switch entry.kind {
        case .auxiliary: return
        case .whiteout:
            if let slot = try find(entry.path, making: .missing) { clear(slot, keepsItself: false) }
        case .opaqueMarker:
            if let slot = try directory(entry.path.bytes[...], making: .missing) {
                clear(slot, keepsItself: true)
            }
        default: try put(entry.path, entry, id)
        }
    }

    /// Whether the layer that is applied has brought something at a path, as it is spelled: what it brought elsewhere, and
    /// a link leads to, does not count.
    func hasBrought(_ path: TreePath) -> Bool {
        var slot: Int32 = 0
        var rest = path.bytes[...]
        while let component = Self.next(&rest) {
            guard let child = lookup(slot, component), slots[Int(child)].isPresent,
                slots[Int(child)].layer == layer
            else { return false }
            slot = child
        }
        return slot != 0
    }

    /// Shows an entry as it is stored: markers, too.
    mutating func show(_ entry: Entry, _ id: EntryID) throws(Problem) {
        switch entry.kind {
        case .auxiliary: return
        case .opaqueMarker: try put(entry.path.appending(Self.opaqueName), entry, id)
        default: try put(entry.path, entry, id)
        }
    }

    /// The entries that were removed or replaced since the last call.
    mutating func takeHidden() -> [EntryID] {
        defer { hidden?.removeAll(keepingCapacity: true) }
        return hidden ?? []
    }

    /// Notes that a slot's entry, if it is seen, will be seen no more.
    private mutating func hide(_ index: Int) {
        guard slots[index].isPresent else { return }
        removers?[Int32(clamping: index)] = layer
        guard hidden != nil, let entry = slots[index].entry else { return }
        hidden?.append(entry)
    }

    /// The layer that was the last to remove or replace what was in a slot; nil if none has.
    func remover(of slot: Int32) -> Int? { removers?[slot].map(Int.init) }

    /// The slot of that name in a directory's slot, be anything there now or not; nil if there never was.
    func slot(of name: ArraySlice<UInt8>, in directory: Int32) -> Int32? { lookup(directory, name) }

    /// The slot of the directory that a path leads to; nil if there is none.
    mutating func slot(ofDirectory path: ArraySlice<UInt8>) -> Int32? {
        guard let slot = try? directory(path, making: .nothing) else { return nil }
        // The marker in it is laid over the tree next.
        lastDirectory = (path, slot)
        return slot
    }

    /// What a hard link leads to: a name that may be a link itself, which is not followed.
    ///
    /// Runtimes remove what is at a link's own path before they make it, so it cannot lead there.
    mutating func target(of hardLink: Entry, at path: TreePath) throws(Problem) -> EntryID? {
        guard let slot = try find(path), try find(hardLink.path) != slot else { return nil }
        return slots[Int(slot)].entry
    }

    private mutating func put(_ path: TreePath, _ entry: Entry, _ id: EntryID) throws(Problem) {
        let isDirectory = entry.kind == .directory
        guard !path.bytes.isEmpty else {
            if isDirectory {
                hide(0)
                slots[0].entry = id
            }
            return
        }
        let (parentPath, name) = Self.split(path.bytes)
        guard let parent = try directory(parentPath, making: .all) else { return }
        linkBytesLeft -= max(0, Int(slots[Int(parent)].pathByteCount) - parentPath.count)
        guard linkBytesLeft >= 0 else { throw .tooManyLinks }
        let (slot, isNew) = self.slot(parent, name)
        if !isNew {
            hide(Int(slot))
            if !slots[Int(slot)].isPresent {
                revive(slot)
            } else if !isDirectory || !slots[Int(slot)].isDirectory {
                // What was replaced may be part of the way to the last directory.
                lastDirectory = nil
                removeChildren(of: slot)
            }
        }
        slots[Int(slot)].isDirectory = isDirectory
        slots[Int(slot)].isLink = entry.kind == .symlink
        slots[Int(slot)].entry = id
        if entry.kind == .symlink { targets[slot] = entry.linkTarget }
        touch(slot)
    }

    // MARK: - Paths

    /// A path's directory and last component.
    static func split(_ path: [UInt8]) -> (directory: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return ([], path[...]) }
        return (path[..<slash], path[(slash + 1)...])
    }

    /// The directories on the way that an entry makes, as runtimes do: those that are missing for a whiteout or an opaque
    /// marker, too.
    private enum Making {
        case nothing
        case missing
        /// What is no directory in a lower layer becomes one, too, as layers are unpacked one by one and laid over each
        /// other.
        case all
    }

    /// The slot at a path, or nil if nothing is there.
    private mutating func find(_ path: TreePath, making: Making = .nothing) throws(Problem) -> Int32? {
        if path.bytes.isEmpty { return 0 }
        let (parentPath, name) = Self.split(path.bytes)
        guard let parent = try directory(parentPath, making: making), let slot = lookup(parent, name),
            slots[Int(slot)].isPresent
        else { return nil }
        return slot
    }

    /// The directory that a path leads to, through links.
    ///
    /// - Parameters:
    ///   - path: Components between slashes.
    ///   - making: Which directories on the way are made.
    /// - Returns: The slot; nil if there is no such directory.
    /// - Throws: `Problem` for links that nobody follows.
    private mutating func directory(_ path: ArraySlice<UInt8>, making: Making) throws(Problem) -> Int32? {
        if path.isEmpty { return 0 }
        if let last = lastDirectory, last.path.count == path.count, last.path.elementsEqual(path) {
            return last.slot
        }
        var slot: Int32 = 0
        var rests = [path]
        var linkCount = 0
        while var rest = rests.popLast() {
            guard let component = Self.next(&rest) else { continue }
            if !rest.isEmpty { rests.append(rest) }
            if linkCount > 0 {
                linkStepsLeft -= 1
                guard linkStepsLeft > 0 else { throw .tooManyLinks }
                if component.elementsEqual(".".utf8) { continue }
                if component.elementsEqual("..".utf8) {
                    slot = slots[Int(slot)].parent
                    continue
                }
            }
            let child: Int32
            if making == .nothing {
                guard let known = lookup(slot, component), slots[Int(known)].isPresent else { return nil }
                child = known
            } else {
                let isNew: Bool
                (child, isNew) = self.slot(slot, component)
                if !isNew, !slots[Int(child)].isPresent { revive(child) }
            }
            if slots[Int(child)].isLink, followsLinks {
                linkCount += 1
                guard linkCount <= Self.linkLimit else { throw .linksInCircle }
                let target = targets[child] ?? []
                if target.first == UInt8(ascii: "/") { slot = 0 }
                rests.append(target[...])
                continue
            }
            if !slots[Int(child)].isDirectory, !slots[Int(child)].isLink {
                guard making == .all else { return nil }
                guard slots[Int(child)].layer != layer else { throw .belowFile }
                hide(Int(child))
                slots[Int(child)].isDirectory = true
                slots[Int(child)].entry = nil
            }
            slot = child
        }
        if making != .nothing { lastDirectory = (path, slot) }
        return slot
    }

    /// Takes the next component off a path.
    private static func next(_ path: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let slash = UInt8(ascii: "/")
        let start = path.firstIndex { $0 != slash } ?? path.endIndex
        let end = path[start...].firstIndex(of: slash) ?? path.endIndex
        guard start < end else {
            path = []
            return nil
        }
        let component = path[start..<end]
        path = path[(end < path.endIndex ? end + 1 : end)...]
        return component
    }

    // MARK: - Slots

    private static func hash(_ parent: Int32, _ name: ArraySlice<UInt8>) -> UInt32 {
        // Seeded, so that nobody can choose names that collide.
        var hasher = Hasher()
        hasher.combine(parent)
        hasher.combine(name: name)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// The slot of that name in a directory, present or not.
    private func lookup(_ parent: Int32, _ name: ArraySlice<UInt8>) -> Int32? {
        let known = buckets[bucket(parent, name, Self.hash(parent, name))].slot
        return known < 0 ? nil : known
    }

    /// Where the slot of that name in a directory stands, or an empty bucket that it belongs into.
    private func bucket(_ parent: Int32, _ name: ArraySlice<UInt8>, _ hash: UInt32) -> Int {
        let mask = buckets.count - 1
        var place = Int(hash) & mask
        while buckets[place].slot >= 0 {
            let index = Int(buckets[place].slot)
            if buckets[place].hash == hash, slots[index].parent == parent, names.has(name, at: index) {
                break
            }
            place = (place + 1) & mask
        }
        return place
    }

    /// The slot of that name in a directory, which is added as an implied directory if it is not there.
    private mutating func slot(_ parent: Int32, _ name: ArraySlice<UInt8>) -> (slot: Int32, isNew: Bool) {
        if slots.count * 3 > buckets.count * 2 { grow() }
        let hash = Self.hash(parent, name)
        let place = bucket(parent, name, hash)
        if buckets[place].slot >= 0 { return (buckets[place].slot, false) }
        let slot = Int32(clamping: slots.count)
        buckets[place] = Bucket(slot: slot, hash: hash)
        slots.append(
            Slot(
                parent: parent, nextSibling: slots[Int(parent)].firstChild, layer: layer,
                pathByteCount: Int32(
                    clamping: Int(slots[Int(parent)].pathByteCount) + name.count + (parent == 0 ? 0 : 1))))
        names.append(name)
        slots[Int(parent)].firstChild = slot
        touch(parent)
        return (slot, true)
    }

    private mutating func grow() {
        let old = buckets
        buckets = Array(repeating: .empty, count: old.count * 2)
        let mask = buckets.count - 1
        for bucket in old where bucket.slot >= 0 {
            var place = Int(bucket.hash) & mask
            while buckets[place].slot >= 0 { place = (place + 1) & mask }
            buckets[place] = bucket
        }
    }

    /// What was removed comes back as an implied directory.
    private mutating func revive(_ slot: Int32) {
        let index = Int(slot)
        slots[index].isPresent = true
        slots[index].isDirectory = true
        slots[index].isLink = false
        slots[index].entry = nil
        if !slots[index].isChained {
            let parent = Int(slots[index].parent)
            slots[index].nextSibling = slots[parent].firstChild
            slots[parent].firstChild = slot
            slots[index].isChained = true
        }
        touch(slot)
    }

    /// Marks a slot and the directories it is in as brought by this layer.
    private mutating func touch(_ slot: Int32) {
        var index = Int(slot)
        while slots[index].layer != layer {
            slots[index].layer = layer
            index = Int(slots[index].parent)
        }
    }

    /// Removes everything under a slot.
    private mutating func removeChildren(of slot: Int32) {
        guard slots[Int(slot)].firstChild >= 0 else { return }
        lastDirectory = nil
        var pending = [slot]
        while let next = pending.popLast() {
            var child = slots[Int(next)].firstChild
            slots[Int(next)].firstChild = -1
            while child >= 0 {
                let index = Int(child)
                hide(index)
                slots[index].isPresent = false
                slots[index].isChained = false
                if slots[index].firstChild >= 0 { pending.append(child) }
                child = slots[index].nextSibling
            }
        }
    }

    /// Removes what lower layers brought; what this layer brought stays, with the directories that it is in.
    private mutating func clear(_ slot: Int32, keepsItself: Bool) {
        lastDirectory = nil
        if !keepsItself, slot != 0, slots[Int(slot)].layer != layer {
            hide(Int(slot))
            slots[Int(slot)].isPresent = false
            removeChildren(of: slot)
            return
        }
        var pending = [slot]
        while let next = pending.popLast() {
            // Nothing of a lower layer can come back while this layer is applied.
            guard slots[Int(next)].clearedBy != layer else { continue }
            slots[Int(next)].clearedBy = layer
            var child = slots[Int(next)].firstChild
            slots[Int(next)].firstChild = -1
            while child >= 0 {
                let index = Int(child)
                let following = slots[index].nextSibling
                if slots[index].isPresent, slots[index].layer == layer {
                    slots[index].nextSibling = slots[Int(next)].firstChild
                    slots[Int(next)].firstChild = child
                    if slots[index].isDirectory { pending.append(child) }
                } else {
                    hide(index)
                    slots[index].isPresent = false
                    slots[index].isChained = false
                    removeChildren(of: child)
                }
                child = following
            }
        }
    }

    /// The table of what is present, parents first, children sorted by name, and their names.
    func finish() -> (nodes: [Tree.Node], names: NameTable) {
        var nodes: [Tree.Node] = []
        var sortedNames = NameTable(count: slots.count, byteCount: names.bytes.count)
        nodes.reserveCapacity(slots.count)
        nodes.append(Tree.Node(parent: 0, entry: slots[0].entry))
        var pending: [(slot: Int32, node: Int)] = [(0, 0)]
        var present: [Int32] = []
        while let (slot, node) = pending.popLast() {
            present.removeAll(keepingCapacity: true)
            var child = slots[Int(slot)].firstChild
            while child >= 0 {
                if slots[Int(child)].isPresent { present.append(child) }
                child = slots[Int(child)].nextSibling
            }
            // Tars are mostly sorted, and the chain has the last child first.
            present.reverse()
            let isSorted = zip(present, present.dropFirst()).allSatisfy { names.precedes(Int($0), Int($1)) }
            if !isSorted { present.sort { names.precedes(Int($0), Int($1)) } }
            let start = nodes.count
            for child in present {
                if slots[Int(child)].firstChild >= 0 { pending.append((child, nodes.count)) }
                nodes.append(Tree.Node(parent: node, entry: slots[Int(child)].entry))
                sortedNames.append(names[Int(child)])
            }
            nodes[node].children = start..<nodes.count
        }
        return (nodes, sortedNames)
    }
}

extension [UInt8] {
    /// Whether it stands before another by its bytes.
    func precedes(_ other: [UInt8]) -> Bool {
        let count = Swift.min(self.count, other.count)
        var index = 0
        while index < count, self[index] == other[index] { index += 1 }
        return index < count ? self[index] < other[index] : self.count < other.count
    }
}
