/// Predicts how addresses inside native code changed: where a target moved, references to it changed by as much.
///
/// What looks like a reference in the old bytes — a relative operand of a call, jump or data access, a pointer, an entry of
/// an offset table — is moved along with its target and its own place. It need not be one: prediction only has to be
/// the same for encoder and decoder, and right more often than wrong.
struct ReferencePredictor {
    /// Bytes are predicted in blocks of this size, each by itself.
    static let blockByteCount = 16 << 10
    /// A patch of more steps than this is not predicted: the decoder must hold them all.
    static let stepLimit = 1 << 21

    private let old: ElfImage
    private let new: ElfImage
    private let map: StepMap

    /// Prepares a prediction; nil if the contents are no ELF files of the same supported machine.
    ///
    /// - Parameters:
    ///   - oldHead: The first bytes of the old content.
    ///   - newHead: The first bytes of the new content.
    ///   - steps: All steps of the patch.
    init?(oldHead: ArraySlice<UInt8>, newHead: ArraySlice<UInt8>, steps: [PatchStep]) {
        guard let old = ElfImage(head: oldHead), let new = ElfImage(head: newHead), old.machine == new.machine
        else {
            return nil
        }
        self.old = old
        self.new = new
        map = StepMap(steps)
    }

    /// How far an address moved.
    private func shift(ofAddress address: Int, in segment: ElfImage.Segment) -> Int {
        // Zeros behind the file's bytes moved like the last of those.
        let offset = segment.offset + min(address - segment.address, segment.byteCount - 1)
        return new.address(ofOffset: offset + map.shift(at: offset))
            - (segment.address + offset - segment.offset)
    }

    /// Changes a block of old bytes into what is expected of the new ones.
    ///
    /// - Parameters:
    ///   - block: Old bytes.
    ///   - oldOffset: Where they start in the old content.
    ///   - newOffset: Where they go in the new content.
    /// - Returns: Whether anything was changed.
    func predict(_ block: inout [UInt8], oldOffset: Int, newOffset: Int) -> Bool {
        let original = block
        guard let segment = old.segment(atOffset: oldOffset) else {
            predictTables(&block, oldOffset)
            return block != original
        }
        let context = Context(
            oldOffset: oldOffset, oldAddress: oldOffset - segment.offset + segment.address,
            ownShift: new.address(ofOffset: newOffset) - (oldOffset - segment.offset + segment.address))
        if !segment.isExecutable {
            predictData(&block, context)
        } else if old.machine == ElfImage.machineX86 {
            predictX86(&block, context)
        } else {
            predictARM(&block, context)
        }
        return block != original
    }

    /// Where a block is and how far it moved.
    private struct Context {
        let oldOffset: Int
        let oldAddress: Int
        let ownShift: Int
    }

    // MARK: - x86-64

    private func predictX86(_ block: inout [UInt8], _ context: Context) {
        let source = block
        X86References.scan(source, address: context.oldAddress, image: old) { operand, target, segment in
            let change = shift(ofAddress: target, in: segment) - context.ownShift
            guard change != 0 else { return }
            let value = LittleEndian.word(source, operand)
            LittleEndian.store(Int32(truncatingIfNeeded: Int(value) + change), &block, operand)
        }
    }

    // MARK: - AArch64

    private func predictARM(_ block: inout [UInt8], _ context: Context) {
        var index = (4 - context.oldOffset % 4) % 4
        while index + 4 <= block.count {
            defer { index += 4 }
            let code = UInt32(bitPattern: LittleEndian.word(block, index))
            let place = context.oldAddress + index
            if code & 0x7c00_0000 == 0x1400_0000 {
                // b and bl: a signed 26-bit count of words.
                let distance = Int(Int32(bitPattern: code << 6) >> 6) * 4
                guard let segment = old.segment(atAddress: place + distance), segment.isExecutable else {
                    continue
                }
                let change = shift(ofAddress: place + distance, in: segment) - context.ownShift
                guard change != 0, change % 4 == 0 else { continue }
                let field = UInt32(truncatingIfNeeded: (distance + change) / 4) & 0x03ff_ffff
                LittleEndian.store(Int32(bitPattern: code & 0xfc00_0000 | field), &block, index)
            } else if code & 0x9f00_0000 == 0x9000_0000, index + 8 <= block.count {
                predictPage(&block, index, code, place, context)
            }
        }
    }

    /// adrp and the add, ldr or str after it: together a page and a place in it.
    private func predictPage(
        _ block: inout [UInt8], _ index: Int, _ code: UInt32, _ place: Int, _ context: Context
    ) {
        let follower = UInt32(bitPattern: LittleEndian.word(block, index + 4))
        guard follower >> 5 & 31 == code & 31 else { return }
        let scale: Int
        if follower & 0xffc0_0000 == 0x9100_0000 {
            scale = 0
        } else if follower & 0x3b00_0000 == 0x3900_0000 {
            scale = Int(follower >> 30)
        } else {
            return
        }
        let pages = Int(Int32(bitPattern: (code & 0x00ff_ffe0) << 8) >> 11) & ~3 | Int(code >> 29 & 3)
        let target = (place & ~0xfff) + pages << 12 + Int(follower >> 10 & 0xfff) << scale
        guard let segment = old.segment(atAddress: target) else { return }
        let newTarget = target + shift(ofAddress: target, in: segment)
        let newPages = (newTarget >> 12) - ((place + context.ownShift) >> 12)
        guard newTarget & ((1 << scale) - 1) == 0 else { return }
        let newCode =
            code & 0x9f00_001f | UInt32(truncatingIfNeeded: newPages & 3) << 29
            | UInt32(truncatingIfNeeded: newPages >> 2 & 0x7ffff) << 5
        let newFollower =
            follower & ~0x003f_fc00 | UInt32(truncatingIfNeeded: (newTarget & 0xfff) >> scale) << 10
        LittleEndian.store(Int32(bitPattern: newCode), &block, index)
        LittleEndian.store(Int32(bitPattern: newFollower), &block, index + 4)
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
    private func predictTables(_ block: inout [UInt8], _ oldOffset: Int) {
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
