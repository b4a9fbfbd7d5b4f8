/// Where libzstd's blocks start and end.
extension FrameMachine {
    /// How many bytes the program would have the block hold.
    func usualByteCount(_ program: FrameProgram, before end: Int) -> Int {
        guard let libzstd = program.libzstd else { return min(program.blockByteCount, end - position) }
        let rest = min(end, libzstd.layout.callEnd(position, frameStart: frameStart)) - position
        guard libzstd.generation == .split, rest >= BlockSplitter.byteCount, gain >= BlockSplitter.leastGain
        else {
            return min(program.blockByteCount, rest)
        }
        let bytes = UnsafeBufferPointer(start: plain.pointer(position), count: BlockSplitter.byteCount)
        return program.family.strategy == .fast
            ? BlockSplitter.blockByteCountByEnds(bytes) : BlockSplitter.blockByteCount(bytes)
    }

    /// Whether the block is the first of its frame, or of a part of it that was made by itself.
    func startsAnew(_ program: FrameProgram) -> Bool {
        program.libzstd?.layout.startsAnew(position, frameStart: frameStart, window: window)
            ?? (position == frameStart)
    }
}
