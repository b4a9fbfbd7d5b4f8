import FileTree

/// What entries of the new image cost, as far as it is known: nothing, for nearly all of them.
struct EntryCosts: Sendable {
    /// For each layer and each of its entries, a place in `costs`; -1 for what is not known.
    private var places: [[Int32]] = []
    private var costs: [Cost] = [.zero]

    subscript(id: EntryID) -> Cost? {
        guard places.indices.contains(id.layer), places[id.layer].indices.contains(id.ordinal) else {
            return nil
        }
        let place = Int(places[id.layer][id.ordinal])
        return place < 0 ? nil : costs[place]
    }

    /// Takes better figures over.
    mutating func update(_ news: [EntryID: Cost]) {
        for (id, cost) in news where id.layer >= 0 && id.ordinal >= 0 {
            while places.count <= id.layer { places.append([]) }
            if places[id.layer].count <= id.ordinal {
                places[id.layer] += Array(repeating: -1, count: id.ordinal + 1 - places[id.layer].count)
            }
            if cost == .zero {
                places[id.layer][id.ordinal] = 0
            } else if places[id.layer][id.ordinal] > 0 {
                costs[Int(places[id.layer][id.ordinal])] = cost
            } else {
                places[id.layer][id.ordinal] = Int32(clamping: costs.count)
                costs.append(cost)
            }
        }
    }

    /// All that cost something, or that may.
    var all: [EntryID: Cost] {
        var all: [EntryID: Cost] = [:]
        for (layer, ordinals) in places.enumerated() {
            for (ordinal, place) in ordinals.enumerated() where place > 0 {
                all[EntryID(layer: layer, ordinal: ordinal)] = costs[Int(place)]
            }
        }
        return all
    }
}
