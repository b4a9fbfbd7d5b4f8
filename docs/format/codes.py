"""Lengths of Huffman codes, written from repack.md, "Codes"; used by repack.py."""


def symbols_of(frequencies):
    return sorted((s for s, f in enumerate(frequencies) if f), key=lambda s: (frequencies[s], s))


def heap_lengths(frequencies, limit):
    """The way of zlib."""
    frequencies = list(frequencies)
    count = len(frequencies)
    heap = [s for s in range(count) if frequencies[s]]
    last = heap[-1] if heap else -1
    while len(heap) < 2:
        symbol = last + 1 if last < 2 else 0
        last = max(last, symbol)
        frequencies[symbol] = 1
        heap.append(symbol)
    depth, parent = {s: 0 for s in heap}, {}
    frequency = dict((s, frequencies[s]) for s in heap)
    heap = [None] + heap

    def precedes(a, b):
        return (frequency[a], depth[a]) <= (frequency[b], depth[b]) if frequency[a] == frequency[b] else (
            frequency[a] < frequency[b])

    def sink(place):
        node, child = heap[place], 2 * place
        while child < len(heap):
            if child + 1 < len(heap) and precedes(heap[child + 1], heap[child]):
                child += 1
            if precedes(node, heap[child]):
                break
            heap[place] = heap[child]
            place, child = child, 2 * child
        heap[place] = node

    for place in range((len(heap) - 1) // 2, 0, -1):
        sink(place)
    order, node = [], count
    while len(heap) > 2:
        least = heap[1]
        heap[1] = heap[-1]
        heap.pop()
        sink(1)
        second = heap[1]
        order = [second, least] + order
        frequency[node] = frequency[least] + frequency[second]
        depth[node] = max(depth[least], depth[second]) + 1
        parent[least] = parent[second] = node
        heap[1] = node
        node += 1
        sink(1)
    lengths, counts, overflow = {heap[1]: 0}, [0] * (limit + 2), 0
    for node in order:
        length = lengths[parent[node]] + 1
        if length > limit:
            length, overflow = limit, overflow + 1
        lengths[node] = length
        if node < count:
            counts[length] += 1
    if overflow:
        for _ in range((overflow + 1) // 2):
            length = limit - 1
            while counts[length] == 0:
                length -= 1
            counts[length] -= 1
            counts[length + 1] += 2
            counts[limit] -= 1
        leaves = [node for node in reversed(order) if node < count]
        for length in range(limit, 0, -1):
            for _ in range(counts[length]):
                lengths[leaves.pop(0)] = length
    return [lengths.get(symbol, 0) for symbol in range(count)]


def package_lengths(frequencies, limit):
    """The way of Go."""
    lengths = [0] * len(frequencies)
    symbols = symbols_of(frequencies)
    if len(symbols) <= 2:
        for symbol in symbols:
            lengths[symbol] = 1
        return lengths
    leaves = [frequencies[s] for s in symbols]
    levels, pairs = [], []
    for _ in range(min(limit, len(leaves) - 1)):
        level = sorted([(w, 1) for w in leaves] + [(w, 0) for w in pairs])
        levels.append(level)
        pairs = [level[i][0] + level[i + 1][0] for i in range(0, len(level) - 1, 2)]
    count = 2 * len(leaves) - 2
    for level in reversed(levels):
        taken = sum(is_leaf for _, is_leaf in level[:count])
        for symbol in symbols[:taken]:
            lengths[symbol] += 1
        count = 2 * (count - taken)
    return lengths


def queue_lengths(frequencies, limit):
    """The way of libdeflate."""
    lengths = [0] * len(frequencies)
    symbols = symbols_of(frequencies)
    if len(symbols) < 2:
        only = symbols[0] if symbols else 0
        lengths[only] = lengths[1 if only == 0 else 0] = 1
        return lengths
    count = len(symbols)
    weights, parents = [frequencies[s] for s in symbols], [0] * (2 * count - 1)
    leaf, node = 0, count
    while len(weights) < 2 * count - 1:
        total = 0
        for _ in range(2):
            if leaf < count and (node == len(weights) or weights[leaf] <= weights[node]):
                taken, leaf = leaf, leaf + 1
            else:
                taken, node = node, node + 1
            parents[taken] = len(weights)
            total += weights[taken]
        weights.append(total)
    depths, counts = [0] * (2 * count - 1), [0] * (limit + 2)
    counts[1] = 2
    for inner in range(2 * count - 3, count - 1, -1):
        depths[inner] = length = depths[parents[inner]] + 1
        if length >= limit:
            length = limit - 1
            while counts[length] == 0:
                length -= 1
        counts[length] -= 1
        counts[length + 1] += 2
    place = 0
    for length in range(limit, 0, -1):
        for _ in range(counts[length]):
            lengths[symbols[place]] = length
            place += 1
    return lengths


def smooth(counts):
    """Counts as zopfli makes them smoother."""
    counts = list(counts)
    size = max((place + 1 for place, count in enumerate(counts) if count), default=0)
    if size == 0:
        return counts
    runs, start = set(), 0
    for place in range(1, size + 1):
        if place == size or counts[place] != counts[start]:
            if place - start >= (7 if counts[start] else 5):
                runs.update(range(start, place))
            start = place
    stretch, total, mean = 0, 0, counts[0]
    for place in range(size + 1):
        if place == size or place in runs or abs(counts[place] - mean) >= 4:
            if stretch >= (4 if total else 3):
                counts[place - stretch : place] = [max(1, (total + stretch // 2) // stretch) if total else 0] * stretch
            stretch = total = 0
            if place + 3 < size:
                mean = (sum(counts[place : place + 4]) + 2) // 4
            else:
                mean = counts[place] if place < size else 0
        stretch += 1
        if place < size:
            total += counts[place]
    return counts


def code_lengths(frequencies, family, limit):
    if family == 0:
        return heap_lengths(frequencies, limit)
    if family in (1, 4):
        if len(frequencies) == 30 and not any(frequencies):
            frequencies = [1] + list(frequencies[1:])
        return package_lengths(frequencies, limit)
    if family == 5:
        lengths = package_lengths(frequencies, limit)
        if len(lengths) == 30:
            # A code of distances has two symbols at the least.
            for symbol in [s for s in range(2) if not lengths[s]][: max(0, 2 - sum(map(bool, lengths)))]:
                lengths[symbol] = 1
        return lengths
    return queue_lengths(frequencies, 14 if family == 2 and len(frequencies) == 286 else limit)
