import Bytes

extension Array {
    /// Elements in the order of their ranges, without those whose range is empty or overlaps one before it.
    ///
    /// Damaged or hostile headers may tell of any number of tables over the same bytes. Each byte belongs to one of them
    /// at most here, so that going through all tables takes no longer than going through the file.
    func withoutOverlaps(by range: (Element) -> Range<Int>) -> [Element] {
        let sorted = enumerated().sorted {
            let (left, right) = (range($0.element), range($1.element))
            return (left.lowerBound, left.upperBound, $0.offset)
                < (right.lowerBound, right.upperBound, $1.offset)
        }
        var end = 0
        return sorted.map(\.element).filter { element in
            let range = range(element)
            guard range.lowerBound >= end, !range.isEmpty else { return false }
            end = range.upperBound
            return true
        }
    }

    /// The elements whose ranges reach into a run; the ranges must rise without overlaps.
    func reaching(into run: Range<Int>, by range: @escaping (Element) -> Range<Int>) -> some Sequence<Element>
    {
        self[partitioningIndex { range($0).upperBound > run.lowerBound }...].lazy
            .prefix { range($0).lowerBound < run.upperBound }
    }
}
