/// Addresses that references showed to have moved otherwise than what was copied around them.
///
/// A table of fixed size in which a newer address takes the place of an older one with the same slot.
struct MovedTargets {
    private static let slotCount = 1 << 18

    private struct Slot {
        var target = -1
        var shift = 0
        /// Two references agreed: one may be no reference at all.
        var isConfirmed = false
    }

    private var slots = [Slot](repeating: Slot(), count: slotCount)

    private static func slot(_ target: Int) -> Int {
        Int(truncatingIfNeeded: WordFilter.hash(UInt64(truncatingIfNeeded: target)) >> 46)
    }

    /// How far an address moved, if that is known; what only one reference showed is told to who is certain to ask about one.
    func shift(of target: Int, isCertain: Bool) -> Int? {
        let slot = slots[Self.slot(target)]
        return slot.target == target && (slot.isConfirmed || isCertain) ? slot.shift : nil
    }

    /// Remembers how far a reference showed an address to have moved, unless that is what is expected anyway.
    mutating func learn(_ target: Int, shift: Int, isCertain: Bool, expected: () -> Int) {
        let index = Self.slot(target)
        if slots[index].target == target {
            slots[index].isConfirmed = isCertain || slots[index].shift == shift
            slots[index].shift = shift
        } else if shift != expected() {
            slots[index] = Slot(target: target, shift: shift, isConfirmed: isCertain)
        }
    }
}
