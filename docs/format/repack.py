#!/usr/bin/env python3
"""Makes compressed blobs of what they hold, written from repack.md.

    repack.py --check FOLDER   make every blob FOLDER/NAME.gz or NAME.zst of its description FOLDER/NAME.sltz again
"""
import bisect
import gzip
import operator
import os
import struct
import sys
import zlib

import beside
import contexts as mixing
import frames

NONE = -(1 << 40)


class Damaged(Exception):
    """What is wrong with a description."""


def require(condition, reason):
    if not condition:
        raise Damaged(reason)


# Coding ----------------------------------------------------------------------------------------------------------


class Bit:
    """What is known of a bit in one context."""

    def __init__(self):
        self.chance, self.seen = 1 << 21, 0

    def learn(self, bit):
        weight = 131072 // (2 * self.seen + 3)
        if bit:
            self.chance = min(self.chance + (((1 << 22) - self.chance) * weight >> 16), (1 << 22) - 1)
        else:
            self.chance -= self.chance * weight >> 16
        self.seen = min(self.seen + 1, 127)


class Contexts(dict):
    """Contexts of a kind, by any key."""

    def __missing__(self, key):
        self[key] = Bit()
        return self[key]


class Coder:
    def __init__(self, data):
        self.data, self.place = data, 4
        self.low, self.high, self.code = 0, 0xFFFFFFFF, int.from_bytes(data[:4], "big")

    def bit(self, context):
        bit = self.plain_bit(context.chance)
        context.learn(bit)
        return bit

    def plain_bit(self, chance):
        middle = self.low + ((self.high - self.low) * chance >> 22)
        bit = self.code <= middle
        if bit:
            self.high = middle
        else:
            self.low = middle + 1
        while (self.low ^ self.high) >> 24 == 0:
            byte = self.data[self.place] if self.place < len(self.data) else 0
            require(self.place < len(self.data) + 4, "it ends early")
            self.place += 1
            self.code = (self.code << 8 | byte) & 0xFFFFFFFF
            self.low = self.low << 8 & 0xFFFFFFFF
            self.high = (self.high << 8 | 0xFF) & 0xFFFFFFFF
        return bit

    def tree(self, bits, contexts, kind):
        node = 1
        for _ in range(bits):
            node = node << 1 | self.bit(contexts[kind, node])
        return node - (1 << bits)

    def number(self, contexts, kind):
        width = 0
        while width < 48 and self.bit(contexts[kind, width]):
            width += 1
        value = 1
        for shift in range(width - 1, -1, -1):
            value = value << 1 | self.bit(contexts[kind, width, shift])
        return value - 1


# Codes -----------------------------------------------------------------------------------------------------------

ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
LENGTH_BITS = [0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0]
DISTANCE_BITS = [0, 0] + [n for n in range(14) for _ in range(2)]
LENGTHS, DISTANCES = [], []
for extra in LENGTH_BITS[:-1]:
    LENGTHS.append(3 if not LENGTHS else LENGTHS[-1] + (1 << LENGTH_BITS[len(LENGTHS) - 1]))
LENGTHS.append(258)
for extra in DISTANCE_BITS:
    DISTANCES.append(1 if not DISTANCES else DISTANCES[-1] + (1 << DISTANCE_BITS[len(DISTANCES) - 1]))
LENGTH_SYMBOL = {n: max(s for s in range(29) if LENGTHS[s] <= n) for n in range(3, 259)}
LENGTH_SYMBOL[259] = 27


def distance_symbol(distance):
    return bisect.bisect_right(DISTANCES, distance) - 1


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


def code_lengths(frequencies, family, limit):
    if family == 0:
        return heap_lengths(frequencies, limit)
    if family == 1:
        if len(frequencies) == 30 and not any(frequencies):
            frequencies = [1] + list(frequencies[1:])
        return package_lengths(frequencies, limit)
    return queue_lengths(frequencies, 14 if family == 2 and len(frequencies) == 286 else limit)


def usual_steps(lengths):
    steps, place = [], 0
    while place < len(lengths):
        length, end = lengths[place], place
        while end < len(lengths) and lengths[end] == length:
            end += 1
        count, place = end - place, end
        if length == 0:
            while count >= 11:
                steps.append((18, min(count, 138) - 11))
                count -= min(count, 138)
            if count >= 3:
                steps.append((17, count - 3))
                count = 0
        else:
            steps.append((length, 0))
            count -= 1
            while count >= 3:
                steps.append((16, min(count, 6) - 3))
                count -= min(count, 6)
        steps += [(length, 0)] * count
    return steps


def canonical(lengths):
    """The bits of each symbol's code, in sending order, and how many they are."""
    codes, code = {}, 0
    for length in range(1, 16):
        for symbol, own in enumerate(lengths):
            if own == length:
                codes[symbol] = (int(format(code, f"0{length}b")[::-1], 2), length)
                code += 1
        code <<= 1
    return codes


