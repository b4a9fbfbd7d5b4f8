import FileTree
import Shipping

/// What entries of the new image cost, as far as it is known: nothing, for nearly all of them.
struct EntryCosts: Sendable {
    /// For each layer and each of its entries, a place in `costs`; -1 for what is not known.
    private var places: [Chunked<Int32>] = []
    private var costs = Chunked(repeating: Figure.zero, count: 1)

    subscript(id: EntryID) -> Figure? {
        guard places.indices.contains(id.layer), places[id.layer].indices.contains(id.ordinal) else {
            return nil
        }
        let place = Int(places[id.layer][id.ordinal])
        return place < 0 ? nil : costs[place]
    }

    /// Takes better figures over.
    mutating func update(_ news: [EntryID: Figure]) {
        for (id, cost) in news where id.layer >= 0 && id.ordinal >= 0 {
            while places.count <= id.layer { places.append(Chunked()) }
            places[id.layer].grow(to: id.ordinal + 1, filledWith: -1)
            let place = places[id.layer][id.ordinal]
            if cost == .zero {
                if place != 0 { places[id.layer][id.ordinal] = 0 }
            } else if place > 0 {
                costs[Int(place)] = cost
            } else {
                places[id.layer][id.ordinal] = Int32(clamping: costs.count)
                costs.append(cost)
            }
        }
    }

    /// All that cost something, or that may.
    var all: [EntryID: Figure] {
        var all: [EntryID: Figure] = [:]
        for (layer, places) in places.enumerated() {
            for ordinal in places.indices where places[ordinal] > 0 {
                all[EntryID(layer: layer, ordinal: ordinal)] = costs[Int(places[ordinal])]
            }
        }
        return all
    }
}
