/// What a list of files is to become: it takes longer than a frame where there are hundreds of thousands.
struct TableRequest: Sendable {
    /// What happens once the list is there.
    enum Next: Sendable {
        /// Nothing: the cursor stays on its row.
        case stay
        /// The costliest change comes under the cursor, and as much as fits the window is opened.
        case costliest
        /// Just those directories are opened, and the cursor goes to a node.
        case restore([Bool], revealing: Int?)
        /// All on the way to a node is opened, and the cursor goes there.
        case reveal(Int)
        /// Just those directories are opened, and the cursor goes to the first thing found at a node or behind it.
        case match(from: Int?, [Bool])
    }

    /// What is looked for.
    enum Query: Sendable {
        /// What was looked for before.
        case same
        case nothing
        case text(String)
    }

    /// Which files are listed, and how.
    var arrangement: Arrangement
    var query = Query.same
    var next = Next.stay
    /// How many rows there are on screen.
    var height: Int
    /// Whether what is listed has to be found out anew although the arrangement is the same.
    var listsAnew = false
    /// Whether nobody asked for it: better costs came in.
    var isAutomatic = false
    /// Tells it from other requests once somebody works on it.
    var serial: Int?

    /// Whether the cursor stays where it is.
    var staysThere: Bool {
        if case .stay = next { true } else { false }
    }

    /// This request, with what an older one was still to do.
    func after(_ older: TableRequest?) -> TableRequest {
        var request = self
        guard let older, !older.isAutomatic else { return request }
        if staysThere { request.next = older.next }
        if case .same = query { request.query = older.query }
        request.listsAnew = request.listsAnew || older.listsAnew
        request.isAutomatic = false
        return request
    }
}
