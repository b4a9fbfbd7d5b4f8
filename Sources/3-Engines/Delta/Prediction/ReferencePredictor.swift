import Bytes

/// Predicts how addresses inside native code changed: where a target moved, references to it changed by as much.
///
/// What looks like a reference in the old bytes — a relative operand of a call, jump or data access, a pointer, an entry of
/// an offset table — is moved along with its target and its own place. It need not be one.
///
/// What comes out teaches it: a target that moved otherwise than the map says is remembered for the next reference to it.
struct ReferencePredictor: Predictor {
    let old: ElfImage
    let new: ElfImage
    let map: StepMap
    let tables: ElfTables
    /// Where blocks are cut.
    private let cuts: [Int]
    /// Targets that moved otherwise than the map says.
    private var moved = MovedTargets()
    /// The references from code in the block that was predicted last.
    private var seen: [Reference] = []

    /// Prepares a prediction; nil if the contents are no ELF files of the same supported machine.
    ///
    /// - Parameters:
    ///   - oldHead: The first bytes of the old content.
    ///   - newHead: The first bytes of the new content.
    ///   - map: Where old bytes went.
    ///   - oldByteCount: The size of the old content.
    ///   - readOld: Gives bytes of the old content.
    /// - Throws: What reading throws.
    init?(
        oldHead: ArraySlice<UInt8>, newHead: ArraySlice<UInt8>, map: StepMap, oldByteCount: Int,
        readOld: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows {
        guard let old = ElfImage(head: oldHead), let new = ElfImage(head: newHead), old.machine == new.machine
        else {
            return nil
        }
        self.old = old
        self.new = new
        self.map = map
        tables = try ElfTables(head: oldHead, byteCount: oldByteCount, read: readOld)
        cuts = (tables.code.flatMap { [$0.lowerBound, $0.upperBound] } + old.segments.map(\.offset)).sorted()
    }

    /// A reference from code; those from data mostly stand alone.
    private struct Reference {
        let form: Form
        /// Where in the block it stands.
        let index: Int
        /// What its number counts from in the new content.
        let base: Int
        /// The address that it meant in the old content.
        let target: Int
        /// How far that moved by what was copied.
        let mappedShift: Int
    }

    /// How a reference is written.
    private enum Form {
        /// The operand of an x86-64 instruction.
        case distance
        /// The operand of `b` or `bl`.
        case branch
        /// `adrp` and the instruction that completes it.
        case page(follower: Int, scale: Int)
    }

    mutating func learn(from bytes: [UInt8], at start: Int) {
        for reference in seen {
            let word = LittleEndian.word(bytes, start + reference.index)
            let code = UInt32(bitPattern: word)
            let target: Int
            switch reference.form {
            case .distance: target = reference.base + Int(word)
            case .branch:
                guard ARMReferences.isBranch(code) else { continue }
                target = reference.base + ARMReferences.branchDistance(code)
            case .page(let follower, let scale):
                let second = UInt32(bitPattern: LittleEndian.word(bytes, start + follower))
                guard ARMReferences.isPage(code), ARMReferences.scale(of: second) == scale else { continue }
                target = ARMReferences.pageTarget(code, second, scale, place: reference.base)
            }
            guard new.segment(atAddress: target) != nil else { continue }
            moved.learn(
                reference.target, shift: target - reference.target, expected: reference.mappedShift)
        }
    }

    /// How far an address moved.
    func shift(ofAddress address: Int, in segment: ElfImage.Segment) -> Int {
        moved.shift(of: address) ?? mappedShift(ofAddress: address, in: segment)
    }

    /// How far an address moved by what was copied.
    func mappedShift(ofAddress address: Int, in segment: ElfImage.Segment) -> Int {
        // Zeros behind the file's bytes moved like the last of those.
        let offset = segment.offset + min(address - segment.address, segment.byteCount - 1)
        return new.address(ofOffset: offset + map.shift(at: offset))
            - (segment.address + offset - segment.offset)
    }

    mutating func predict(_ block: inout [UInt8], oldOffset: Int, newOffset: Int) -> Bool {
        let original = block
        seen.removeAll(keepingCapacity: true)
        for part in parts(of: oldOffset..<oldOffset + block.count) {
            let place = part.lowerBound - oldOffset..<part.upperBound - oldOffset
            var bytes = Array(original[place])
            predictPart(
                &bytes, oldOffset: part.lowerBound, newOffset: newOffset + place.lowerBound, in: place)
            block.replaceSubrange(place, with: bytes)
        }
        predictEntries(&block, original, oldOffset)
        return block != original
    }

    /// Cuts a run of old bytes where a segment begins, and where code begins or ends.
    private func parts(of range: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        let next = cuts.partitioningIndex { $0 > range.lowerBound }
        for cut in cuts[next...].prefix(while: { $0 < range.upperBound }) where cut > start {
            parts.append(start..<cut)
            start = cut
        }
        return parts + [start..<range.upperBound]
    }

    private mutating func predictPart(
        _ bytes: inout [UInt8], oldOffset: Int, newOffset: Int, in place: Range<Int>
    ) {
        guard let segment = old.segment(atOffset: oldOffset) else {
            return predictUnloaded(&bytes, oldOffset)
        }
        let context = Context(
            start: place.lowerBound, oldOffset: oldOffset,
            oldAddress: oldOffset - segment.offset + segment.address,
            ownShift: new.address(ofOffset: newOffset) - (oldOffset - segment.offset + segment.address))
        if !tables.holdsCode(at: oldOffset, or: segment.isExecutable) {
            predictData(&bytes, context)
        } else if old.machine == ElfImage.machineX86 {
            predictX86(&bytes, context)
        } else {
            predictARM(&bytes, context)
        }
    }

    /// Where a part of a block is and how far it moved.
    private struct Context {
        /// Where in the block it starts.
        let start: Int
        let oldOffset: Int
        let oldAddress: Int
        let ownShift: Int

        var newAddress: Int { oldAddress + ownShift }
    }

    /// How far the target of a reference from code moved; notes the reference, to learn from it.
    private mutating func shift(
        of target: Int, in segment: ElfImage.Segment, _ form: Form, _ index: Int, base: Int
    ) -> Int {
        let mapped = mappedShift(ofAddress: target, in: segment)
        seen.append(Reference(form: form, index: index, base: base, target: target, mappedShift: mapped))
        return moved.shift(of: target) ?? mapped
    }

    // MARK: - x86-64

    private mutating func predictX86(_ block: inout [UInt8], _ context: Context) {
        let source = block
        X86References.scan(
            source, address: context.oldAddress, image: old, findsAbsolute: true
        ) { reference in
            let operand = reference.operand
            let base = reference.isAbsolute ? 0 : context.newAddress + operand + 4
            let shift = shift(
                of: reference.target, in: reference.segment, .distance, context.start + operand, base: base)
            let change = reference.isAbsolute ? shift : shift - context.ownShift
            guard change != 0 else { return }
            let value = LittleEndian.word(source, operand)
            LittleEndian.store(Int32(truncatingIfNeeded: Int(value) + change), &block, operand)
        }
    }

    // MARK: - AArch64

    private mutating func predictARM(_ block: inout [UInt8], _ context: Context) {
        let source = block
        ARMReferences.scan(
            source, offset: context.oldOffset, address: context.oldAddress, image: old,
            reach: ARMReferences.reach
        ) { reference in
            let target = reference.target
            let place = context.newAddress + reference.index
            let index = context.start + reference.index
            guard let follower = reference.follower else {
                let newTarget =
                    target + shift(of: target, in: reference.segment, .branch, index, base: place)
                let distance = newTarget - place
                guard distance % 4 == 0 else { return }
                let code = UInt32(bitPattern: LittleEndian.word(source, reference.index))
                LittleEndian.store(
                    Int32(bitPattern: ARMReferences.branch(code, distance)), &block, reference.index)
                return
            }
            let scale = reference.scale
            let form = Form.page(follower: context.start + follower, scale: scale)
            let newTarget = target + shift(of: target, in: reference.segment, form, index, base: place)
            guard newTarget & ((1 << scale) - 1) == 0 else { return }
            let code = UInt32(bitPattern: LittleEndian.word(source, reference.index))
            let second = UInt32(bitPattern: LittleEndian.word(source, follower))
            if reference.isFirst {
                LittleEndian.store(
                    Int32(bitPattern: ARMReferences.page(code, newTarget, place: place)), &block,
                    reference.index)
            }
            LittleEndian.store(
                Int32(bitPattern: ARMReferences.offset(second, newTarget, scale)), &block, follower)
        }
    }

    // MARK: - Data

    /// Pointers and relocations in words of eight bytes, unwind and jump tables in words of four.
    private func predictData(_ block: inout [UInt8], _ context: Context) {
        var index = (4 - context.oldOffset % 4) % 4
        while index + 4 <= block.count {
            let offset = context.oldOffset + index
            let value = Int(LittleEndian.word(block, index))
            if offset % 8 == 0, index + 8 <= block.count, LittleEndian.word(block, index + 4) == 0 {
                let address = Int(UInt32(truncatingIfNeeded: value))
                if address >= Self.smallestPointer, let segment = old.segment(atAddress: address) {
                    let change = shift(ofAddress: address, in: segment)
                    if change != 0 {
                        LittleEndian.store(Int32(truncatingIfNeeded: address + change), &block, index)
                    }
                    index += 8
                    continue
                }
            }
            if abs(value) >= Self.smallestDistance {
                let isUnwindEntry = old.unwindTable?.contains(offset) ?? false
                let base =
                    isUnwindEntry
                    ? old.address(ofOffset: old.unwindTable?.lowerBound ?? 0) : context.oldAddress + index
                let target = base + value
                if let segment = old.segment(atAddress: target), segment.isExecutable || isUnwindEntry {
                    let change = shift(ofAddress: target, in: segment) - context.ownShift
                    if change != 0 {
                        LittleEndian.store(Int32(truncatingIfNeeded: value + change), &block, index)
                    }
                }
            }
            index += 4
        }
    }

    /// Addresses in what is not loaded: tables of symbols and debug information.
    private func predictUnloaded(_ block: inout [UInt8], _ oldOffset: Int) {
        var index = (8 - oldOffset % 8) % 8
        while index + 8 <= block.count {
            defer { index += 8 }
            guard LittleEndian.word(block, index + 4) == 0 else { continue }
            let address = Int(UInt32(bitPattern: LittleEndian.word(block, index)))
            guard address >= Self.smallestPointer, let segment = old.segment(atAddress: address) else {
                continue
            }
            let change = shift(ofAddress: address, in: segment)
            if change != 0 { LittleEndian.store(Int32(truncatingIfNeeded: address + change), &block, index) }
        }
    }

    /// Smaller numbers are counts and flags rather than pointers.
    private static let smallestPointer = 0x200
    /// Smaller numbers are counts and flags rather than distances.
    private static let smallestDistance = 0x100
}
