import FileFormats

/// What keys do in the list of an archive's members.
extension LookScreen {
    /// Looks into a member of an archive as another screen looked at what it showed.
    private init(_ place: MemberPlace, after other: LookScreen) {
        self.init(node: other.node, key: place.key, place: place)
        adopt(other)
    }

    /// Does what a key means in a list of members; nil if none is shown, or if it means there what it means anywhere.
    mutating func performOnMembers(_ command: Command, in model: inout ExplorerModel) -> Outcome? {
        guard var members else { return nil }
        let height = LookView.rows(model.size)
        let count = members.lines.count
        func go(to line: Int) { members.cursor.move(to: line, count: count, height: height) }
        switch command {
        case .up, .down, .pageUp, .pageDown, .top, .bottom:
            members.cursor.move(command, count: count, height: height)
        case .nextChange, .previousChange:
            // Members that differ stand above the others.
            let next =
                command == .nextChange
                ? members.cursor.position + 1 : min(members.cursor.position, members.diff.changedCount) - 1
            if (0..<members.diff.changedCount).contains(next) {
                go(to: next)
            } else {
                model.say(
                    members.diff.changedCount == 0
                        ? "no member differs"
                        : "no more members that differ: \(model.key(.nextItem, in: context)) and \(model.key(.previousItem, in: context)) go to other files"
                )
            }
        case .sides: wantsSplit = !isSplit(model)
        case .bytes:
            let screen = LookScreen(node: node, key: key.stored, place: place)
            return open(screen, in: &model)
        case .look: return lookAtMember(in: &model)
        default: return nil
        }
        self.members = members
        return .stay
    }

    /// A line of the list that was pressed: the cursor goes there, and once more opens it.
    mutating func choose(member line: Int, in model: inout ExplorerModel) -> Outcome {
        guard var members else { return .stay }
        let isThere = members.cursor.position == line
        members.cursor.move(to: line, count: members.lines.count, height: LookView.rows(model.size))
        self.members = members
        return isThere ? lookAtMember(in: &model) : .stay
    }

    private mutating func lookAtMember(in model: inout ExplorerModel) -> Outcome {
        guard let members else { return .stay }
        switch members.current {
        case nil: return .stay
        case .fold:
            self.members?.openFold()
            return .stay
        case .member(let index):
            let place = MemberPlace(parent: key, archive: members.diff, index: index)
            guard place.row.isFile else {
                model.say("there is nothing in it to look at: it is no file")
                return .stay
            }
            return open(LookScreen(place, after: self), in: &model)
        }
    }

    private func open(_ screen: LookScreen, in model: inout ExplorerModel) -> Outcome {
        var screen = screen
        let effects = model.read(screen.key)
        screen.refresh(model)
        return Outcome(step: .push(screen), effects: effects)
    }

    /// Looks into the next or previous member that differs, instead of this one.
    func goToMember(isForward: Bool, of place: MemberPlace, _ model: inout ExplorerModel) -> Outcome {
        guard let next = place.next(isForward: isForward) else {
            model.say("no other member of the archive that differs is a file")
            return .stay
        }
        var screen = LookScreen(next, after: self)
        let effects = model.read(screen.key)
        screen.refresh(model)
        return Outcome(step: .replace(screen), effects: effects)
    }

    /// Makes the list fit the window.
    mutating func settleMembers(_ model: ExplorerModel) {
        guard let count = members?.lines.count else { return }
        members?.cursor.settle(count: count, height: LookView.rows(model.size))
    }
}
