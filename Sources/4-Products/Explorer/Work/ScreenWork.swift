import Bytes
import FileTree
import OCI
import Shipping

/// Work on the tree on screen that takes longer than a frame: a value that can be run anywhere.
///
/// What it is made of does not change while it runs; what comes of it goes back to the explorer in `Message.worked`. Newer
/// work of a kind makes older work of that kind void.
public struct ScreenWork: Hashable, Sendable {
    /// What keeps what waiting.
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// Making a table of a tree that was compared.
        case making
        /// Listing, sorting, narrowing and searching the files.
        case listing
        /// Finding what a field over the panes asks for.
        case finding
        /// Finding out what can be picked.
        case preparing
        /// Changing what is picked, marking it and adding up what it costs.
        case picking
        /// Putting what is picked into a list.
        case writing
    }

    indirect enum Task: Sendable {
        case make(TableMaking)
        /// Taking costs over that came in while a table was made.
        case catchUp(FileTable, [[EntryID: Figure]])
        case table(Scope, FileTable, TableRequest)
        case find(FindTask)
        /// Finding out what can be picked of two images: their merged tree, their layers, and what differs in the
        /// configuration.
        case prepare(DiffTree, [LayerPair], keys: [String])
        case pick(PickTask)
        /// Adding up what the rows of picks cost.
        case sum(Picks, PickCosts)
        /// Making a list of picks of two images.
        case list(Picks, old: Digest?, new: Digest?)
    }

    let serial: Int
    let task: Task

    /// What kind of work it is.
    public var kind: Kind {
        switch task {
        case .make, .catchUp: .making
        case .table: .listing
        case .find: .finding
        case .prepare: .preparing
        case .pick, .sum: .picking
        case .list: .writing
        }
    }

    /// Does the work.
    ///
    /// - Parameter isCancelled: Whether nobody waits for it any more; asked every few milliseconds.
    /// - Returns: What comes of it; nil if it was cancelled.
    public func run(isCancelled: () -> Bool) -> Outcome? {
        switch task {
        case .make(let making):
            return making.table(isCancelled: isCancelled).map { Outcome(serial: serial, part: .made($0)) }
        case .catchUp(var table, let news):
            for news in news {
                if isCancelled() { return nil }
                table.update(news)
            }
            return Outcome(serial: serial, part: .made(table))
        case .table(let scope, let table, let request):
            return
                table.fulfilling(request, isCancelled: isCancelled).map {
                    Outcome(serial: serial, part: .table(scope, $0))
                }
        case .find(let task):
            return task.found(isCancelled: isCancelled).map { Outcome(serial: serial, part: .found($0)) }
        case .prepare(let tree, let pairs, let keys):
            let ground = PickGround(tree, pairs: pairs, keys: keys)
            return isCancelled() ? nil : Outcome(serial: serial, part: .prepared(Picks(ground)))
        case .pick(let task):
            return task.outcome(isCancelled: isCancelled).map { Outcome(serial: serial, part: .picked($0)) }
        case .list(let picks, let old, let new):
            guard !isCancelled() else { return nil }
            let list = picks.selection.list(in: picks.ground.tree, oldImageID: old, newImageID: new)
            return Outcome(serial: serial, part: .written(list))
        case .sum(let picks, let costs):
            guard !isCancelled() else { return nil }
            return Outcome(serial: serial, part: .summed(costs.sum(of: picks), revision: picks.revision))
        }
    }

    /// What comes of work.
    public struct Outcome: Sendable {
        indirect enum Part: Sendable {
            case made(FileTable)
            case table(Scope, FileTable)
            case found(Found)
            case prepared(Picks)
            case picked(PickOutcome)
            case summed(CostSum, revision: Int)
            case written(PickList)
        }

        let serial: Int
        let part: Part
    }

    public static func == (left: ScreenWork, right: ScreenWork) -> Bool { left.serial == right.serial }

    public func hash(into hasher: inout Hasher) { hasher.combine(serial) }
}
