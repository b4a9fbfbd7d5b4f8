extension StreamMachine {
    /// Starts a stored block, whose kind is coded.
    func beginStored() throws {
        // How many tokens the model would make tells only when it has made them.
        run.countLimit = 1 << 16 - 1
        run.positionLimit = min(position + run.countLimit, segmentEnd)
        if isDecoding {
            try codeStoredExtent(nil)
        } else {
            run.positionLimit = position + block.byteCount
            guard run.positionLimit <= segmentEnd else {
                throw RecompressionError.notDeflate("a block holds more than there is")
            }
        }
        state = .stored
    }

    /// Codes how far a stored block goes.
    private func codeStoredExtent(_ target: Int?) throws {
        let isAtEnd = position == segmentEnd
        let start = run.position - (target == nil ? 0 : block.byteCount)
        var actual = PlanCoder.Extent.told
        if let target {
            let fits: (PlanCoder.Extent) -> Bool = { extent in
                switch extent {
                case .asBefore: self.wanderedCount == self.lastTokenCount && self.wanderedCount > 0
                case .rest: target == min(self.segmentEnd, start + 65_535)
                case .steps:
                    self.program?.hasSteps == true && target > start
                        && (target - self.segmentStart) % self.stepByteCount == 0
                        && target - start <= self.stepByteCount
                case .told: false
                }
            }
            actual = [.rest, .steps, .asBefore].first(where: fits) ?? .told
        }
        extent = plan.extent(
            actual, isStored: true, isAtSegmentEnd: target == nil ? isAtEnd : start == segmentEnd)
        switch extent {
        case .asBefore, .rest: break
        case .steps:
            let passed = (start - segmentStart) % stepByteCount
            run.positionLimit = min(start + stepByteCount - passed, segmentEnd)
        case .told:
            let count = plan.number(block.byteCount, .storedByteCount)
            guard count <= run.countLimit, count <= segmentEnd - start else {
                throw Self.damaged("a stored block is too long")
            }
            if target == nil { run.positionLimit = start + count }
        }
    }

    /// Goes on in a stored block as far as the data are there.
    func goOnStored() throws {
        guard let runner else { return }
        let tokenLimit = isDecoding && extent == .asBefore ? lastTokenCount : Int.max
        // What is stored is not kept as tokens.
        try runner.wander(&run, &wanderedCount, tokenLimit: tokenLimit, plain)
        position = run.position
        try checkWork()
        guard position >= run.positionLimit || wanderedCount >= tokenLimit else { return }
        if isDecoding {
            block.byteCount = run.count
        } else {
            try codeStoredExtent(position)
        }
        if emits {
            emitter.writeKind(.stored, isLast: block.isLast)
            emitter.writeStored(
                plain.pointer(position - block.byteCount), count: block.byteCount, filler: block.filler)
        }
        try endBlock()
    }
}
