/// What is known of a file's member, or of a member of what one holds.
struct KnownMember {
    let checks: MemberChecks
    /// Whether what it holds may hold members in turn.
    let mayHoldMembers: Bool
    /// What is known of those, by where their data start in what it holds.
    var inside: [Int: KnownMember] = [:]

    init(_ member: UnpackedContent.Member) {
        checks = member.checks
        mayHoldMembers = UnpackedContent.mayHoldMembers(member.content[...])
    }
}

extension [Int: KnownMember] {
    /// The checks of all of them, and of those in them.
    var allChecks: Set<MemberChecks> {
        values.reduce(into: []) {
            $0.insert($1.checks)
            if !$1.inside.isEmpty { $0.formUnion($1.inside.allChecks) }
        }
    }
}

/// Makes forms: of a file, and of what its members hold.
final class Unpacking {
    private let budget: InflationBudget
    /// Whether forms stand in forms; otherwise what members hold does.
    private let isNested: Bool
    private let shared: Set<MemberChecks>
    private let leave: () -> Void
    private let wants: (_ member: UnpackedContent.Member?, _ fits: Bool, _ depth: Int) throws -> Bool
    /// By how much each form may still grow that is being made, that of the file first.
    private var rooms: [Int]

    /// Starts with what is common to all passes over a file and what is in it.
    ///
    /// - Parameters:
    ///   - budget: What may be gone through.
    ///   - isNested: Whether what members hold is unpacked in turn.
    ///   - shared: Known members with these checks stay as they are, without being asked of.
    ///   - room: By how much the file's form may be longer than the file.
    ///   - leave: Told of each that stays because of that.
    ///   - wants: Asked of every other member, in order, and with nil of data that are none: whether to unpack it. Told whether it
    ///     fits into the form still, and how many members it is in.
    init(
        _ budget: InflationBudget, isNested: Bool, shared: Set<MemberChecks> = [], room: Int,
        leave: @escaping () -> Void = {},
        wants: @escaping (_ member: UnpackedContent.Member?, _ fits: Bool, _ depth: Int) throws -> Bool
    ) {
        self.budget = budget
        self.isNested = isNested
        self.shared = shared
        self.leave = leave
        self.wants = wants
        rooms = [room]
    }

    /// A pass over a file.
    ///
    /// - Parameters:
    ///   - fileByteCount: The file's size.
    ///   - known: What is known of its members; then it must come in one part.
    ///   - sink: Takes the file's form.
    /// - Returns: What takes the file. It throws `UnpackedContent.TooLarge` where too much is gone through.
    func pass(
        over fileByteCount: UInt64, _ known: [Int: KnownMember] = [:],
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) -> MemberPass {
        budget.begin(fileByteCount)
        return pass(known, depth: 0, into: sink)
    }

    private func pass(
        _ known: [Int: KnownMember], depth: Int, into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) -> MemberPass {
        UnpackedContent.pass(budget) { start in
            guard let member = known[start], self.shared.contains(member.checks) else { return nil }
            self.leave()
            return member.checks.passedByteCount
        } form: { member in
            let fits = member.map { member in self.rooms.allSatisfy { member.growth <= $0 } } ?? false
            guard try self.wants(member, fits, depth), let member else { return nil }
            for index in self.rooms.indices { self.rooms[index] -= member.growth }
            guard self.isNested, UnpackedContent.goesInto(member.content[...], depth: depth) else {
                return member.content
            }
            return try self.form(of: member.content, known[member.start]?.inside ?? [:], depth: depth + 1)
        } into: {
            try sink($0)
        }
    }

    /// The form of what a member holds; it may not be larger than a member.
    private func form(of content: [UInt8], _ known: [Int: KnownMember], depth: Int) throws -> [UInt8] {
        try Task.checkCancellation()
        rooms.append(UnpackedContent.memberByteCountLimit - content.count)
        defer { rooms.removeLast() }
        var form: [UInt8] = []
        let pass = pass(known, depth: depth) {
            guard form.count + $0.count <= UnpackedContent.memberByteCountLimit else {
                throw UnpackedContent.TooLarge()
            }
            form += $0
        }
        try pass.run(content[...])
        return form
    }
}

