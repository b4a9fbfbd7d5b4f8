/// Two files whose compressed members are to be compared.
struct MemberPair {
    let old: [UInt8]
    let new: [UInt8]
    /// How large both forms may be at most.
    let limit: Int
    /// Whether more may be asked for where there is too little to go into what members hold.
    let asksForMore: Bool

    /// The forms of both.
    struct Forms {
        let new: UnpackedContent.Rebuildable
        let old: [UInt8]
        /// Which members of the old file are unpacked.
        let unpacksOld: [Bool]
        /// How many bytes were gone through in the file that took most.
        let inflation: UInt64
        /// Whether what members hold is unpacked in turn.
        let isNested: Bool
    }

    /// What is known of the members of both.
    private struct Members {
        var old: [Int: KnownMember]
        var new: [Int: KnownMember]
        /// The checks of those that both have, which need no packing again.
        var shared: Set<MemberChecks> { old.allChecks.intersection(new.allChecks) }
    }

    /// Unpacks what the files do not share.
    ///
    /// - Parameter most: How many bytes may be gone through in each.
    /// - Returns: nil unless the new file has a compressed member that can be rebuilt, and the old one any.
    /// - Throws: `UnpackedPatch.HoldsMore` if more would have to be gone through than is allowed here, and than is usual;
    ///   `CancellationError` when its task was cancelled.
    func forms(each most: UInt64) throws -> Forms? {
        let budget = InflationBudget(each: most)
        let members: Members
        do {
            members = Members(
                old: try UnpackedContent.members(of: old, budget),
                new: try UnpackedContent.members(of: new, budget))
        } catch is UnpackedContent.TooLarge {
            guard budget.isShort else { return nil }
            throw UnpackedPatch.HoldsMore()
        }
        return try nestedForms(members, InflationBudget(each: most))
            ?? forms(members, budget, isNested: false)
    }

    /// The same with members of what members hold; nil if there are none that are worth it, or all would be too much.
    private func nestedForms(_ members: Members, _ budget: InflationBudget) throws -> Forms? {
        let shared = members.shared
        func isCandidate(_ member: KnownMember) -> Bool {
            member.mayHoldMembers && !shared.contains(member.checks)
        }
        guard members.old.values.contains(where: isCandidate),
            members.new.values.contains(where: isCandidate)
        else { return nil }
        var nested = members
        do {
            nested.new = try UnpackedContent.nestedMembers(of: new, members.new, shared: shared, budget)
            guard nested.new.values.contains(where: { !$0.inside.isEmpty }) else { return nil }
            nested.old = try UnpackedContent.nestedMembers(of: old, members.old, shared: shared, budget)
        } catch is UnpackedContent.TooLarge {
            // A picture in an archive may hold as much as one that is a file of its own.
            guard asksForMore, budget.isShort else { return nil }
            throw UnpackedPatch.HoldsMore()
        }
        guard nested.old.values.contains(where: { !$0.inside.isEmpty }) else { return nil }
        let forms = try forms(nested, budget, isNested: true)
        return forms?.new.unpacksInside == true ? forms : nil
    }

    private func forms(_ members: Members, _ budget: InflationBudget, isNested: Bool) throws -> Forms? {
        let shared = members.shared
        guard
            let content = try UnpackedContent.rebuildable(
                new, budget, limit: limit, known: members.new, shared: shared, isNested: isNested)
        else { return nil }
        var unpacksOld: [Bool] = []
        var form: [UInt8] = []
        let unpacking = Unpacking(budget, isNested: isNested, shared: shared, room: limit - old.count) {
            unpacksOld.append(false)
        } wants: { member, fits, _ in
            // What does not fit into the form any more is left as it is.
            if member != nil { unpacksOld.append(fits) }
            return fits
        }
        let pass = unpacking.pass(over: UInt64(old.count), members.old) {
            guard form.count + $0.count <= limit else { throw UnpackedContent.TooLarge() }
            form += $0
        }
        do {
            try pass.run(old[...])
        } catch is UnpackedContent.TooLarge {
            return nil
        }
        return Forms(
            new: content, old: form, unpacksOld: unpacksOld, inflation: budget.most, isNested: isNested)
    }
}
