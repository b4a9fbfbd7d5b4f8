/// libzstd's way of sorting literals by how often they occur, from version 1.5.1 on: equally frequent ones go in an order that
/// depends on it.
enum QuickSort {
    /// Counts below this have lists of their own, which keep the order; above, one list takes all of a magnitude.
    private static let listedCount = 166
    /// Lists that are no longer are sorted by insertion, which keeps the order, too.
    private static let insertedCount = 8

    /// Puts literals in that order.
    ///
    /// - Parameters:
    ///   - order: Literals, the most frequent first, those that are equally frequent in their own order.
    ///   - counts: How often each occurs.
    static func order(_ order: inout [Int], by counts: [Int]) {
        var start = 0
        while start < order.count, counts[order[start]] >= listedCount {
            let magnitude = counts[order[start]].bitWidthOfValue
            let end =
                order[start...].firstIndex {
                    counts[$0] < listedCount || counts[$0].bitWidthOfValue != magnitude
                } ?? order.count
            var list = order[start..<end].sorted().map { (literal: $0, count: counts[$0]) }
            sort(&list, 0, list.count - 1)
            order.replaceSubrange(start..<end, with: list.map { $0.literal })
            start = end
        }
    }

    private static func sort(_ list: inout [(literal: Int, count: Int)], _ low: Int, _ high: Int) {
        guard high - low >= insertedCount else {
            guard low < high else { return }
            for place in low + 1...high {
                let item = list[place]
                var free = place
                while free > low, list[free - 1].count < item.count {
                    list[free] = list[free - 1]
                    free -= 1
                }
                list[free] = item
            }
            return
        }
        var (low, high) = (low, high)
        while low < high {
            let middle = split(&list, low, high)
            if middle - low < high - middle {
                sort(&list, low, middle - 1)
                low = middle + 1
            } else {
                sort(&list, middle + 1, high)
                high = middle - 1
            }
        }
    }

    /// Puts what is more frequent than the last one in front of it; returns where that is then.
    private static func split(_ list: inout [(literal: Int, count: Int)], _ low: Int, _ high: Int) -> Int {
        let pivot = list[high].count
        var place = low
        for index in low..<high where list[index].count > pivot {
            list.swapAt(place, index)
            place += 1
        }
        list.swapAt(place, high)
        return place
    }
}