extension UnpackedContent {
    /// Whether a member's content is gone into in turn, which is in so many others.
    static func goesInto(_ content: ArraySlice<UInt8>, depth: Int) -> Bool {
        depth + 1 < depthLimit && mayHoldMembers(content)
    }

    /// A pass that unpacks members.
    ///
    /// - Parameters:
    ///   - budget: What may be gone through.
    ///   - leaves: Asked of every place where a member's data may start, if all comes in one part: tells of those that stay as they
    ///     are how many bytes it takes to see that they are a member's.
    ///   - form: Asked of every other member, nil standing for data that are none: what stands for what it holds. nil if it stays as
    ///     it is.
    ///   - sink: Takes what comes out.
    /// - Returns: What takes the bytes.
    static func pass(
        _ budget: InflationBudget, leaves: @escaping (Int) -> Int? = { _ in nil },
        form: @escaping (Member?) throws -> [UInt8]?,
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void = { _ in }
    ) -> MemberPass {
        MemberPass(
            .unpacking,
            body: { header, rest, isEnd in
                let start = rest.startIndex + header.byteCount
                if let byteCount = leaves(start) {
                    try budget.take(byteCount)
                    return .left
                }
                var member: Member?
                if budget.allowsFailures {
                    let found = Self.member(
                        header, rest, limit: min(budget.left, memberByteCountLimit), isEnd: isEnd)
                    switch found {
                    case .needs(let count): return .needs(count)
                    case .none(let count, _): budget.fail(count)
                    case .found(let one): member = one
                    }
                    try budget.take(found.passedByteCount)
                }
                guard let form = try form(member), let member else { return .left }
                return .turned(
                    byteCount: member.fileByteCount,
                    into: [LittleEndian.bytes(UInt32(form.count)), form], member.checks,
                    headerStart: member.headerStart)
            }, sink: sink)
    }

    /// What is known of a file's members, by where their data start.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - budget: What may be gone through.
    /// - Returns: The members.
    /// - Throws: `TooLarge` if more is gone through than may be, `CancellationError` when its task was cancelled.
    static func members(of file: [UInt8], _ budget: InflationBudget = InflationBudget()) throws -> [Int:
        KnownMember]
    {
        var members: [Int: KnownMember] = [:]
        budget.begin(UInt64(file.count))
        let pass = Self.pass(budget) { member in
            try Task.checkCancellation()
            if let member { members[member.start] = KnownMember(member) }
            return nil
        }
        try pass.run(file[...])
        return members
    }

    /// The same with those that are in them.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - known: What is known of its own members.
    ///   - shared: Members with these checks are not gone into.
    ///   - budget: What may be gone through.
    /// - Returns: The members.
    /// - Throws: `TooLarge` if more is gone through than may be, `CancellationError` when its task was cancelled.
    static func nestedMembers(
        of file: [UInt8], _ known: [Int: KnownMember], shared: Set<MemberChecks>, _ budget: InflationBudget
    ) throws -> [Int: KnownMember] {
        func inside(_ content: [UInt8], depth: Int) throws -> [Int: KnownMember] {
            var members: [Int: KnownMember] = [:]
            let pass = Self.pass(budget) { member in
                try Task.checkCancellation()
                guard let member else { return nil }
                var known = KnownMember(member)
                if !shared.contains(known.checks), goesInto(member.content[...], depth: depth) {
                    known.inside = try inside(member.content, depth: depth + 1)
                }
                members[member.start] = known
                return nil
            }
            try pass.run(content[...])
            return members
        }
        var members = known
        budget.begin(UInt64(file.count))
        let pass = Self.pass(budget) { start in
            guard let member = known[start], !member.mayHoldMembers || shared.contains(member.checks) else {
                return nil
            }
            return member.checks.passedByteCount
        } form: { member in
            try Task.checkCancellation()
            if let member { members[member.start]?.inside = try inside(member.content, depth: 1) }
            return nil
        }
        try pass.run(file[...])
        return members
    }
}
