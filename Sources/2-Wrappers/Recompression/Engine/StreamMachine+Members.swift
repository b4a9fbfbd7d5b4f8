extension StreamMachine {
    func beginMember() throws {
        guard isWrapped else { return try beginStream() }
        let member = given.flatMap {
            $0.member < $0.survey.members.count ? $0.survey.members[$0.member] : nil
        }
        if member == nil { try given?.endMembers() }
        guard plan.flag(member != nil, .memberFollows) else { return try end(of: given?.parser) }
        try codeHeader(try given?.parser.gzipHeader() ?? [])
        try codeProgram()
        spent += Price.member
        try checkWork()
        memberStart = position
        runner?.memberStart = position
        let isRest = plan.flag(member?.end == end, .memberIsRest)
        memberEnd = isRest ? end : position + plan.number((member?.end ?? 0) - position, .memberByteCount)
        guard memberEnd <= end else { throw Self.damaged("a member is too long") }
        checksum = RunningChecksum()
        checkedEnd = position
        given?.segment = 0
        segmentByteCount = 0
        state = .segment
    }

    /// Begins a stream that stands alone: it holds all that there is.
    private func beginStream() throws {
        try codeProgram()
        spent += Price.member
        try checkWork()
        memberStart = position
        runner?.memberStart = position
        memberEnd = end
        segmentByteCount = 0
        state = .segment
    }

    private func codeHeader(_ actual: [UInt8]) throws {
        if !plan.flag(actual == header, .sameHeader) {
            let count = plan.number(actual.count, .headerByteCount)
            guard count <= DeflateParser.headerLimit else { throw Self.damaged("a header is too long") }
            header = plan.headerBytes(actual, count: count)
        }
        if emits { emitter.write(header) }
    }

    private func codeProgram() throws {
        if program != nil, plan.flag(given.map { $0.program == program } ?? true, .sameProgram) { return }
        let numbers = given?.program.numbers ?? [Int](repeating: 0, count: Program.numberCount)
        guard let program = Program(numbers: numbers.map { plan.number($0, .program) }) else {
            throw Self.damaged("it names an unknown encoder")
        }
        runner?.finish()
        spent += (runner?.work ?? 0) + Price.runner
        self.program = program
        plain.lookahead = program.lookahead
        guard let runner = program.runner(tokenCoder, old) else {
            throw Self.damaged("it takes the old blob, which is not given")
        }
        self.runner = runner
    }

    /// What follows the last member.
    private func end(of parser: DeflateParser?) throws {
        guard position == end else { throw Self.damaged("its members hold too little") }
        runner?.finish()
        let count = plan.number(Int(clamping: parser?.restCount ?? 0), .restByteCount)
        guard count <= PlainBuffer.lookahead else { throw Self.damaged("too much follows its members") }
        if count > 0 {
            let rest = try parser?.bytes(count) ?? []
            let isZero = plan.flag(rest.allSatisfy { $0 == 0 }, .isZero)
            let bytes: [UInt8] = (0..<count).map { index in
                isZero ? 0 : plan.byte(index < rest.count ? rest[index] : 0)
            }
            if emits { emitter.write(bytes) }
        }
        state = .end
    }

    func endMember() throws {
        let filler = plan.filler(given?.parser.align() ?? 0)
        if emits { emitter.align(filler) }
        guard isWrapped else {
            state = .end
            return
        }
        noteChecked()
        let byteCount = UInt32(truncatingIfNeeded: position - memberStart)
        let right = [checksum.value, byteCount].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        let actual = try given?.parser.bytes(8) ?? right
        var trailer = right
        if !plan.flag(actual == right, .trailerIsRight) { trailer = actual.map { plan.byte($0) } }
        if emits { emitter.write(trailer) }
        given?.member += 1
        state = .member
    }
}