FIXED = (
    canonical([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8),
    canonical([5] * 32),
)


class Header:
    def __init__(self):
        self.literals, self.distances = [0] * 286, [0] * 30
        self.steps, self.lengths = [], [0] * 19
        self.literal_count, self.distance_count, self.sent_count = 257, 1, 4


class Writer:
    """Bits, the first one lowest."""

    def __init__(self):
        self.made, self.pending, self.count = bytearray(), 0, 0

    def bits(self, value, count):
        self.pending |= value << self.count
        self.count += count
        while self.count >= 8:
            self.made.append(self.pending & 0xFF)
            self.pending >>= 8
            self.count -= 8

    def align(self, filler):
        if self.count:
            count = 8 - self.count
            self.bits(filler & ((1 << count) - 1), count)

    def header(self, header):
        self.bits(header.literal_count - 257, 5)
        self.bits(header.distance_count - 1, 5)
        self.bits(header.sent_count - 4, 4)
        for symbol in ORDER[: header.sent_count]:
            self.bits(header.lengths[symbol], 3)
        codes = canonical(header.lengths)
        for symbol, extra in header.steps:
            require(symbol in codes, "a code lacks a symbol")
            self.bits(*codes[symbol])
            self.bits(extra, {16: 2, 17: 3, 18: 7}.get(symbol, 0))

    def tokens(self, tokens, literals, distances):
        try:
            for low, distance in tokens:
                if distance == 0:
                    self.bits(*literals[low])
                    continue
                symbol = LENGTH_SYMBOL[low]
                self.bits(*literals[257 + symbol])
                self.bits(min(low, 258) - LENGTHS[symbol], LENGTH_BITS[symbol])
                symbol = distance_symbol(distance)
                self.bits(*distances[symbol])
                self.bits(distance - DISTANCES[symbol], DISTANCE_BITS[symbol])
            self.bits(*literals[256])
        except KeyError:
            raise Damaged("a code lacks a symbol") from None


# Models ----------------------------------------------------------------------------------------------------------


def common(data, a, b, limit):
    length = 0
    while length < limit and data[a + length] == data[b + length]:
        length += 1
    return max(length, 0)


class Literals:
    def __init__(self, data, *_):
        self.data = data

    def start(self, start, dictionary, end):
        self.first, self.end = start - dictionary, end

    def predict(self, position):
        return self.data[position], 0

    def accept(self, actual, predicted, position):
        pass


class Runs(Literals):
    def predict(self, position):
        byte = self.data[position]
        if position > self.first and self.data[position - 1] == byte:
            length = common(self.data, position, position - 1, min(258, self.end - position))
            if length >= 3:
                return length, 1
        return byte, 0


class Zlib:
    """zlib and GNU gzip, with the window as they move it."""

    LEVELS = [
        (4, 4, 8, 4), (4, 5, 16, 8), (4, 6, 32, 32), (4, 4, 16, 16), (8, 16, 32, 32),
        (8, 16, 128, 128), (8, 32, 128, 256), (32, 128, 258, 1024), (32, 258, 258, 4096),
    ]  # fmt: skip

    def __init__(self, data, level, memory, variant, is_gzip):
        self.data, self.is_gzip = data, is_gzip
        self.good, self.lazy, self.nice, self.chain = self.LEVELS[level - 1]
        self.is_lazy, self.dropped = level >= 4, 5 if variant == 1 else 0
        bits = 15 if is_gzip else memory + 7
        self.shift, self.mask = (bits + 2) // 3, (1 << bits) - 1

    def start(self, start, dictionary, end):
        self.buffer = bytearray(65536 + 16)
        self.heads, self.previous = [0] * (self.mask + 1), [0] * 32768
        self.buffer[:dictionary] = self.data[start - dictionary : start]
        self.place, self.ahead, self.match, self.at_end = dictionary, 0, 0, False
        for place in range(dictionary - 2):
            self.insert(place)
        self.late = min(dictionary, 2)
        self.input, self.end = start, end
        self.pending, self.length = False, 2

    def insert(self, place):
        b = self.buffer
        hash_ = (b[place] << 2 * self.shift ^ b[place + 1] << self.shift ^ b[place + 2]) & self.mask
        head = self.heads[hash_]
        self.previous[place & 32767] = head
        self.heads[hash_] = place
        return head

    def fill(self):
        while self.ahead < 262 and not self.at_end:
            if self.place >= 65274:
                self.buffer[:32768] = self.buffer[32768:65536]
                self.place -= 32768
                self.match -= 32768
                self.heads = [p - 32768 if p >= 32768 else 0 for p in self.heads]
                self.previous = [p - 32768 if p >= 32768 else 0 for p in self.previous]
            behind = self.place + self.ahead
            count = min(65536 - behind, self.end - self.input)
            if count <= 0:
                if self.is_gzip:
                    self.at_end = True
                    self.buffer[behind : behind + 2] = bytes(2)
                return
            self.buffer[behind : behind + count] = self.data[self.input : self.input + count]
            self.input += count
            self.ahead += count
            for place in range(self.place - self.late, self.place):
                if self.place + self.ahead - place >= 3:
                    self.insert(place)
            self.late = 0

    def can_search(self, head):
        return head != 0 and self.place - head <= 32506 and self.place <= 65274

    def search(self, candidate, longest):
        b, place = self.buffer, self.place
        bottom = max(place - 32506, 0)
        nice = self.nice if self.is_gzip else min(self.nice, self.ahead)
        chain = self.chain >> 2 if longest >= self.good else self.chain
        while True:
            if b[candidate + longest - 1 : candidate + longest + 1] == b[place + longest - 1 : place + longest + 1]:
                length = common(b, place, candidate, 258) if b[candidate : candidate + 2] == b[place : place + 2] else 0
                if length > longest:
                    self.match, longest = candidate, length
                    if length >= nice:
                        break
            candidate = self.previous[candidate & 32767]
            chain -= 1
            if candidate <= bottom or chain == 0:
                break
        return min(longest, self.ahead)

    def drop(self):
        if self.length == 3 and self.place - self.match > 4096 or self.length <= self.dropped:
            self.length = 2

    def predict(self, position):
        if not self.is_lazy:
            self.fill()
            self.length = 0
            if self.ahead >= 3:
                head = self.insert(self.place)
                if self.can_search(head):
                    self.length = self.search(head, 2)
            return (self.length, self.place - self.match) if self.length >= 3 else (self.data[position], 0)
        while True:
            self.fill()
            if self.ahead == 0:
                return self.data[position], 0
            known, start, self.length = self.length, self.match, 2
            if self.ahead >= 3:
                head = self.insert(self.place)
                if known < self.lazy and self.can_search(head):
                    self.length = self.search(head, known)
                    self.drop()
            if self.pending:
                if known >= 3 and self.length <= known:
                    return known, self.place - 1 - start
                return self.data[position], 0
            self.pending = True
            self.ahead -= 1
            self.place += 1

    def accept(self, actual, predicted, position):
        count = min(actual[0], 258) if actual[1] else 1
        if not self.is_lazy:
            place = self.place
            self.ahead -= count
            self.place += count
            if actual[1] and count <= self.lazy and self.ahead >= 3:
                for inner in range(place + 1, place + count):
                    self.insert(inner)
            return
        if actual[1]:
            end = self.place + count - 1
            for inner in range(self.place + 1, min(end, self.place + self.ahead - 2)):
                self.insert(inner)
            self.ahead -= count - 1
            self.place, self.pending, self.length = end, False, 2
            return
        if actual != predicted and self.ahead >= 3:
            head = self.previous[self.place & 32767]
            self.length = self.search(head, 2) if self.can_search(head) else 2
            self.drop()
        if self.ahead > 0:
            self.ahead -= 1
            self.place += 1
        else:
            self.pending = False


def word(data, place, count):
    return int.from_bytes(data[place : place + count], "little")


class GoChain:
    """Go up to 1.26, levels 2 to 9."""

    LEVELS = [
        (0, 16, 8, 5), (0, 32, 32, 6), (4, 16, 16, 0), (16, 32, 32, 0),
        (16, 128, 128, 0), (32, 128, 256, 0), (128, 258, 1024, 0), (258, 258, 4096, 0),
    ]  # fmt: skip

    def __init__(self, data, level):
        self.data = data
        self.lazy, self.nice, self.chain, self.indexed = self.LEVELS[level - 2]

    def start(self, start, dictionary, end):
        self.base, self.end = start - dictionary, end
        self.last = max(0, (end - self.base - 32769) & ~32767)
        self.heads, self.previous = {}, {}
        for place in range(self.base, start - 3):
            self.insert(place)
        self.place, self.pending, self.current = start, False, (0, 0)

    def insert(self, place):
        hash_ = int.from_bytes(self.data[place : place + 4], "big") * 0x1E35A7BD % (1 << 32) >> 15
        head = self.heads.get(hash_, NONE)
        self.previous[place & 32767] = head
        self.heads[hash_] = place
        return head

    def lowest(self, place):
        passed = place - self.base
        window = min(((passed - 65275 >> 15) + 1) << 15, self.last) if passed > 65274 else 0
        return max(self.base + window, place - 32768)

    def search(self, place, candidate):
        lookahead = self.end - place
        limit, nice = min(lookahead, 258), min(self.nice, lookahead)
        lowest, best = self.lowest(place), (3, 0)
        for _ in range(self.chain):
            length = common(self.data, place, candidate, limit)
            if length > best[0] and (length > 4 or place - candidate <= 4096):
                best = length, place - candidate
                if length >= nice:
                    break
            if candidate == place - 32768:
                break
            candidate = self.previous[candidate & 32767]
            if candidate < lowest:
                break
        return best if best[1] else (0, 0)

    def predict(self, position):
        if self.indexed:
            if self.end - position >= 4:
                head = self.insert(position)
                match = self.search(position, head) if head >= self.lowest(position) else (0, 0)
                if match[1]:
                    return match
            return self.data[position], 0
        while True:
            if self.place >= self.end:
                return self.data[position], 0
            known, self.current = self.current, (0, 0)
            length = known[0] if known[1] else 3
            lookahead = self.end - self.place
            if lookahead >= 4:
                head = self.insert(self.place)
                if lookahead > length and length < self.lazy and head >= self.lowest(self.place):
                    self.current = self.search(self.place, head)
            if self.pending:
                better = self.current[1] and self.current[0] > length
                return known if known[1] and not better else (self.data[position], 0)
            self.pending = True
            self.place += 1

    def accept(self, actual, predicted, position):
        count = min(actual[0], 258) if actual[1] else 1
        if self.indexed:
            if actual[1] and count <= self.indexed:
                for place in range(position + 1, min(position + count, self.end - 3)):
                    self.insert(place)
            return
        if actual[1]:
            for place in range(self.place + 1, min(position + count, self.end - 3)):
                self.insert(place)
            self.place, self.pending, self.current = position + count, False, (0, 0)
            return
        if actual != predicted and self.end - self.place >= 4:
            head = self.previous[self.place & 32767]
            found = head >= self.lowest(self.place)
            self.current = self.search(self.place, head) if found else (0, 0)
        if self.place < self.end:
            self.place += 1
        else:
            self.pending = False


STEP = 65535


class Steps:
    """Follows an encoder that works in steps."""

    def __init__(self, data, encoder):
        self.data, self.encoder = data, encoder

    def start(self, start, dictionary, end):
        self.history, self.segment, self.end = start - dictionary, start, end
        self.encoder.reset()
        if dictionary:
            self.encoder.begin(self.history, start, True, self.history)
            emitted = self.history
            while emitted < start:
                match = self.encoder.next(emitted)
                if match is None:
                    break
                self.encoder.pass_(*match)
                emitted = match[0] + match[1]
        self.step_end, self.planned, self.is_planned, self.whole = start, None, False, None

    def predict(self, position):
        if position >= self.step_end:
            steps = (position - self.segment) // STEP + 1
            self.step_end = min(self.segment + steps * STEP, self.end)
            self.encoder.begin(position, self.step_end, self.step_end - position == STEP, self.history)
            self.is_planned, self.whole = False, None
        if not self.is_planned:
            self.planned, self.is_planned = self.encoder.next(position), True
        if self.planned and position >= self.planned[0]:
            return self.encoder.piece(self.planned[1]), self.planned[2]
        return self.data[position], 0

    def accept(self, actual, predicted, position):
        if actual == predicted:
            if not actual[1] or self.planned is None:
                return
            start, length, distance = self.planned
            whole = self.whole or self.planned
            if length > actual[0]:
                self.planned, self.whole = (start + actual[0], length - actual[0], distance), whole
            else:
                self.whole, self.is_planned = None, False
                self.encoder.pass_(*whole)
            return
        self.whole, self.is_planned = None, False
        if not actual[1]:
            return self.encoder.resume(position + 1)
        length = min(actual[0], 258)
        if position + length < self.step_end:
            self.encoder.pass_(position, length, actual[1])
        else:
            self.planned, self.is_planned = None, True


def before(table, key, place):
    """The place that a table has, if it is an earlier one."""
    found = table.get(key, NONE)
    return found if found < place else NONE


class GoFast:
    """Go up to 1.26, level 1."""

    def __init__(self, data):
        self.data = data

    def reset(self):
        self.table = {}

    def begin(self, start, end, is_whole, _):
        self.end, self.limit, self.place, self.candidate = end, end - 15, start, NONE
        self.done = not is_whole and end - start < 128

    def slot(self, place):
        return word(self.data, place, 4) * 0x1E35A7BD % (1 << 32) >> 18

    def lookup(self, place):
        slot = self.slot(place)
        found = before(self.table, slot, place)
        self.table[slot] = place
        same = place - found <= 32768 and self.data[found : found + 4] == self.data[place : place + 4]
        return found if same else NONE

    def next(self, _):
        if self.candidate == NONE:
            if self.done:
                return None
            skip, following = 32, self.place
            while self.candidate == NONE:
                self.place = following
                following = self.place + (skip >> 5)
                skip += skip >> 5
                if following > self.limit:
                    self.done = True
                    return None
                self.candidate = self.lookup(self.place)
        found, self.candidate = self.candidate, NONE
        place = self.place
        length = 4 + common(self.data, place + 4, found + 4, min(self.end, place + 258) - place - 4)
        return place, length, place - found

    def pass_(self, start, length, _):
        self.candidate, place = NONE, start + length
        if place >= self.limit:
            self.done = True
            return
        self.table[self.slot(place - 1)] = place - 1
        self.candidate = self.lookup(place)
        self.place = place if self.candidate != NONE else place + 1

    def resume(self, position):
        self.place, self.candidate, self.done = position, NONE, position > self.limit

    def piece(self, length):
        return length


def hash4(value):
    return (value & 0xFFFFFFFF) * 2654435761 % (1 << 32) >> 17


def hash7(value):
    return (value << 8) % (1 << 64) * 58295818150454627 % (1 << 64) >> 49


def piece(length):
    return length if length <= 258 else 258 if length > 261 else 255


class KlauspostLong:
    """klauspost/compress from 1.15.10 on, levels 5 and 6."""

    def __init__(self, data, level):
        self.data, self.is_6 = data, level == 6
        self.piece = piece

    def reset(self):
        self.short, self.long = {}, {}

    def begin(self, start, end, is_whole, history):
        self.history, self.end, self.limit, self.place = history, end, end - 11, start
        self.last_end, self.last_distance, self.indexed = start, 1, start
        self.done = not is_whole and end - start < 128

    def resume(self, position):
        self.place = self.last_end = position
        self.done = position > self.limit

    def word(self, place):
        return word(self.data, place, 8)

    def put(self, slot, place):
        self.long[slot] = (place, self.long.get(slot, (NONE, NONE))[0])

    def get(self, slot, place):
        return [found if found < place else NONE for found in self.long.get(slot, (NONE, NONE))]

    def fits(self, place, found, value):
        return place - found < 32768 and word(self.data, found, 4) == value & 0xFFFFFFFF

    def four(self, place, found):
        return 4 + common(self.data, place + 4, found + 4, min(self.end, place + 258) - place - 4)

    def next(self, emitted):
        if self.done:
            return None
        start = following = self.place
        length, value = 0, self.word(self.place)
        while True:
            start = following
            following = start + 1 + (start - self.last_end >> (7 if self.is_6 else 6))
            if following > self.limit:
                self.done = True
                return None
            short_slot, long_slot = hash4(value), hash7(value)
            short = before(self.short, short_slot, start)
            last, earlier = self.get(long_slot, start)
            next_value = self.word(following)
            next_slot = hash7(next_value)
            next_last, next_earlier = self.get(next_slot, following)
            self.short[short_slot] = start
            self.put(long_slot, start)
            found = NONE
            if start - last < 32768:
                if self.fits(start, last, value):
                    found = last
                    if self.fits(start, earlier, value):
                        length = self.four(start, last)
                        if self.four(start, earlier) > length:
                            found, length = earlier, self.four(start, earlier)
                elif self.fits(start, earlier, value):
                    found = earlier
            is_short = found == NONE and self.fits(start, short, value)
            if is_short:
                next_last, next_earlier = self.get(next_slot, following)
            if found != NONE or is_short:
                self.short[hash4(next_value)] = following
                self.put(next_slot, following)
            if found != NONE:
                break
            if is_short:
                found, length = short, self.four(start, short)
                again = start - self.last_distance + 1
                if self.is_6 and word(self.data, again, 4) == value >> 8 & 0xFFFFFFFF:
                    limit = min(self.end, start + 259) - start - 5
                    other = 4 + common(self.data, start + 5, again + 4, limit)
                    if other > length:
                        start, found, length = start + 1, again, other
                        break
                if following - next_last < 32768:
                    taken = False
                    if self.fits(following, next_last, next_value):
                        other = self.four(following, next_last)
                        if other > length:
                            start, found, length, taken = following, next_last, other, not self.is_6
                    if not taken and self.fits(following, next_earlier, next_value):
                        other = self.four(following, next_earlier)
                        if other > length:
                            start, found, length = following, next_earlier, other
                break
            value = next_value
        if length == 0:
            length = 4 + common(self.data, start + 4, found + 4, self.end - start - 4)
        elif length == 258:
            length += common(self.data, start + length, found + length, self.end - start - length)
        behind = start + length
        if behind < self.limit and (self.is_6 or length < 30):
            places = self.get(hash7(self.word(behind)), behind)
            later, first = start + 2, places[0] - length + 2
            if later - first < 32768:
                for index, place in enumerate(places[: 2 if self.is_6 else 1]):
                    other = place - length + 2
                    if self.history <= other < later and later - other < 32768:
                        better = common(self.data, later, other, self.end - later)
                        if better > length:
                            start, found, length = later, other, better
        while found > self.history and start > emitted and self.data[found - 1] == self.data[start - 1]:
            start, found, length = start - 1, found - 1, length + 1
        self.indexed = following
        return start, length, start - found

    def pass_(self, start, length, distance):
        place = start + length
        self.last_end, self.last_distance = place, distance
        following = self.indexed
        if following >= place:
            place = following + 1
        if place >= self.limit:
            self.done = True
            if self.is_6:
                for inner in range(following + 1, self.end - 8, 2):
                    self.short[hash4(self.word(inner))] = inner
                    self.put(hash7(self.word(inner)), inner)
            return
        if self.is_6:
            for inner in range(following + 1, place - 1, 2):
                value = self.word(inner)
                self.short[hash4(value)] = inner
                self.put(hash7(value), inner)
                self.put(hash7(self.word(inner) >> 8), inner + 1)
        else:
            first = place - length + 1
            if first < place - 1:
                value = self.word(first)
                self.short[hash4(value)] = first
                self.put(hash7(value), first)
                self.put(hash7(value >> 8), first + 1)
                self.short[hash4(value >> 16)] = first + 2
                for inner in range(first + 4, place - 1, 3):
                    value = self.word(inner)
                    self.put(hash7(value), inner)
                    self.short[hash4(value >> 8)] = inner + 1
            value = self.word(place - 1)
            self.short[hash4(value)] = place - 1
            self.put(hash7(value), place - 1)
        self.place = place


def hash5(value, bits):
    return (value << 24) % (1 << 64) * 889523592379 % (1 << 64) >> 64 - bits


class KlauspostFast:
    """klauspost/compress from 1.15.11 on, levels 1 to 3."""

    def __init__(self, data, level):
        self.data, self.level, self.bits, self.piece = data, level, (15, 17, 16)[level - 1], piece

    def reset(self):
        self.table = {}

    def begin(self, start, end, is_whole, history):
        self.history, self.end, self.limit = history, end, end - 11
        self.place = self.following = self.last_end = start
        self.candidate, self.done = NONE, not is_whole and end - start < 128

    def resume(self, position):
        self.place = self.last_end = position
        self.candidate, self.done = NONE, position > self.limit

    def slot(self, place):
        return hash5(word(self.data, place, 8), self.bits)

    def agrees(self, place, earlier):
        return self.data[place : place + 4] == self.data[earlier : earlier + 4]

    def put(self, place, slot=None):
        slot = self.slot(place) if slot is None else slot
        self.table[slot] = (place, self.table.get(slot, (NONE, NONE))[0])

    def get(self, slot, place):
        return [found if found < place else NONE for found in self.table.get(slot, (NONE, NONE))]

    def rest(self, place, earlier):
        return common(self.data, place + 4, earlier + 4, self.end - place - 4)

    def next(self, emitted):
        if self.candidate == NONE:
            if self.done:
                return None
            if not (self.search() if self.level < 3 else self.search_pairs()):
                self.done = True
                return None
        start, found, self.candidate = self.place, self.candidate, NONE
        length = 4 + self.rest(start, found)
        while found > self.history and start > emitted and self.data[found - 1] == self.data[start - 1]:
            start, found, length = start - 1, found - 1, length + 1
        return start, length, start - found

    def search(self):
        while True:
            self.following = self.place + 2 + (self.place - self.last_end >> 5)
            if self.following > self.limit:
                return False
            for is_second in (False, True):
                slot, second = self.slot(self.place), self.slot(self.following)
                found = self.get(slot, self.place)[0]
                self.put(self.place, slot)
                if self.place - found < 32768 and self.agrees(self.place, found):
                    self.candidate = found
                    if not is_second:
                        self.put(self.following, second)
                    elif self.level == 1:
                        self.put(self.following, slot)
                    return True
                self.place = self.following
                self.following += 1

    def search_pairs(self):
        following = self.place
        while True:
            self.place = following
            following = self.following = self.place + 1 + (self.place - self.last_end >> 7)
            if following > self.limit:
                return False
            slot = self.slot(self.place)
            last, earlier = self.get(slot, self.place)
            self.put(self.place, slot)
            if self.place - last > 32764:
                continue
            if self.agrees(self.place, last):
                self.candidate = last
                if self.place - earlier <= 32764 and self.agrees(self.place, earlier):
                    if self.rest(self.place, earlier) > self.rest(self.place, last):
                        self.candidate = earlier
                return True
            if self.place - earlier < 32764 and self.agrees(self.place, earlier):
                self.candidate = earlier
                return True

    def pass_(self, start, length, distance):
        self.candidate, place = NONE, start + length
        self.last_end = place
        if self.following >= place:
            place = self.following + 1
        if place >= self.limit:
            self.done = True
            earlier = start + length - distance
            if self.level < 3 and place + length + 8 < self.end:
                self.put(place)
            if self.level == 3 and earlier + 8 < self.end and earlier > self.history:
                self.put(earlier)
            return
        if self.level == 2:
            for inner in range(place - length + 2, place - 5, 7):
                value = word(self.data, inner, 8)
                for index in range(3):
                    self.put(inner + 2 * index, hash5(value >> 16 * index, self.bits))
        if self.level == 3:
            for inner in range(place - length + 2, place - 5, 6):
                self.put(inner)
        self.put(place - 2)
        if self.level > 1:
            self.put(place - 1)
        slot = self.slot(place)
        last, earlier = self.get(slot, place)
        self.put(place, slot)
        if self.level < 3:
            if place - last <= 32768 and self.agrees(place, last):
                self.candidate = last
        elif place - last < 32764:
            if self.agrees(place, last):
                self.candidate = last
            elif place - earlier < 32764 and self.agrees(place, earlier):
                self.candidate = earlier
        self.place = place if self.candidate != NONE else place + 1


class KlauspostMiddle:
    """klauspost/compress from 1.15.10 on, level 4."""

    def __init__(self, data):
        self.data, self.piece, self.buffer = data, piece, None

    def reset(self):
        self.short, self.long, self.buffer = {}, {}, None

    def begin(self, start, end, is_whole, history):
        self.history, self.end, self.limit = history, end, end - 11
        self.place = self.following = self.last_end = start
        self.done = not is_whole and end - start < 128
        self.buffer = history if self.buffer is None else self.buffer
        if end - self.buffer > 5 * STEP:
            self.buffer = start - 32768

    def resume(self, position):
        self.place = self.last_end = position
        self.done = position > self.limit

    def fits(self, place, found):
        return place - found < 32768 and self.data[place : place + 4] == self.data[found : found + 4]

    def put(self, place):
        value = word(self.data, place, 8)
        self.short[hash4(value)] = self.long[hash7(value)] = place

    def next(self, emitted):
        if self.done:
            return None
        following = self.place
        while True:
            start = following
            following = start + 1 + (start - self.last_end >> 6)
            if following > self.limit:
                self.done = True
                return None
            value = word(self.data, start, 8)
            short, found = before(self.short, hash4(value), start), before(self.long, hash7(value), start)
            self.put(start)
            if self.fits(start, found):
                break
            if not self.fits(start, short):
                continue
            found = short
            other = before(self.long, hash7(word(self.data, following, 8)), following)
            if self.fits(following, other):
                aside = self.buffer + following - other + 4
                better = common(self.data, following + 4, aside, self.end - following - 4)
                if better > common(self.data, start + 4, found + 4, self.end - start - 4):
                    start, found = following, other
            break
        self.following = following
        length = 4 + common(self.data, start + 4, found + 4, self.end - start - 4)
        while found > self.history and start > emitted and self.data[found - 1] == self.data[start - 1]:
            start, found, length = start - 1, found - 1, length + 1
        return start, length, start - found

    def pass_(self, start, length, _):
        place = start + length
        self.last_end = place
        if self.following >= place:
            place = self.following + 1
        if place >= self.limit:
            self.done = True
            if place + 8 < self.end:
                self.put(place)
            return
        for inner in range(self.following, place - 1, 3):
            value = word(self.data, inner, 8)
            self.long[hash7(value)] = inner
            self.long[hash7(value >> 8)] = self.short[hash4(value >> 8)] = inner + 1
        self.put(place - 1)
        self.place = place


def klauspost(data, level):
    if level < 4:
        return KlauspostFast(data, level)
    return KlauspostMiddle(data) if level == 4 else KlauspostLong(data, level)


# Descriptions ----------------------------------------------------------------------------------------------------


def model_of(data, family, level, memory, variant):
    models = {
        0: lambda: Literals(data),
        1: lambda: Runs(data),
        2: lambda: Zlib(data, level, memory, variant, False),
        3: lambda: Zlib(data, level, memory, variant, True),
        4: lambda: GoChain(data, level),
        5: lambda: Steps(data, GoFast(data)),
        6: lambda: Steps(data, klauspost(data, level)),
    }
    require(family in models, "it names an unknown encoder")
    return models[family]()


class Runner:
    """repack.md, "Tokens"."""

    def __init__(self, model, coder, is_adaptive, data):
        self.model, self.coder, self.is_adaptive, self.data = model, coder, is_adaptive, data
        self.contexts, self.history = Contexts(), 0
        self.gap = 0 if is_adaptive else coder.number(self.contexts, "gap")

    def next(self, position, end, first):
        predicted = actual = self.model.predict(position)
        if self.is_adaptive:
            width = 1 + min(predicted[0].bit_length(), 9) if predicted[1] else 0
            hit = self.coder.bit(self.contexts["hit", width, self.history])
            self.history = (self.history << 1 | hit) & 15
        else:
            hit = self.gap > 0
            self.gap -= 1
        if not hit:
            actual = self.correct(predicted, position, end, first)
            if not self.is_adaptive:
                self.gap = self.coder.number(self.contexts, "gap")
        self.model.accept(actual, predicted, position)
        return actual

    def passed(self, token, position):
        """Goes on behind a token that an old blob told."""
        self.model.accept(token, self.model.predict(position), position)

    def correct(self, predicted, position, end, first):
        if predicted[1] and not self.coder.bit(self.contexts["match"]):
            return self.data[position], 0
        distance = predicted[1]
        if not distance or not self.coder.bit(self.contexts["same distance"]):
            distance = self.coder.number(self.contexts, "distance") + 1
        length = self.coder.tree(9, self.contexts, "length") + 3
        require(length <= 259 and distance <= min(32768, position - first), "a bad token")
        require(min(length, 258) <= end - position, "a token reaches out of its segment")
        return length, distance

    def wander(self, position, end):
        predicted = token = self.model.predict(position)
        if token[1] and min(token[0], 258) > end - position:
            token = self.data[position], 0
        self.model.accept(token, predicted, position)
        return position + (min(token[0], 258) if token[1] else 1)


def length_class(length):
    for index, limit in enumerate((2, 3, 4, 5, 6, 8, 16, 32, 128)):
        if length <= limit:
            return index
    return 9


class General:
    """repack.md, "Any encoder"."""

    def __init__(self, data, level, policy, coder):
        require(level <= 12 and policy < 5, "it names an unknown encoder")
        self.data, self.hops, self.policy, self.coder, self.model = data, 1 << level, policy, coder, self
        self.contexts = Contexts()

    def start(self, start, dictionary, end):
        self.end, self.deferred = end, False
        self.heads, self.previous, self.visited = {}, {}, {}
        self.indexed = start - dictionary
        for place in range(start - dictionary, start):
            self.index(place)
            self.visit(place)

    def index(self, place):
        if place + 3 <= len(self.data):
            slot = self.data[place : place + 3]
            hash_ = word(slot, 0, 3) * 0x9E3779B1 % (1 << 32) >> 16
            self.previous[place & 32767] = self.heads.get(hash_, NONE)
            self.heads[hash_] = place
            self.indexed = place + 1

    def visit(self, place):
        if self.policy and place + 4 <= len(self.data):
            self.visited[hash4(word(self.data, place, 4))] = place

    def search(self, place, first):
        stairs, limit = [], min(258, self.end - place)
        if limit < 3:
            return stairs
        hash_ = word(self.data, place, 3) * 0x9E3779B1 % (1 << 32) >> 16
        candidate, longest = before(self.heads, hash_, place), 2
        for _ in range(self.hops):
            if candidate < max(place - 32768, first):
                break
            length = common(self.data, place, candidate, limit)
            if length > longest:
                longest = length
                stairs = stairs[:31] + [(length, place - candidate)]
                if length == limit:
                    break
            candidate = before(self.previous, candidate & 32767, candidate)
        return stairs

    def noted(self, place, first):
        limit = min(258, self.end - place)
        if not self.policy or limit < 4:
            return 0, 0
        found = before(self.visited, hash4(word(self.data, place, 4)), place)
        if found < max(place - 32768, first):
            return 0, 0
        length = common(self.data, place, found, limit)
        return (length, place - found) if length >= 3 else (0, 0)

    def bit(self, *key):
        return self.coder.bit(self.contexts[key])

    def next(self, position, end, first):
        stairs = self.search(position, first)
        token = self.token(position, stairs, first)
        self.go_on(token, position)
        return token

    def passed(self, token, position):
        self.deferred = False
        self.go_on(token, position)

    def go_on(self, token, position):
        behind = position + (min(token[0], 258) if token[1] else 1)
        while self.indexed < behind and self.indexed + 3 <= len(self.data):
            self.index(self.indexed)
        self.visit(position)
        last = {0: 0, 1: 0, 2: 0, 3: min(position + 4, behind), 4: behind}[self.policy]
        for place in range(position + 1, last):
            self.visit(place)
        if self.policy == 2 and behind - position > 1:
            self.visit(behind - 1)

    def token(self, position, stairs, first):
        longest, distance = stairs[-1] if stairs else (0, 0)
        noted = self.noted(position, first)
        next_ = 0
        if 3 <= longest < 258:
            if self.indexed == position:
                self.index(position)
            following = self.search(position + 1, first)
            next_ = max(0, min(3, (following[-1][0] if following else 0) - longest + 1))
        far = sum(distance > limit for limit in (256, 4096, 16384))
        seen = 0 if not noted[0] else 1 if noted[1] == distance else 2 if noted[0] >= 8 else 3
        own = length_class(longest)
        if not self.bit("match", own, next_, far, seen, self.deferred):
            self.deferred = longest >= 3
            return self.data[position], 0
        self.deferred = False
        taken = self.distance(stairs, noted, distance, own)
        require(taken <= min(32768, position - first), "a bad token")
        limit = min(258, self.end - position)
        length = common(self.data, position, position - taken, limit)
        if not self.bit("whole", own, taken == distance):
            length = self.coder.tree(9, self.contexts, "length") + 3
        require(3 <= length <= 259 and min(length, 258) <= limit, "a bad token")
        return length, taken

    def distance(self, stairs, noted, distance, own):
        if noted[0] and noted[1] != distance:
            if self.bit("noted", own, min(noted[0].bit_length(), 5)):
                return noted[1]
        for index, stair in enumerate(reversed(stairs)):
            if self.bit("stair", min(index, 7), length_class(stair[0])):
                return stair[1]
        return self.coder.number(self.contexts, "distance") + 1

    def wander(self, position, _):
        if self.indexed == position:
            self.index(position)
        self.visit(position)
        return position + 1


def logarithm(number):
    width = number.bit_length() - 1
    fraction = (number >> width - 8 if width > 8 else number << 8 - width) & 255
    return (width << 8) + fraction + (fraction * (256 - fraction) * 87 >> 16)


class Mixed:
    """repack.md, "Mixed bits"."""

    def __init__(self):
        self.bits, self.weights = Contexts(), {}

    def bit(self, coder, values, kind):
        slots = [(index, value * 2654435761 % (1 << 32) >> 16) for index, value in enumerate(values)]
        weights = self.weights.setdefault(kind, [10650] * 8)
        inputs = [mixing.STRETCH[self.bits[slot].chance >> 10] for slot in slots]
        odds = sum(weight * input_ for weight, input_ in zip(weights, inputs)) >> 16
        chance = mixing.SQUASH[max(-2047, min(2047, odds)) + 2048]
        bit = coder.plain_bit(chance << 10)
        for index in range(8):
            weights[index] += inputs[index] * (4096 * bit - chance) * 3 + 8192 >> 14
            self.bits[slots[index]].learn(bit)
        return bit


class Cheapest:
    """repack.md, "The cheapest way"."""

    def __init__(self, data, level, coder):
        require(level <= 12, "it names an unknown encoder")
        self.data, self.hops, self.coder, self.model = data, 1 << level, coder, self
        self.contexts, self.mixed, self.history = Contexts(), Mixed(), 0
        self.seen = [32] * 256 + [16] * 60

    def start(self, start, dictionary, end):
        self.end, self.deferred, self.stretch_end = end, False, start
        self.first = self.indexed = start - dictionary
        self.heads, self.links, self.stairs = {}, {}, {}
        self.index(start)

    def index(self, end):
        budget = max(0, end - self.indexed) * 128
        for place in range(self.indexed, end):
            budget -= self.insert(place, min(self.hops, max(budget, 16)))
        self.indexed = max(self.indexed, end)

    def insert(self, place, hops):
        """Puts a place at the root of its tree; says how many others were looked at."""
        data, links, stairs = self.data, self.links, []
        self.stairs[place] = stairs
        limit = min(258, self.end - place)
        if limit < 3:
            return 0
        hash_ = word(data, place, 3) * 0x9E3779B1 % (1 << 32) >> 16
        candidate, self.heads[hash_] = self.heads.get(hash_, NONE), place
        longest, looked = 2, 0
        ends = {0: (place & 65535, 0), 1: (place & 65535, 1)}
        lengths = {0: 0, 1: 0}
        while candidate >= max(place - 32768, self.first) and looked < hops:
            looked += 1
            known = min(lengths.values())
            length = known + common(data, place + known, candidate + known, limit - known)
            if length > longest:
                longest = length
                del stairs[31:]
                stairs.append((length, place - candidate))
            slot = candidate & 65535
            if length == limit:
                links[ends[0]], links[ends[1]] = links.get((slot, 0), NONE), links.get((slot, 1), NONE)
                return looked
            side = 0 if data[candidate + length] < data[place + length] else 1
            links[ends[side]], ends[side], lengths[side] = candidate, (slot, 1 - side), length
            candidate = links.get(ends[side], NONE)
        links[ends[0]] = links[ends[1]] = NONE
        return looked

    def price(self, ahead):
        counts = [a + b + 2 for a, b in zip(self.seen, ahead)]
        self.costs = []
        for part, least, most in ((counts[:286], 256, 14 << 8), (counts[286:], 0, 15 << 8)):
            total = logarithm(sum(part))
            self.costs += [min(most, max(least, total - logarithm(count))) for count in part]
        self.lengths = [0] * 3 + [
            self.costs[257 + LENGTH_SYMBOL[length]] + (LENGTH_BITS[LENGTH_SYMBOL[length]] << 8)
            for length in range(3, 259)
        ]
        # From the stretch's start on; behind the horizon nothing costs anything.
        self.rests = [0] * (self.horizon - self.begin + 259)
        for place in range(self.horizon - 1, self.begin - 1, -1):
            at, length = place - self.begin, 3
            least = self.costs[self.data[place]] + self.rests[at + 1]
            for longest, distance in self.stairs[place]:
                if length <= longest:
                    lengths, rests = self.lengths[length : longest + 1], self.rests[at + length : at + longest + 1]
                    least = min(least, min(map(operator.add, lengths, rests)) + self.distance_cost(distance))
                    length = longest + 1
            self.rests[at] = least

    def distance_cost(self, distance):
        symbol = distance_symbol(distance)
        return self.costs[286 + symbol] + (DISTANCE_BITS[symbol] << 8)

    def ways(self, place):
        at, length = place - self.begin, 3
        yield 0, 0, self.costs[self.data[place]] + self.rests[at + 1]
        for longest, distance in self.stairs[place]:
            cost = self.distance_cost(distance)
            while length <= longest:
                yield length, distance, cost + self.lengths[length] + self.rests[at + length]
                length += 1

    def count(self, counts, place, length, distance):
        if distance:
            counts[257 + LENGTH_SYMBOL[min(length, 258)]] += 16
            counts[286 + distance_symbol(distance)] += 16
        else:
            counts[self.data[place]] += 16

    def reckon(self, position):
        self.begin, self.stretch_end = position, min(position + (1 << 14), self.end)
        self.horizon = min(self.stretch_end + 1024, self.end)
        self.skip(position)
        self.index(self.horizon)
        ahead = [0] * 316
        self.price(ahead)
        place = position
        while place < self.stretch_end:
            length, distance, _ = min(self.ways(place), key=lambda way: way[2])
            self.count(ahead, place, length, distance)
            place += max(length, 1)
        self.price(ahead)
        self.seen = [count >> 1 for count in self.seen]

    def skip(self, position):
        """Starts the trees anew where what lies between is out of reach."""
        if self.indexed < position - 32768:
            self.first, self.indexed, self.heads = position - 32768, position - 32768, {}

    def passed(self, token, position):
        self.deferred = False
        self.count(self.seen, position, *token)

    def longest(self, place):
        return self.stairs[place][-1] if self.stairs.get(place) else (0, 0)

    def next(self, position, end, first):
        if position >= self.stretch_end:
            self.reckon(position)
        length, distance = self.token(position, first)
        self.count(self.seen, position, length, distance)
        return (length, distance) if distance else (self.data[position], 0)

    def token(self, position, first):
        ways = list(self.ways(position))
        longest, far = self.longest(position)
        own = next(index for index, limit in enumerate([*range(12), 15, 31, 127, 258]) if longest <= limit)
        one = max(0, min(3, self.longest(position + 1)[0] - longest + 1))
        two = self.longest(position + 2)[0] - longest
        two = 0 if two <= -2 else 1 if two <= 0 else 2 if two <= 2 else 3
        place = longest, far and distance_symbol(far), own, one, two, self.data[position]
        for rank in range(24):
            if not ways:
                break
            way = self.take(ways)
            following = min(ways, key=lambda way: way[2]) if ways else None
            hit = self.offer(way, following, min(rank, 6), place)
            if rank == 0:
                self.history = (self.history << 1 | hit) & 63
            if hit:
                self.deferred = not way[1] and longest >= 3
                return way[:2]
        distance = self.coder.number(self.contexts, "distance")
        self.deferred = not distance and longest >= 3
        if not distance:
            return 0, 0
        length = self.coder.tree(9, self.contexts, "length") + 3
        require(length <= 259 and distance <= min(32768, position - first), "a bad token")
        require(min(length, 258) <= self.end - position, "a token reaches out of its segment")
        return length, distance

    def take(self, ways):
        best = min(range(len(ways)), key=lambda index: ways[index][2])
        way, last = ways[best], ways.pop()
        if best < len(ways):
            ways[best] = last
        return way

    def offer(self, way, following, rank, place):
        def kind_of(length):
            if length < 8:
                return max(0, length - 2)
            return 6 if length < 16 else 7 if length < 64 else 8 if length < 258 else 9

        length, distance, cost = way
        longest, far, own, one, two, byte = place
        gap, next_, farther = 15, 0, 0
        if following:
            more = following[2] - cost
            gap = more * 5 >> 8 if more < 512 else min(10 + (more - 512) // 384, 15)
            next_, farther = 1 + kind_of(following[0]), 1 if following[1] == distance else 2
        class_, whole = kind_of(length), int(length == longest)
        kind = 1 + whole if distance else 0
        symbol = distance and distance_symbol(distance)
        base, late = rank * 16 + gap, int(self.deferred)
        values = [
            (base * 16 + class_) * 16 + next_,
            (base * 32 + symbol) * 4 + farther,
            (base * 64 + self.history) * 2 + whole,
            (((rank * 16 + class_) * 16 + next_) * 32 + symbol) * 8 + farther * 2 + whole,
            ((rank * 512 + length) * 32 + symbol) * 4 + gap // 4,
            ((rank * 256 + byte) * 16 + class_) * 16 + gap,
            ((rank * 512 + ((own * 4 + one) * 4 + two) * 2 + late) * 4 + kind) * 32 + far,
            (base * 128 + (own * 4 + one) * 2 + late) * 4 + kind,
        ]
        return self.mixed.bit(self.coder, values, base * 4 + kind)

    def wander(self, position, _):
        self.skip(position)
        self.index(position + 1)
        return position + 1


class Growing(bytearray):
    """Data that come piece by piece, of which parts can be keys."""

    def __getitem__(self, place):
        part = super().__getitem__(place)
        return bytes(part) if isinstance(place, slice) else part


class Repacker:
    """repack.md, "The plan"."""

    def __init__(self, description, data, old):
        self.old = old
        require(description[:4] == b"SLTZ" and description[4:5] in (b"\1", b"\2"), "it is none")
        self.place, self.description, self.data = 5, description, data
        plain, self.packed, plan, tokens = (self.varint() for _ in range(4))
        require(plain == len(data), "the data have another size")
        require(self.place + plan + tokens == len(description), "its sizes contradict each other")
        self.begin(description[self.place : self.place + plan], description[self.place + plan :])

    @classmethod
    def of_streams(cls, description):
        """repack.md, "Streams that stand alone"."""
        self = cls.__new__(cls)
        self.place, self.description, self.data, self.old = 0, description, Growing(), None
        plan = self.varint()
        require(self.place + plan <= len(description), "its sizes contradict each other")
        self.begin(description[self.place : self.place + plan], description[self.place + plan :])
        return self

    def begin(self, plan, tokens):
        self.plan, self.tokens = Coder(plan), Coder(tokens)
        self.known, self.made = Contexts(), Writer()
        self.header, self.program, self.runner = b"\x1f\x8b\x08\0\0\0\0\0\0\xff", None, None
        self.extent, self.is_free, self.is_first, self.last_count = 0, False, False, 0
        self.last = Header()

    def stream(self, content):
        """Makes the next stream of what it holds."""
        start, self.made = len(self.data), Writer()
        self.data += content
        self.take_program()
        self.stretch(start, len(self.data))
        return bytes(self.made.made)

    def varint(self):
        value = shift = 0
        while True:
            byte = self.description[self.place]
            self.place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def bit(self, *key):
        return self.plan.bit(self.known[key])

    def number(self, kind):
        return self.plan.number(self.known, kind)

    def byte(self):
        return self.plan.tree(8, self.known, "byte")

    def filler(self):
        return self.plan.tree(7, self.known, "filler") if self.bit("has filler") else 0

    def run(self):
        if self.description[4] == 2:
            return self.run_frames()
        position = 0
        while self.bit("member"):
            position = self.member(position)
        require(position == len(self.data), "its members hold too little")
        count = self.number("rest")
        if count:
            is_zero = self.bit("zeros")
            self.made.made += bytes(0 if is_zero else self.byte() for _ in range(count))
        require(len(self.made.made) == self.packed, "the blob has another size")
        return bytes(self.made.made)

    def run_frames(self):
        try:
            made = frames.Frames(self.data, self.plan, self.tokens, Contexts).run()
        except frames.Wrong as error:
            raise Damaged(str(error)) from error
        require(len(made) == self.packed, "the blob has another size")
        return made

    def member(self, start):
        if not self.bit("same header"):
            self.header = bytes(self.byte() for _ in range(self.number("header")))
        self.made.made += self.header
        self.take_program()
        end = len(self.data) if self.bit("to the end") else start + self.number("member size")
        require(end <= len(self.data), "a member is too long")
        self.stretch(start, end)
        content = self.data[start:end]
        trailer = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
        self.made.made += trailer if self.bit("right trailer") else bytes(self.byte() for _ in range(8))
        return end

    def take_program(self):
        if self.program is None or not self.bit("same program"):
            self.program = [self.number("program") for _ in range(7)]
            family, level, memory, variant, self.codes, dictionary, mode = self.program
            require(self.codes < 4, "it names an unknown way of making codes")
            require(mode < 2 or mode == 2 and self.old, "it takes an old blob")
            self.dictionary = dictionary - 1 if dictionary else None
            self.has_steps = family in (5, 6)
            if family == 7:
                self.runner = General(self.data, level, variant, self.tokens)
            elif family == 8:
                self.runner = Cheapest(self.data, level, self.tokens)
            else:
                model = model_of(self.data, family, level, memory, variant)
                self.runner = Runner(model, self.tokens, mode > 0, self.data)
            if mode == 2:
                self.runner = beside.Beside(self.runner, self.old, self.data, self.tokens, Mixed())

    def stretch(self, start, end):
        self.first, self.member_end = start, end
        position, size, self.is_last = start, 0, False
        while not self.is_last:
            position, size = self.segment(position, size)
        require(position == end, "a member ends early")
        self.made.align(self.filler())

    def segment(self, start, size):
        end, dictionary = self.member_end, 0
        if self.dictionary is not None:
            dictionary = min(self.dictionary, start - self.first)
            end = min(end, start + size) if size else end
            if not self.bit("usual segment"):
                end = start + self.number("segment size")
            require(start < end <= self.member_end or start == self.member_end, "a segment has a wrong size")
            size = end - start
        self.segment_start, self.segment_end = start, end
        self.runner.model.start(start, dictionary, end)
        position, self.last_kind, empties = start, 3, 0
        while not self.is_last:
            place = 2 if position == self.member_end else 0
            if position == end < self.member_end:
                follows = self.bit("empty", min(empties, 3), self.made.count)
                empties += 1
                if not follows:
                    break
                place = 1
            position = self.block(position, place)
        return position, size

    def block(self, start, place):
        context = 8 + self.made.count if place == 1 else 2 * self.last_kind + (place == 2)
        self.is_last = self.bit("last", context)
        kind = self.plan.tree(2, self.known, ("kind", context))
        require(kind < 3, "an unknown kind of block")
        self.last_kind = kind
        if kind == 0:
            return self.stored(start)
        self.made.bits(self.is_last | kind << 1, 3)
        codes, is_long = FIXED, self.bit("long")
        if self.has_steps:
            self.is_free = self.bit("free", self.is_free)
        is_free = self.has_steps and self.is_free
        if is_long and kind == 2:
            codes = self.code(self.last)
        position = start
        while True:
            tokens, position, first = self.part(position, is_free, start)
            if kind == 2 and not is_long:
                expected = self.expected(tokens)
                if first is not None:
                    self.is_first = self.bit("first step", self.is_first)
                    expected = self.expected(tokens[:first]) if self.is_first else expected
                codes = self.code(expected)
            if not is_long or not self.bit("continues"):
                break
            self.made.tokens(tokens, {**codes[0], 256: (0, 0)}, codes[1])
        self.made.tokens(tokens, *codes)
        return position

    def extent_of(self, position, is_stored):
        context = (is_stored, position == self.segment_end, self.extent)
        self.extent = self.plan.tree(2, self.known, ("extent", context))
        return self.extent

    def part(self, position, is_free, block_start):
        extent, limit, count = self.extent_of(position, False), self.segment_end, 1 << 20
        if extent == 0:
            count = self.last_count
        elif extent == 2:
            here = (position - self.segment_start) // STEP
            limit = min(limit, self.segment_start + (here + 1 + self.number("steps")) * STEP)
        elif extent == 3:
            count = self.last_count = self.number("tokens")
        require(count <= 1 << 20, "a block is too long")
        step = block_start + STEP - (block_start - self.segment_start) % STEP
        splits = self.has_steps and step < limit and position < step
        tokens, first = [], None
        if is_free:
            limit = min(limit, position + count)
            place = position
            while place < limit:
                stop = min(step, limit) if splits and place < step else limit
                place = self.runner.wander(place, stop)
            tokens = [(byte, 0) for byte in self.data[position:limit]]
            first = step - position if splits and step <= limit else None
            return tokens, limit, first
        while len(tokens) < count and position < limit:
            token = self.runner.next(position, self.segment_end, self.first)
            tokens.append(token)
            position += min(token[0], 258) if token[1] else 1
            if splits and first is None and position >= step:
                first = len(tokens)
        return tokens, position, first

    def stored(self, start):
        filler = self.filler()
        extent, end, count = self.extent_of(start, True), min(self.segment_end, start + 65535), None
        if extent == 0:
            count = self.last_count
        elif extent == 2:
            end = min(end, start + STEP - (start - self.segment_start) % STEP)
        elif extent == 3:
            size = self.number("stored size")
            require(size <= end - start, "a stored block is too long")
            end = start + size
        position = start
        while position < end and count != 0:
            position = self.runner.wander(position, end)
            count = None if count is None else count - 1
        self.made.bits(self.is_last, 3)
        self.made.align(filler)
        size = position - start
        self.made.made += struct.pack("<HH", size, size ^ 0xFFFF) + self.data[start:position]
        return position

    def expected(self, tokens):
        literals, distances = [0] * 286, [0] * 30
        literals[256] = 1
        for low, distance in tokens:
            literals[257 + LENGTH_SYMBOL[low] if distance else low] += 1
            if distance:
                distances[distance_symbol(distance)] += 1
        header = Header()
        header.literals = code_lengths(literals, self.codes, 15)
        header.distances = code_lengths(distances, self.codes, 15)
        return header

    def count(self, kind, fewest, all_, bits):
        if self.bit("fewest", kind):
            return fewest
        if self.bit("all", kind):
            return all_
        count = all_ - self.plan.tree(bits, self.known, "count")
        require(count >= fewest, "a code is not sent whole")
        return count

    def code(self, expected):
        header = Header()
        if self.bit("exact"):
            header.literals, header.distances = expected.literals, expected.distances
        else:
            header.literals, header.distances = (
                [self.plan.tree(4, self.known, ("length", own)) for own in row]
                for row in (expected.literals, expected.distances)
            )
        used = max((s for s in range(286) if header.literals[s]), default=0)
        header.literal_count = self.count(0, max(257, used + 1), 286, 5)
        used = max((s for s in range(30) if header.distances[s]), default=0)
        header.distance_count = self.count(1, used + 1, 30, 5)
        sent = header.literals[: header.literal_count], header.distances[: header.distance_count]
        usual = usual_steps(sent[0]) + usual_steps(sent[1]) if self.codes == 0 else usual_steps(sent[0] + sent[1])
        header.steps = usual if self.bit("usual steps") else self.steps(sent[0] + sent[1])
        frequencies = [0] * 19
        for symbol, _ in header.steps:
            frequencies[symbol] += 1
        header.lengths = code_lengths(frequencies, self.codes, 7)
        if not self.bit("usual lengths"):
            header.lengths = [self.plan.tree(3, self.known, "code length") for _ in range(19)]
        used = max((i for i in range(19) if header.lengths[ORDER[i]]), default=0)
        header.sent_count = self.count(2, max(4, used + 1), 19, 4)
        self.made.header(header)
        self.last = header
        return canonical(header.literals), canonical(header.distances)

    def steps(self, lengths):
        steps, place = [], 0
        while place < len(lengths):
            kind = self.plan.tree(2, self.known, "step")
            extra = self.number("step extra") if kind else 0
            require(extra < (1, 4, 8, 128)[kind], "a step of a code is too long")
            count = (1, extra + 3, extra + 3, extra + 11)[kind]
            own = lengths[place]
            same = lengths[place : place + count] == [own] * count
            repeats = kind != 1 or place > 0 and lengths[place - 1] == own
            require(same and repeats and (kind < 2 or own == 0), "a step of a code is wrong")
            steps.append((15 + kind if kind else own, extra))
            place += count
        return steps


def repack(description, data, old=None):
    """The blob that a description makes of some data, and of an old blob and its data if it takes one."""
    return Repacker(description, data, old).run()


def content(folder, name):
    """A blob and what it holds; all zstd frames hold what zlib-6.gz does, or its front, or twice that."""
    is_gzip = os.path.exists(f"{folder}/{name}.gz")
    with open(f"{folder}/{name}.gz" if is_gzip else f"{folder}/{name}.zst", "rb") as file:
        blob = file.read()
    with gzip.open(f"{folder}/{name}.gz" if is_gzip else f"{folder}/zlib-6.gz") as file:
        data = file.read()
    if name.endswith("-small"):
        data = data[:20000]
    return blob, data * 2 if name == "zstd-frames" else data


def check(folder):
    failures = 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".sltz"):
            continue
        with open(f"{folder}/{name}", "rb") as file:
            description = file.read()
        is_beside = name.endswith("-beside.sltz")
        blob, data = content(folder, name[: -12 if is_beside else -5])
        old = content(folder, name[:-12] + "-old") if is_beside else None
        try:
            result = "ok" if repack(description, data, old) == blob else "WRONG"
        except Damaged as error:
            result = f"FAILED: {error}"
        failures += result != "ok"
        print(f"{name}: {result}", flush=True)
    return failures


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--check":
        sys.exit(__doc__)
    sys.exit(1 if check(sys.argv[2]) else 0)
