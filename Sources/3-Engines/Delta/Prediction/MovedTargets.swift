/// Addresses that references showed to have moved otherwise than what was copied around them.
///
/// A table of fixed size in which a newer address takes the place of an older one with the same slot.
struct MovedTargets {
    private static let slotCount = 1 << 16

    private struct Slot {
        var target = -1
        var shift = 0
        /// Two references agreed: one may be no reference at all.
        var isConfirmed = false
    }

    /// Empty until something is learned: many patches are of small files.
    private var slots: [Slot] = []

    private static func slot(_ target: Int) -> Int {
        Int(truncatingIfNeeded: WordFilter.hash(UInt64(truncatingIfNeeded: target)) >> 48)
    }

    /// How far an address moved, if that is known.
    func shift(of target: Int) -> Int? {
        guard !slots.isEmpty else { return nil }
        let slot = slots[Self.slot(target)]
        return slot.target == target && slot.isConfirmed ? slot.shift : nil
    }

    /// Remembers how far a reference showed an address to have moved, unless that is what is expected anyway.
    mutating func learn(_ target: Int, shift: Int, expected: Int) {
        if slots.isEmpty {
            guard shift != expected else { return }
            slots = [Slot](repeating: Slot(), count: Self.slotCount)
        }
        let index = Self.slot(target)
        if slots[index].target == target {
            slots[index].isConfirmed = slots[index].shift == shift
            slots[index].shift = shift
        } else if shift != expected {
            slots[index] = Slot(target: target, shift: shift, isConfirmed: false)
        }
    }
}
