import Bytes

/// How one content is made of another: the commands, and the bytes they consume, kept apart.
public struct Patch: Sendable {
    /// Commands as they are stored, see FORMAT.md "Patches".
    public internal(set) var control: [UInt8] = []
    /// What to add to the old bytes, modulo 256.
    public internal(set) var difference: [UInt8] = []
    /// Bytes that stand for themselves.
    public internal(set) var literal: [UInt8] = []
    /// How many bytes the patch makes.
    public internal(set) var byteCount = 0
    /// Where in the old content its last step ended.
    public internal(set) var oldEnd = 0

    /// How large the patch is about when it is compressed by itself.
    public var estimatedByteCount: Int {
        StreamEstimate.of(control) + StreamEstimate.of(difference) + StreamEstimate.of(literal)
    }
}

/// A step of a patch: old bytes with differences, then new bytes.
struct PatchStep: Equatable {
    /// Where in the old content the step's old bytes start.
    var oldStart: Int
    /// How many bytes are made of old ones.
    var copyCount: Int
    /// How many bytes then stand for themselves.
    var literalCount: Int
}

extension Patch {
    /// Puts steps into their stored form.
    ///
    /// - Parameters:
    ///   - steps: The steps, whose old positions count from the start of `old`.
    ///   - old: A part of the old content, or all of it.
    ///   - oldOffset: Where in the old content that part starts.
    ///   - previousEnd: Where in the old content the step before these ended.
    ///   - new: What the steps make.
    init(steps: [PatchStep], old: [UInt8], oldOffset: Int, previousEnd: Int, new: [UInt8]) {
        var control = ByteWriter()
        difference.reserveCapacity(new.count)
        var oldPosition = previousEnd - oldOffset
        var newPosition = 0
        for step in steps {
            control.signed(Int64(step.oldStart - oldPosition))
            control.varint(step.copyCount)
            control.varint(step.literalCount)
            for index in 0..<step.copyCount {
                difference.append(new[newPosition + index] &- old[step.oldStart + index])
            }
            newPosition += step.copyCount
            literal += new[newPosition..<newPosition + step.literalCount]
            newPosition += step.literalCount
            oldPosition = step.oldStart + step.copyCount
        }
        self.control = control.bytes
        oldEnd = oldOffset + oldPosition
        byteCount = newPosition
    }
}
