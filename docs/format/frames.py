"""Makes blobs of zstd frames of what they hold, written from repack.md; used by repack.py."""

import bisect

import best
import libzstd
import tables
from best import common

PARTS = 3  # of sequences: how many literals, the offset, the length of the match
LITERAL_BITS = [0] * 16 + [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
LENGTH_BITS = [0] * 32 + [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
LITERAL_BASES = [sum(1 << b for b in LITERAL_BITS[:i]) for i in range(36)]
LENGTH_BASES = [3 + sum(1 << b for b in LENGTH_BITS[:i]) for i in range(53)]
CODE_COUNTS, LOGS = (36, 32, 53), (9, 8, 9)
MASK = (1 << 64) - 1
PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


class Wrong(Exception):
    """What is wrong with a description."""


def require(condition, reason):
    if not condition:
        raise Wrong(reason)


def rotated(value, count):
    return (value << count | value >> 64 - count) & MASK


def xxhash(data):
    def mix(lane, word):
        return rotated(lane + word * PRIMES[1] & MASK, 31) * PRIMES[0] & MASK

    def number(place, count):
        return int.from_bytes(data[place : place + count], "little")

    place = 0
    if len(data) >= 32:
        lanes = [PRIMES[0] + PRIMES[1] & MASK, PRIMES[1], 0, -PRIMES[0] & MASK]
        while len(data) - place >= 32:
            lanes = [mix(lane, number(place + 8 * i, 8)) for i, lane in enumerate(lanes)]
            place += 32
        value = sum(rotated(lane, n) for lane, n in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ mix(0, lane)) * PRIMES[0] + PRIMES[3]) & MASK
    else:
        value = PRIMES[4]
    value = value + len(data) & MASK
    while len(data) - place >= 8:
        value = (rotated(value ^ mix(0, number(place, 8)), 27) * PRIMES[0] + PRIMES[3]) & MASK
        place += 8
    if len(data) - place >= 4:
        value = (rotated(value ^ number(place, 4) * PRIMES[0] & MASK, 23) * PRIMES[1] + PRIMES[2]) & MASK
        place += 4
    for byte in data[place:]:
        value = rotated(value ^ byte * PRIMES[4] & MASK, 11) * PRIMES[0] & MASK
    value = (value ^ value >> 33) * PRIMES[1] & MASK
    value = (value ^ value >> 29) * PRIMES[2] & MASK
    return value ^ value >> 32


class Bits:
    """Bits, the first one lowest."""

    def __init__(self):
        self.bytes, self.value, self.count = bytearray(), 0, 0

    def add(self, value, count):
        self.value |= (value & (1 << count) - 1) << self.count
        self.count += count
        while self.count >= 8:
            self.bytes.append(self.value & 255)
            self.value >>= 8
            self.count -= 8

    def align(self):
        if self.count:
            self.add(0, 8 - self.count)

    def end(self):
        self.add(1, 1)
        self.align()


# Codes -----------------------------------------------------------------------------------------------------------


class StateCode:
    """RFC 8878, section 4.1: a code by the shares of its symbols."""

    def __init__(self, shares, log):
        require(5 <= log <= 9 and sum(map(abs, shares)) == 1 << log, "a code's shares do not add up")
        while not shares[-1]:
            shares = shares[:-1]
        self.shares, self.log, size = shares, log, 1 << log
        table, end = [0] * size, size - 1
        for symbol, share in enumerate(shares):
            if share < 0:
                table[end] = symbol
                end -= 1
        place = 0
        for symbol, share in enumerate(shares):
            for _ in range(share):
                table[place] = symbol
                place = place + (size >> 1) + (size >> 3) + 3 & size - 1
                while place > end:
                    place = place + (size >> 1) + (size >> 3) + 3 & size - 1
        following = [abs(share) for share in shares]
        self.reading = []
        for symbol in table:
            bits = log + 1 - following[symbol].bit_length()
            self.reading.append((symbol, bits, (following[symbol] << bits) - size))
            following[symbol] += 1
        self.states = [[size + i for i in range(size) if table[i] == s] for s in range(len(shares))]

    def deltas(self, symbol):
        count = abs(self.shares[symbol])
        bits = self.log if count == 1 else self.log + 1 - (count - 1).bit_length()
        return (bits << 16) - (count << bits), count

    def start(self, symbol):
        delta, count = self.deltas(symbol)
        bits = delta + (1 << 15) >> 16
        return self.states[symbol][((bits << 16) - delta >> bits) - count]

    def write(self, symbol, state, bits):
        delta, count = self.deltas(symbol)
        number = state + delta >> 16
        bits.add(state, number)
        return self.states[symbol][(state >> number) - count]

    def says(self, counts):
        return all(not n or s < len(self.shares) and self.shares[s] for s, n in enumerate(counts))

    def cost(self, counts):
        if not self.says(counts):
            return None
        cost = 0
        for symbol, count in enumerate(counts):
            if count:
                delta = self.deltas(symbol)[0]
                whole = delta >> 16
                distance = (whole + 1 << 16) - (delta + (1 << self.log))
                cost += count * ((whole + 1 << 8) - ((distance << 8) >> self.log))
        return cost >> 8

    def description(self):
        bits, left, threshold, width, symbol = Bits(), (1 << self.log) + 1, 1 << self.log, self.log + 1, 0
        bits.add(self.log - 5, 4)
        while left > 1:
            share = self.shares[symbol]
            symbol += 1
            spare = 2 * threshold - 1 - left
            left -= abs(share)
            value = share + 1 + (spare if share + 1 >= threshold else 0)
            bits.add(value, width - 1 if value < spare else width)
            while left < threshold:
                width, threshold = width - 1, threshold >> 1
            if share == 0 and left > 1:
                run = 0
                while not self.shares[symbol]:
                    run, symbol = run + 1, symbol + 1
                for _ in range(run // 3):
                    bits.add(3, 2)
                bits.add(run % 3, 2)
        bits.align()
        return bytes(bits.bytes)


class OneSymbol:
    """A code of one symbol, which takes no bits."""

    log = 0

    def __init__(self, symbol):
        self.symbol = symbol

    def start(self, symbol):
        return 0

    def write(self, symbol, state, bits):
        return 0

    def says(self, counts):
        return all(not n or s == self.symbol for s, n in enumerate(counts))


def read_code(data, log_limit, count):
    """A code's description: the code and how long it is."""
    place = 4

    def peek(width):
        return int.from_bytes(data[place >> 3 : (place >> 3) + 3], "little") >> (place & 7) & (1 << width) - 1

    require(data, "a code is not described")
    log = (data[0] & 15) + 5
    require(log <= log_limit, "a code has too many states")
    shares, left, threshold, width = [], (1 << log) + 1, 1 << log, log + 1
    while left > 1:
        require(len(shares) < count, "a code has too many symbols")
        spare, value = 2 * threshold - 1 - left, peek(width)
        if value & threshold - 1 < spare:
            value &= threshold - 1
            place += width - 1
        else:
            value -= spare if value >= threshold else 0
            place += width
        shares.append(value - 1)
        left -= abs(value - 1)
        while left < threshold and width > 1:
            width, threshold = width - 1, threshold >> 1
        run = 3 if value == 1 else 0
        while run == 3 and len(shares) < count:
            run = peek(2)
            place += 2
            shares += [0] * run
    size = (place + 7) // 8
    require(left == 1 and size <= len(data) and len(shares) <= count, "a code is wrong")
    return StateCode(shares, log), size


ROUNDING = (0, 473195, 504333, 520860, 550000, 700000, 750000, 830000)


def make_code(counts, log_limit, is_of_weights=False, rare=None, total=None):
    """The code that klauspost/compress makes, or libzstd with a share of what is rare; none where it finds none."""
    all_of_them, total = total or sum(counts), sum(counts)
    if total < 2:
        return None
    least = min((all_of_them - is_of_weights).bit_length(), (len(counts) - 1).bit_length() + 1)
    most = (all_of_them - 1).bit_length() - 3 & 255
    log = min(max(min(log_limit, most), least, 5), log_limit)
    scale, step, shares, largest, best = 62 - log, (1 << 62) // total, [], 0, 0
    for symbol, count in enumerate(counts):
        share = 0
        if 0 < count <= total >> log:
            share = rare or -1
        elif count:
            share = count * step >> scale
            if share < 8 and count * step - (share << scale) > ROUNDING[share] << scale - 20:
                share += 1
            if share > best:
                largest, best = symbol, share
        shares.append(share)
    left = (1 << log) - sum(map(abs, shares))
    if -left < shares[largest] >> 1:
        shares[largest] += left
        return StateCode(shares, log)
    shares = even_shares(counts, total, log, rare)
    return shares and StateCode(shares, log)


def even_shares(counts, total, log, rare_share):
    rare, least, shares = total >> log, total * 3 >> log + 1, []
    for count in counts:
        shares.append(0 if not count else rare_share or -1 if count <= rare else 1 if count <= least else None)

    def rest():
        given = sum(1 for share in shares if share)
        return (1 << log) - given, sum(c for c, share in zip(counts, shares) if share is None)

    left, total = rest()
    if left <= 0:
        return shares if rare_share and left == 0 else None
    if total // left > least:
        least = total * 3 // (left * 2)
        shares = [1 if s is None and c <= least else s for c, s in zip(counts, shares)]
        left, total = rest()
        if left < 0 or left == 0 and not rare_share:
            return None
    if rare_share and all(shares):
        shares[counts.index(max(counts))] += left
        return shares
    if not total:
        receivers = [i for i, share in enumerate(shares) if share > 0]
        for index in range(left if receivers else 0):
            shares[receivers[index % len(receivers)]] += 1
        return shares if receivers else None
    scale = 62 - log
    middle = (1 << scale - 1) - 1
    step, place = ((left << scale) + middle) // total, middle
    for symbol, count in enumerate(counts):
        if shares[symbol] is None:
            end = place + count * step
            shares[symbol] = (end >> scale) - (place >> scale)
            if shares[symbol] < 1:
                return None
            place = end
    return shares


class LiteralCode:
    """RFC 8878, section 4.2: a Huffman code by the lengths of its symbols."""

    def __init__(self, lengths):
        self.lengths, self.longest, self.codes = lengths, max(lengths), {}
        first = 0
        for length in range(self.longest, 0, -1):
            symbols = [s for s, own in enumerate(lengths) if own == length]
            for index, symbol in enumerate(symbols):
                self.codes[symbol] = (first + index, length)
            first = first + len(symbols) >> 1

    def covers(self, counts):
        return all(symbol in self.codes for symbol, count in enumerate(counts) if count)

    def estimate(self, counts):
        return 7 + sum(self.codes[s][1] * n for s, n in enumerate(counts) if n) >> 3

    def size(self, literals):
        return sum(self.codes[byte][1] for byte in literals) // 8 + 1

    def stream(self, literals):
        bits = Bits()
        for byte in reversed(literals):
            bits.add(*self.codes[byte])
        bits.end()
        return bytes(bits.bytes)

    def description(self, rare=None):
        weights = [self.longest + 1 - n if n else 0 for n in self.lengths[:-1]]
        packed = pack(weights, rare) if len(weights) > 1 else None
        if packed and len(packed) < (len(weights) if rare else len(self.lengths)) // 2:
            return bytes([len(packed)]) + packed
        if not 0 < len(weights) <= 128:
            return b""
        padded = weights + [0]
        pairs = (padded[i] << 4 | padded[i + 1] for i in range(0, len(weights), 2))
        return bytes([127 + len(weights)]) + bytes(pairs)


def pack(weights, rare=None):
    counts = [weights.count(n) for n in range(max(weights) + 1)]
    most = max(counts)
    if most == len(weights) or most == 1 or most < len(weights) >> 7 or len(weights) < 3:
        return None
    code = make_code(counts, 6, not rare, rare)
    if not code:
        return None
    bits, states = Bits(), [0, 0]
    bits.bytes += code.description()
    for index in range(len(weights) - 1, -1, -1):
        if index >= len(weights) - 2:
            states[index & 1] = code.start(weights[index])
        else:
            states[index & 1] = code.write(weights[index], states[index & 1], bits)
    bits.add(states[1], code.log)
    bits.add(states[0], code.log)
    bits.end()
    return bytes(bits.bytes) if len(bits.bytes) < len(weights) else None


def read_literal_code(data):
    require(data, "a code of literals is not described")
    if data[0] < 128:
        size = 1 + data[0]
        weights = unpack(data[1:size])
    else:
        count = data[0] - 127
        size = 1 + (count + 1) // 2
        require(size <= len(data), "a code of literals is not described")
        weights = [data[1 + i // 2] >> (0 if i & 1 else 4) & 15 for i in range(count)]
    require(len(weights) < 256 and all(w <= 11 for w in weights), "a code of literals is wrong")
    total = sum(1 << w - 1 for w in weights if w)
    longest = total.bit_length()
    rest = (1 << longest) - total
    require(total and longest <= 11 and not rest & rest - 1, "a code of literals is wrong")
    weights = weights + [rest.bit_length()]
    return LiteralCode([longest + 1 - w if w else 0 for w in weights]), size


def unpack(data):
    code, used = read_code(data, 6, 16)
    value = int.from_bytes(data[used:], "little")
    require(value, "weights have no end")
    left = value.bit_length() - 1

    def read(count):
        nonlocal left
        left -= count
        return (value >> left if left >= 0 else value << -left) & (1 << count) - 1

    value &= (1 << left) - 1
    states, weights = [read(code.log), read(code.log)], []
    while len(weights) < 255:
        symbol, count, base = code.reading[states[0]]
        weights.append(symbol)
        states = [states[1], base + read(count)]
        if left < 0:
            return weights + [code.reading[states[0]][0]]
    raise Wrong("weights have no end")


def make_literal_code(counts, order=None):
    """The code that klauspost/compress and libzstd make."""
    order = order or sorted((s for s in range(256) if counts[s]), key=lambda s: (-counts[s], s))
    if len(order) < 2:
        return None
    total, last = sum(counts), max(order)
    least = min(total.bit_length(), last.bit_length() + 1)
    limit = min(max(min(11, (total - 1).bit_length() - 2), least, 5), 11)
    leaves = [counts[s] for s in order]
    count, nodes, parents, leaf, node = len(leaves), [], {}, len(leaves) - 1, 0
    while len(nodes) < count - 1:
        weight = 0
        for _ in range(2):
            if leaf >= 0 and (node >= len(nodes) or leaves[leaf] < nodes[node]):
                weight += leaves[leaf]
                parents[leaf] = count + len(nodes)
                leaf -= 1
            else:
                weight += nodes[node]
                parents[count + node] = count + len(nodes)
                node += 1
        nodes.append(weight)
    depths = [0] * (2 * count - 1)
    for index in range(2 * count - 3, -1, -1):
        depths[index] = depths[parents[index]] + 1
    depths = limited(depths[:count], leaves, limit)
    if not depths:
        return None
    lengths = [0] * (last + 1)
    for symbol, depth in zip(order, depths):
        lengths[symbol] = depth
    return LiteralCode(lengths)


def limited(depths, counts, limit):
    deepest, place, debt = depths[-1], len(depths) - 1, 0
    if deepest <= limit:
        return depths
    while place >= 0 and depths[place] > limit:
        debt += (1 << deepest - limit) - (1 << deepest - depths[place])
        depths[place] = limit
        place -= 1
    while place >= 0 and depths[place] == limit:
        place -= 1
    debt >>= deepest - limit
    lowest, depth = [None] * (limit + 2), limit
    for index in range(place, -1, -1):
        if depths[index] < depth:
            depth = depths[index]
            lowest[limit - depth] = index
    while debt > 0:
        step = min(debt.bit_length(), limit)
        while step > 1:
            if lowest[step] is not None:
                low = lowest[step - 1]
                if low is None or counts[lowest[step]] <= 2 * counts[low]:
                    break
            step -= 1
        while step <= limit and lowest[step] is None:
            step += 1
        if step > limit:
            return None
        leaf = lowest[step]
        debt -= 1 << step - 1
        if lowest[step - 1] is None:
            lowest[step - 1] = leaf
        depths[leaf] += 1
        lowest[step] = leaf - 1 if leaf > 0 and depths[leaf - 1] == limit - step else None
    while debt < 0:
        leaf = lowest[1]
        if leaf is None:
            while place >= 0 and depths[place] == limit:
                place -= 1
            leaf = place
        if leaf + 1 >= len(depths):
            return None
        depths[leaf + 1] -= 1
        lowest[1] = leaf + 1
        debt += 1
    return depths


# Models ----------------------------------------------------------------------------------------------------------


class Model:
    """klauspost/compress's levels "default" (family 2) and "fastest" (1); none (0)."""

    def __init__(self, data, family):
        self.data, self.family, self.tables = data, family, ({}, {})
        self.window, self.margin, self.least = (1 << 23, 10, 16) if family == 2 else (1 << 22, 8, 10)
        self.behind = 0

    def frame(self, start):
        self.frame_start, self.first, self.second = start, 1, 4

    def block(self, start, end, is_whole):
        self.end, self.is_whole, self.limit, self.count = end, is_whole, end - self.margin, 0
        self.is_done, self.checks = end - start < self.least, False

    def word(self, place, count=8):
        return int.from_bytes(self.data[place : place + count], "little")

    def long(self, place):
        return (self.word(place) * 0xCF1BBCDCB7A56463 & MASK) >> 47

    def short(self, place):
        return ((self.word(place, 5) << 24) * 889523592379 & MASK) >> 49

    def six(self, place):
        return ((self.word(place, 6) << 16) * 227718039650203 & MASK) >> 49

    def candidate(self, place, position):
        """Whether a noted place has the four bytes of a position."""
        fits = place is not None and self.frame_start <= place < position and position - place < self.window
        return fits and self.data[place : place + 4] == self.data[position : position + 4]

    def done(self, emitted, literals, length, offset):
        self.count += 1
        self.is_done = emitted + literals + length >= self.limit
        return literals, length, offset

    def back(self, position, place, most, at):
        count, first = 0, max(at - self.window, self.frame_start)
        while count < most and place - count > first and self.data[place - count - 1] == self.data[position - count - 1]:
            count += 1
        return count

    def repeated(self, position, skip, emitted):
        start = position + skip
        place = start - self.first
        if place < self.frame_start or self.data[place : place + 4] != self.data[start : start + 4]:
            return None
        length = common(self.data, start, place, self.end - start)
        back = self.back(start, place, start - emitted - 1, position)
        return self.done(emitted, start - back - emitted, length + back, 1)

    def match(self, position, place, emitted):
        self.second, self.first = self.first, position - place
        length = common(self.data, position, place, self.end - position)
        back = self.back(position, place, position - emitted, position)
        return self.done(emitted, position - back - emitted, length + back, self.first + 3)

    def at_second(self, position):
        place = position - self.second
        if self.second <= 0 or place < self.frame_start:
            return None
        if self.data[place : place + 4] != self.data[position : position + 4]:
            return None
        self.first, self.second = self.second, self.first
        return self.done(position, 0, common(self.data, position, place, self.end - position), 1)

    def predict(self, position):
        if self.family == 0 or self.is_done:
            return None
        return self.standard(position) if self.family == 2 else self.fastest(position)

    def standard(self, position):
        long, short = self.tables
        emitted = position
        if self.checks:
            sequence = self.at_second(position)
            if sequence:
                long[self.long(position)] = position
                short[self.behind if self.is_whole else self.short(position)] = position
                return sequence
            self.checks = False
        repeats = self.count > 2
        while True:
            hashes = self.long(position), self.short(position)
            noted = long.get(hashes[0]), short.get(hashes[1])
            long[hashes[0]] = short[hashes[1]] = position
            if repeats:
                sequence = self.repeated(position, 1, emitted)
                if sequence:
                    return sequence
            if self.candidate(noted[0], position):
                return self.found(position, noted[0], emitted)
            if self.candidate(noted[1], position):
                following = self.long(position + 1)
                other = long.get(following)
                long[following] = position + 1
                if self.candidate(other, position + 1):
                    return self.found(position + 1, other, emitted)
                return self.found(position, noted[1], emitted)
            position += 1 + (position - emitted >> 7)
            if position >= self.limit:
                self.is_done = True
                return None

    def found(self, position, place, emitted):
        sequence = self.match(position, place, emitted)
        if self.is_done:
            return sequence
        long, short = self.tables
        start, end = emitted + sequence[0], emitted + sequence[0] + sequence[1]
        long[self.long(start + 1)] = start + 1
        long[self.long(end - 2)] = end - 2
        short[self.short(start + 2)] = start + 2
        short[self.short(end - 1)] = end - 1
        self.behind = self.short(end)
        self.checks = self.count - (not self.is_whole) > 2
        return sequence

    def fastest(self, position):
        table = self.tables[0]
        emitted = position
        if self.checks:
            self.checks = False
            sequence = self.at_second(position)
            if sequence:
                table[self.six(position)] = position
                return sequence
        repeats = self.count > 2
        while True:
            hashes = self.six(position), self.six(position + 1)
            noted = table.get(hashes[0]), table.get(hashes[1])
            table[hashes[0]] = position
            table[hashes[1]] = position + 1
            if repeats:
                sequence = self.repeated(position, 2, emitted)
                if sequence:
                    return sequence
            for skip in range(2):
                if self.candidate(noted[skip], position + skip):
                    sequence = self.match(position + skip, noted[skip], emitted)
                    self.checks = self.count - (not self.is_whole) > 2
                    return sequence
            position += 2 + (position - emitted >> 5)
            if position >= self.limit:
                self.is_done = True
                return None

    def correct(self, position, count, distances):
        self.count, self.first, self.second = count, distances[0], distances[1]
        self.is_done, self.checks = position >= self.limit, count > 2
        if not self.is_done and self.family == 2:
            self.tables[0][self.long(position - 2)] = position - 2
            self.tables[1][self.short(position - 1)] = position - 1
            self.behind = self.short(position)


class Better(Model):
    """klauspost/compress's level "better" (families 5 to 9)."""

    def __init__(self, data, family):
        super().__init__(data, family)
        self.window, self.margin, self.least = 1 << 23 if family == 5 else 1 << 24, 10, 16
        self.skip = {8: 0, 9: None}.get(family, 3)

    def block(self, start, end, is_whole):
        super().block(start, end, is_whole)
        self.may_be_run = self.family == 5 and end - start >= 4

    def long(self, place):
        return (self.word(place) * 0xCF1BBCDCB7A56463 & MASK) >> 45

    def short(self, place):
        return ((self.word(place, 5) << 24) * 889523592379 & MASK) >> 51

    def pair(self, place):
        return self.tables[0].get(self.long(place), (-1, -1))

    def note(self, place):
        self.tables[0][self.long(place)] = place, self.pair(place)[0]

    def note_all(self, place, end):
        while not self.is_done and place < end - 1:
            self.note(place)
            self.tables[1][self.short(place + 1)] = place + 1
            place += 2

    def predict(self, position):
        size = self.end - position
        if self.may_be_run:
            self.may_be_run = False
            if self.data[position : self.end] == self.data[position : position + 1] * size:
                self.is_done = True
                return 1, size - 1, 4
        if self.is_done:
            return None
        emitted, short = position, self.tables[1]
        if self.checks:
            sequence = self.at_second(position)
            if sequence:
                self.note(position)
                short[self.short(position)] = position
                return sequence
            self.checks = False
        repeats = self.count > 2
        while True:
            places, noted = self.pair(position), short.get(self.short(position))
            self.note(position)
            short[self.short(position)] = position
            if repeats:
                sequence = self.repeated(position, 1, emitted)
                if sequence:
                    self.note_all(position + 1, emitted + sequence[0] + sequence[1])
                    return sequence
            found = self.found(position, places, noted)
            if found:
                at, place, _ = self.look_behind(found)
                sequence = self.match(at, place, emitted)
                start = position if self.family < 7 else emitted + sequence[0]
                self.note_all(start + 1, emitted + sequence[0] + sequence[1])
                self.checks = self.count > 3
                return sequence
            position += 1 + (position - emitted >> 8)
            if position >= self.limit:
                self.is_done = True
                return None

    def longer(self, match, place, position, at, count):
        """A match of so many bytes, less than the window before a position, if it is longer; else the one there is."""
        if not self.frame_start <= place < position or at - place >= self.window:
            return match
        if self.data[place : place + count] != self.data[position : position + count]:
            return match
        length = common(self.data, position, place, self.end - position)
        return (position, place, length) if length > match[2] else match

    def found(self, position, places, noted):
        match = None, None, 0
        for place in places:
            match = self.longer(match, place, position, position, 8)
        if match[2]:
            return match
        if not self.candidate(noted, position):
            return None
        match = position, noted, common(self.data, position, noted, self.end - position)
        places = self.pair(position + 1)
        self.note(position + 1)
        for place in places:
            if match[0] == position:
                match = self.longer(match, place, position + 1, position, 8)
        return match

    def look_behind(self, match):
        start, _, length = match
        if self.skip is None or start + length >= self.limit:
            return match
        for place in self.pair(start + length):
            at = start + self.skip
            match = self.longer(match, place - match[2] + self.skip, at, at, 4)
        return match


# Frames ----------------------------------------------------------------------------------------------------------

PREDEFINED = (
    StateCode([4, 3] + [2] * 11 + [1] * 3 + [2] * 9 + [3, 2] + [1] * 5 + [-1] * 4, 6),
    StateCode([1] * 6 + [2] * 3 + [1] * 15 + [-1] * 5, 5),
    StateCode([1, 4, 3] + [2] * 6 + [1] * 37 + [-1] * 7, 6),
)
RAW, RUN, CODED, AS_BEFORE = range(4)
WINDOWS = (0x68, 0x60, 0x68, 0x68, 0x78, 0x68, 0x70, 0x70, 0x70, 0x70, 0x58, 0x58, 0x48, 0x50, 0x50)  # what headers say, by family


def code_of(bases, value):
    low, high = 0, len(bases)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bases[middle] <= value else (low, middle)
    return low


def cost(offset, length):
    """What a sequence takes by the predefined codes."""
    codes = offset.bit_length() - 1, code_of(LENGTH_BASES, length)
    states = sum(PREDEFINED[part + 1].deltas(code)[0] >> 16 for part, code in enumerate(codes))
    return codes[0] + LENGTH_BITS[codes[1]] + states


def whole_header(size):
    """What klauspost/compress writes in front of a frame of one block."""
    width = 0 if size < 256 else 1 if size < 65792 else 2
    window = b"" if size > 1024 else b"\x08" if size == 1024 else b"\0"
    tail = (size - 256 if width == 1 else size).to_bytes(4, "little")[: 2 * width]
    return bytes([width << 6 | (size > 1024) << 5 | 4]) + window + tail


class Frames:
    """repack.md, "zstd frames"."""

    def __init__(self, data, plan, sequences, contexts, form):
        self.is_cut, self.has_tables, self.tables = form > 2, form == 4, ({}, {})
        self.cuts = tables.cuts(data) + [(len(data), len(data))] if self.has_tables else []
        # Tables come behind the data as if they were some.
        self.size_of_data, data = len(data), bytearray(data)
        self.starts, self.table_count = {}, 0
        self.data, self.plan, self.coder = data, plan, sequences
        self.known, self.corrections = contexts(), contexts()
        self.made, self.header, self.program, self.models = bytearray(), b"\x04\x68", None, {}
        self.last_free = False
        self.gap = self.coder.number(self.corrections, "gap")

    def bit(self, *key):
        return self.plan.bit(self.known[key])

    def number(self, kind):
        return self.plan.number(self.known, kind)

    def bytes(self, kind):
        count = self.number(kind)
        require(count <= 1 << 26, "it holds too many bytes of a frame")
        return bytes(self.plan.tree(8, self.known, "byte") for _ in range(count))

    def run(self):
        position = 0
        while self.bit("frame"):
            self.starts.setdefault(position, len(self.made))
            if self.bit("skippable"):
                is_at_end = position == len(self.data) and position > 0
                is_table = self.has_tables and is_at_end and self.table_count < 4 and self.bit("table")
                kind = self.number("skippable kind")
                require(kind < 16, "a frame to skip is of no known kind")
                content = self.table(position) if is_table else self.bytes("skippable size")
                position = len(self.data) if is_table else position
                self.made += (0x184D2A50 + kind).to_bytes(4, "little") + len(content).to_bytes(4, "little")
                self.made += content
            else:
                position = self.frame(position)
        require(position == len(self.data), "its frames hold too little")
        return bytes(self.made)

    def table(self, position):
        self.table_count += 1
        kind, size, edits = self.number("table kind"), self.number("table size"), []
        require(kind < 4, "a table is of no known kind")
        for _ in range(self.number("edits")):
            copied, skipped = self.number("copied"), self.number("skipped")
            edits.append((copied, skipped, self.bytes("inserted")))
        layer = tables.Layer(bytes(self.data[: self.size_of_data]), self.starts)
        text = tables.edited(kind, layer, size, edits)
        require(text, "a table has another length")
        self.data += text
        made, self.made = self.made, bytearray()
        require(self.frame(position) == len(self.data), "a frame holds too little of a table")
        made, self.made = self.made, made
        return bytes(made)

    def take_header(self):
        if not self.bit("same header"):
            self.header = self.bytes("header")
            require(0 < len(self.header) < 15 and not self.header[0] & 11, "a frame's header is wrong")

    def next_cut(self, start):
        """Where the frame is likely to end, as far as that follows from as many bytes as a block has at most."""
        index = bisect.bisect_right(self.cuts, (start, len(self.data)))
        place, known = self.cuts[index] if index < len(self.cuts) else (0, len(self.data))
        return place if known <= min(start + (1 << 17), self.size_of_data) and start < self.size_of_data else None

    def cut_header(self, start):
        cut = self.next_cut(start)
        expected = bytes([4, WINDOWS[self.program[0]]])
        if cut and self.bit("ends at cut"):
            self.whole = cut - start
            expected = (libzstd.whole_header if self.settings else whole_header)(self.whole)
        elif self.bit("whole"):
            self.whole = self.number("frame size")
            require(self.whole <= min(1 << 17, len(self.data) - start), "a frame is too long")
            expected = (libzstd.whole_header if self.settings else whole_header)(self.whole)
        if self.bit("expected header"):
            self.header = expected
        else:
            self.take_header()

    def take_program(self):
        if self.program is None or not self.bit("same program"):
            self.program = [self.number("program"), self.number("program")]
            family, number = self.program
            require(family < 15 and number < (2 if family < 10 else 15), "it names an unknown encoder")
        family, self.is_older = self.program
        self.settings = libzstd.Settings(self.program[1]) if family > 9 else None
        self.codes_all, self.is_fast = 2 < family < 10, family in libzstd.FAST_SIZES
        self.usual = 1 << 16 if family == 1 and not self.is_older else 1 << 17
        key = tuple(self.program)
        if key not in self.models:
            if family in (3, 4):
                self.models[key] = best.Best(self.data, self.tables, cost, family == 4)
            elif self.settings:
                self.models[key] = (libzstd.Fast if self.is_fast else libzstd.DoubleFast)(self.data, family, self.settings)
            else:
                self.models[key] = (Better if family > 4 else Model)(self.data, family)
        self.model = self.models[key]

    def frame(self, start):
        self.whole = None
        if not self.is_cut:
            self.take_header()
        self.take_program()
        if self.is_cut:
            self.cut_header(start)
        self.made += b"\x28\xb5\x2f\xfd" + self.header
        self.frame_start, self.distances = start, [1, 4, 8]
        self.literal_code, self.reuses_literals = None, False
        self.part_codes, self.reuses = [None] * PARTS, [False] * PARTS
        self.reach = 1 << (24 if 5 < self.program[0] < 10 else 23)
        self.window = libzstd.window_of(self.header, self.reach)
        self.model.frame(*(start, self.header) if self.settings else (start,))
        position, is_last = start, False
        while not is_last:
            position, is_last = self.block(position)
        if self.header[0] & 4:
            right = (xxhash(self.data[start:position]) & 0xFFFFFFFF).to_bytes(4, "little")
            if not self.bit("right checksum"):
                right = bytes(self.plan.tree(8, self.known, "byte") for _ in range(4))
            self.made += right
        return position

    def size(self, start):
        """Where a block ends, and whether it is the last of its frame."""
        if self.whole is not None:
            return start + self.whole, True
        likely_end = self.next_cut(start) or len(self.data)
        size = min(self.usual, likely_end - start)
        if self.settings:
            end = self.settings.call_end(start, start - self.frame_start)
            rest = min(likely_end, end or likely_end) - start
            splits = self.settings.generation == libzstd.SPLIT and rest >= self.usual and self.gain >= 3
            split = libzstd.split_by_ends if self.is_fast else libzstd.split
            size = split(self.data, start) if splits else min(self.usual, rest)
        if not self.bit("usual size"):
            size = self.number("size")
        require(size <= min(1 << 17, len(self.data) - start), "a block is too long")
        return start + size, self.bit("last", start + size == likely_end)

    def block(self, start):
        is_fresh = self.settings and self.settings.starts_anew(start - self.frame_start, self.window)
        if is_fresh:
            self.gain, self.reuses_literals = -4 - len(self.header), False
        made = len(self.made)
        end, is_last = self.size(start)
        size = end - start
        if self.is_cut:
            is_free = self.bit("free of size", min(size.bit_length() // 2, 9))
        else:
            is_free = self.last_free = self.bit("free", self.last_free)
        self.model.block(start, end, is_last and start == self.frame_start)
        expected = CODED
        self.sequences = []
        if is_free:
            expected = self.wander(start, end, is_fresh)
        else:
            self.follow(start, end)
        self.collect(start, end)
        if is_free and expected == CODED and self.settings:
            literals = libzstd.literals(self, *self.own_literal_code())
            expected = RAW if literals[3] + 1 >= size - libzstd.gain(size) else CODED
        elif is_free and expected == CODED:
            expected = RAW if size < 32 else min(self.expected_literals()[0], CODED)
        kind = self.plan.tree(2, self.known, ("kind", expected))
        require(kind < 3, "a block has no known kind")
        content = self.data[start:end]
        if kind == RUN:
            require(content, "a run is empty")
            content = content[:1]
        elif kind == CODED:
            content = self.compressed()
        count = len(content) if kind == CODED else size
        self.made += (is_last | kind << 1 | count << 3).to_bytes(3, "little") + content
        if self.settings:
            self.gain += size - (len(self.made) - made)
            self.model.end_block(kind == CODED)
        return end, is_last

    def wander(self, start, end, is_fresh):
        place, literals, sequences = start, end - start, []
        while len(sequences) < 43691:
            sequence = self.model.predict(place)
            if not sequence:
                break
            sequences.append(sequence)
            place += sequence[0] + sequence[1]
            literals -= sequence[1]
        size = end - start
        if self.settings:
            if not is_fresh and len(set(self.data[start:end])) < 2:
                return RUN
            return RAW if sequences else CODED
        is_run = len(sequences) == 1 and literals <= 1 and sequences[0] == (literals, size - literals, 4)
        if is_run and not self.is_older:
            return RUN
        if sequences and size - literals - (size >> (5 if self.codes_all and self.is_older else 6)) >= 16:
            self.reuses_literals = False
            return RAW
        if not self.codes_all or self.is_older and not sequences and size == self.usual:
            return RAW
        return CODED

    def follow(self, start, end):
        place, strayed = start, 0
        while True:
            follows = strayed <= 1 << 21
            predicted = actual = self.model.predict(place) if follows else None
            if self.gap:
                self.gap -= 1
            else:
                actual = self.correct(predicted, place, end)
                self.gap = self.coder.number(self.corrections, "gap")
            if actual != predicted:
                strayed += predicted[0] + predicted[1] if predicted else end - place
            if not actual:
                break
            require(len(self.sequences) < 43691, "a block has too many sequences")
            self.sequences.append(actual)
            distance = self.distance(actual)
            furthest = min(place + actual[0] - self.frame_start, self.reach)
            require(0 < distance <= furthest, "a match reaches too far")
            place += actual[0] + actual[1]
            require(place <= end, "a sequence reaches out of its block")
            if actual != predicted and follows:
                self.model.correct(place, len(self.sequences), self.distances)
        require(self.sequences, "a block has no sequences")

    def correct(self, predicted, place, end):
        def part(index):
            if predicted and self.coder.bit(self.corrections["same", index]):
                return predicted[index]
            return self.coder.number(self.corrections, ("part", index))

        if predicted and self.coder.bit(self.corrections["end"]):
            return None
        literals, offset, length = part(0), part(2), part(1)
        require(length > 2 and offset and literals + length <= end - place, "a sequence reaches out of its block")
        return literals, length, offset

    def distance(self, sequence):
        last, offset = self.distances, sequence[2]
        if offset > 3:
            distance, index = offset - 3, 2
        else:
            index = offset - (sequence[0] > 0)
            distance = last[index] if index < 3 else last[0] - 1
            index = min(index, 2)
        self.distances = [distance] + last[:index] + last[index + 1 :]
        return distance

    def collect(self, start, end):
        self.literals, place, counts = bytearray(), start, [[0] * 64 for _ in range(PARTS)]
        self.codes = []
        for count, length, offset in self.sequences:
            self.literals += self.data[place : place + count]
            place += count + length
            codes = code_of(LITERAL_BASES, count), offset.bit_length() - 1, code_of(LENGTH_BASES, length)
            self.codes.append(codes)
            for part, code in enumerate(codes):
                counts[part][code] += 1
        self.literals += self.data[place:end]
        self.part_counts = [row[: max((s + 1 for s in range(64) if row[s]), default=0)] for row in counts]
        self.literal_counts = [0] * 256
        for byte in self.literals:
            self.literal_counts[byte] += 1

    # How a block is written

    def compressed(self):
        expected, header, streams, description = self.expected_literals()
        modes = [self.expected_mode(part) for part in range(PARTS)] if self.sequences else []
        if self.bit("verbatim"):
            self.literal_code, self.reuses_literals = None, False
            self.part_codes, self.reuses = [None] * PARTS, [False] * PARTS
            return self.bytes("verbatim size")
        kind = self.plan.tree(2, self.known, ("literals", expected))
        is_coded = kind >= CODED
        least = 3 if is_coded else 1
        usual = header - least if is_coded == (expected >= CODED) else 3
        header = least + self.plan.tree(2, self.known, ("literal header", usual))
        require(header <= least + 2, "a header is too long")
        if is_coded:
            streams = self.bit("four streams", streams)
        if kind == CODED:
            if not self.bit("same literal code"):
                description = self.bytes("literal code")
            self.literal_code, used = read_literal_code(description)
            require(used == len(description), "a code of literals is wrong")
        if is_coded:
            self.reuses_literals = True
            require(self.literal_code and self.literal_code.covers(self.literal_counts), "literals have no code")
        tables, byte = b"", 0
        for part, (mode, own) in enumerate(modes):
            mode = self.plan.tree(2, self.known, ("mode", part, mode))
            byte = byte << 2 | mode
            tables += self.take(part, mode, own)
        content = self.literal_section(kind, header, streams, description)
        return content + self.sequence_section(byte << 2, tables)

    def take(self, part, mode, own):
        if mode == 0:
            self.part_codes[part], self.reuses[part] = PREDEFINED[part], False
        elif mode == 1:
            symbol = len(self.part_counts[part]) - 1
            self.part_codes[part], self.reuses[part] = OneSymbol(symbol), False
            own = bytes([symbol])
        elif mode == 2:
            if not self.bit("same sequence code"):
                own = self.bytes("sequence code")
            self.part_codes[part], used = read_code(own, LOGS[part], CODE_COUNTS[part])
            self.reuses[part] = True
            require(used == len(own), "a code of sequences is wrong")
        code = self.part_codes[part]
        require(code and code.says(self.part_counts[part]), "sequences have no code")
        return own if mode in (1, 2) else b""

    def quarters(self, streams):
        count = len(self.literals)
        size = (count + 3) // 4 if streams else count
        return [self.literals[i * size : (i + 1) * size if i < 3 else count] for i in range(4 if streams else 1)]

    def coded_size(self, code, streams, description):
        return len(description) + 6 * streams + sum(code.size(part) for part in self.quarters(streams))

    def own_literal_code(self):
        """The code that libzstd makes for the literals, and its description."""
        order = libzstd.order(self.literal_counts) if self.settings.is_stepping and self.literals else None
        code = make_literal_code(self.literal_counts, order)
        rare = -1 if self.settings.generation == libzstd.RARE else 1
        return code, code.description(rare) if code else b""

    def expected_literals(self):
        if self.settings:
            code, description = self.own_literal_code()
            return (*libzstd.literals(self, code, description)[:3], description)
        count, counts = len(self.literals), self.literal_counts
        streams = count >= 1024
        raw_header = 1 if count < 16 else 2 if count < 2048 else 3
        code = make_literal_code(counts)
        description = code.description() if code else b""
        if count <= (32 if self.is_older else 16):
            return RAW, raw_header, streams, description
        most, limit = max(counts), count - (count >> 4)
        if most == count:
            return RUN, raw_header, streams, description
        if most == 1 or most < count >> 7 or not code:
            return RAW, raw_header, streams, description
        kind, used, own = CODED, code, description
        last = self.literal_code
        if self.reuses_literals and last and last.covers(counts):
            if last.estimate(counts) <= code.estimate(counts) or limit <= 12:
                kind, used, own = AS_BEFORE, last, b""
        size = self.coded_size(used, streams, own)
        header = 3 if max(count, size) < 1 << 10 else 4 if max(count, size) < 1 << 14 else 5
        is_worth = (kind == AS_BEFORE or description) and size < limit
        # Without sequences the whole block would be as it is, without a header of literals.
        other = 0 if self.codes_all and not self.sequences else raw_header
        if is_worth and (self.is_older or size + header < count + other):
            return kind, header, streams, description
        return RAW, raw_header, streams, description

    def expected_mode(self, part):
        if self.settings:
            return libzstd.mode(self, part, PREDEFINED[part], make_code)
        counts = self.part_counts[part]
        if counts[-1] == len(self.sequences):
            return 1, b""
        code = make_code(counts, 8)
        if not code:
            return 0, b""
        full = 0xFFFFFFFF
        own = code.cost(counts) + ((len(counts) * code.log >> 3) + 3) * 8 & full
        own = own + ((own + 256 & full) >> 4) & full
        costs = [PREDEFINED[part].cost(counts)]
        costs.append(self.part_codes[part].cost(counts) if self.reuses[part] else None)
        predefined, last = (full if cost is None else cost for cost in costs)
        if predefined <= last and predefined <= own:
            return 0, code.description()
        return 3 if last <= own else 2, code.description()

    def literal_section(self, kind, header, streams, description):
        count = len(self.literals)
        if kind < CODED:
            require(count < 1 << (5, 12, 20)[header - 1], "a header is too short")
            word = kind | (0, 1, 3)[header - 1] << 2 | count << (3 if header == 1 else 4)
            require(kind == RAW or count, "a run is empty")
            return word.to_bytes(header, "little") + bytes(self.literals[:1] if kind == RUN else self.literals)
        parts = [self.literal_code.stream(part) for part in self.quarters(streams)]
        content = b"".join(len(part).to_bytes(2, "little") for part in parts[:-1]) + b"".join(parts)
        content = (description if kind == CODED else b"") + content
        width = (10, 14, 18)[header - 3]
        require(max(count, len(content)) < 1 << width and (header == 3 or streams), "a header is too short")
        word = kind | (header - 2 if header > 3 else streams) << 2 | count << 4 | len(content) << 4 + width
        return word.to_bytes(header, "little") + content

    def sequence_section(self, modes, tables):
        count = len(self.sequences)
        if count < 128:
            head = bytes([count])
        elif count < 0x7F00:
            head = bytes([(count >> 8) + 128, count & 255])
        else:
            head = b"\xff" + (count - 0x7F00).to_bytes(2, "little")
        if not count:
            return head
        bits, states = Bits(), [0] * PARTS
        for index in range(count - 1, -1, -1):
            literals, length, offset = self.sequences[index]
            codes = self.codes[index]
            for part in (1, 2, 0):
                code = self.part_codes[part]
                if index == count - 1:
                    states[part] = code.start(codes[part])
                else:
                    states[part] = code.write(codes[part], states[part], bits)
            bits.add(literals - LITERAL_BASES[codes[0]], LITERAL_BITS[codes[0]])
            bits.add(length - LENGTH_BASES[codes[2]], LENGTH_BITS[codes[2]])
            bits.add(offset, codes[1])
        for part in (2, 1, 0):
            bits.add(states[part], self.part_codes[part].log)
        bits.end()
        return head + bytes([modes]) + tables + bytes(bits.bytes)
