#!/usr/bin/env python3
"""Makes compressed blobs of what they hold, written from repack.md.

    repack.py --check FOLDER   make every blob FOLDER/NAME.gz or NAME.zst of its description FOLDER/NAME.sltz again
"""
import bisect
import gzip
import io
import operator
import os
import struct
import sys
import zlib

import beside
import contexts as mixing
import frames
import klauspost
import libdeflate
from codes import code_lengths, smooth
from models import (
    NONE, STEP, GoChain, GoFast, Isal, Literals, Miniz, MinizFast, Runs, Steps, Zlib, ZlibNg, ZlibNgQuick, before, common, word,
)  # fmt: skip


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


def shortest_steps(lengths):
    """repack.md, "Codes", codes 5."""

    def steps_of(repeats, few, many):
        steps, place = [], 0
        while place < len(lengths):
            length, end = lengths[place], place
            while end < len(lengths) and lengths[end] == length:
                end += 1
            count, place = end - place, end
            while length == 0 and many and count >= 11:
                steps.append((18, min(count, 138) - 11))
                count -= min(count, 138)
            while length == 0 and few and count >= 3:
                steps.append((17, min(count, 10) - 3))
                count -= min(count, 10)
            if repeats and count >= 4:
                steps.append((length, 0))
                count -= 1
                while count >= 3:
                    steps.append((16, min(count, 6) - 3))
                    count -= min(count, 6)
            steps += [(length, 0)] * count
        return steps

    def size(steps):
        frequencies = [0] * 19
        for symbol, _ in steps:
            frequencies[symbol] += 1
        own = code_lengths(frequencies, 5, 7)
        sent = max(4, 1 + max(i for i in range(19) if own[ORDER[i]]))
        return 3 * sent + sum(own[symbol] + {16: 2, 17: 3, 18: 7}.get(symbol, 0) for symbol, _ in steps)

    return min((steps_of(way & 1, way & 2, way & 4) for way in range(8)), key=size)


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


def header_size(literals, distances):
    """How many bits a block's header has behind its kind in libdeflate's way."""
    used = [max((s for s, length in enumerate(row) if length), default=0) for row in (literals, distances)]
    steps = usual_steps(literals[: max(257, used[0] + 1)] + distances[: used[1] + 1])
    frequencies = [0] * 19
    for symbol, _ in steps:
        frequencies[symbol] += 1
    own = code_lengths(frequencies, 2, 7)
    sent = max(4, 1 + max(i for i in range(19) if own[ORDER[i]]))
    return 14 + 3 * sent + sum(own[symbol] + {16: 2, 17: 3, 18: 7}.get(symbol, 0) for symbol, _ in steps)


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


# Descriptions ----------------------------------------------------------------------------------------------------


def model_of(data, family, level, memory, variant):
    models = {
        0: lambda: Literals(data),
        1: lambda: Runs(data),
        2: lambda: Zlib(data, level, memory, variant, False),
        3: lambda: Zlib(data, level, memory, variant, True),
        4: lambda: GoChain(data, level),
        5: lambda: Steps(data, GoFast(data), variant == 2),
        6: lambda: Steps(data, klauspost.steps(data, level, variant)),
        9: lambda: klauspost.KlauspostLazy(data, level, variant),
        10: lambda: Miniz(data, level) if level > 1 else MinizFast(data),
        11: lambda: ZlibNg(data, level, variant) if level > 1 else ZlibNgQuick(data, variant),
        12: lambda: libdeflate.model(data, level, variant, header_size),
        13: lambda: Isal(data, level, variant),
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
        # With a dictionary it goes on with what it knows.
        if not dictionary:
            self.heads, self.previous, self.visited = {}, {}, {}
            self.indexed = start

    def index(self, place):
        if place + 3 <= len(self.data):
            slot = self.data[place : place + 3]
            hash_ = word(slot, 0, 3) * 0x9E3779B1 % (1 << 32) >> 16
            self.previous[place & 32767] = self.heads.get(hash_, NONE)
            self.heads[hash_] = place
            self.indexed = place + 1

    def visit(self, place):
        if self.policy and place + 4 <= len(self.data):
            self.visited[klauspost.hash4(word(self.data, place, 4))] = place

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
        found = before(self.visited, klauspost.hash4(word(self.data, place, 4)), place)
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
        # With a dictionary it goes on with what it knows.
        if not dictionary:
            self.first = self.indexed = start
            self.heads, self.links, self.stairs = {}, {}, {}

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
        require(description[:4] == b"SLTZ" and description[4:5] in (b"\1", b"\2", b"\3", b"\4"), "it is none")
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
        self.extent, self.is_free, self.is_first, self.is_smooth, self.last_count = 0, False, False, False, 0
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
        if self.description[4] in (2, 3, 4):
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
            made = frames.Frames(self.data, self.plan, self.tokens, Contexts, self.description[4]).run()
        except frames.Wrong as error:
            raise Damaged(str(error)) from error
        require(len(made) == self.packed, "the blob has another size")
        return made

    def member(self, start):
        if not self.bit("same header"):
            self.header = self.header_bytes(self.number("header"))
        self.made.made += self.header
        self.take_program()
        end = len(self.data) if self.bit("to the end") else start + self.number("member size")
        require(end <= len(self.data), "a member is too long")
        self.stretch(start, end)
        content = self.data[start:end]
        trailer = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
        self.made.made += trailer if self.bit("right trailer") else bytes(self.byte() for _ in range(8))
        return end

    def header_bytes(self, count):
        if count <= 1024:
            return bytes(self.byte() for _ in range(count))
        require(count <= 1 << 20, "a header is too long")
        made, followers, pair, is_foreseen = bytearray(), {}, 0, 0
        for _ in range(count):
            is_foreseen = self.bit("foreseen", is_foreseen)
            byte = followers.get(pair, 0) if is_foreseen else self.byte()
            followers[pair] = byte
            pair = (pair << 8 | byte) & 0xFFFF
            made.append(byte)
        return bytes(made)

    def take_program(self):
        if self.program is None or not self.bit("same program"):
            self.program = [self.number("program") for _ in range(7)]
            family, level, memory, variant, self.codes, dictionary, mode = self.program
            require(self.codes < 6, "it names an unknown way of making codes")
            require(mode < 2 or mode == 2 and self.old, "it takes an old blob")
            self.dictionary = dictionary - 1 if dictionary else None
            self.has_steps = family in (5, 6)
            self.first_count = 1 << 15 if family == 9 else None
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
        if isinstance(self.runner, Runner) and hasattr(self.runner.model, "begin_block"):
            self.runner.model.begin_block(start)
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
                if self.codes == 5:
                    self.is_smooth = self.bit("smooth", self.is_smooth)
                expected = self.expected(tokens, position == self.segment_end)
                if self.first_count is not None and len(tokens) > self.first_count:
                    first = self.first_count
                if first is not None:
                    self.is_first = self.bit("first step", self.is_first)
                    expected = self.expected(tokens[:first], False) if self.is_first else expected
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

    def expected(self, tokens, is_last):
        literals, distances = [0] * 286, [0] * 30
        literals[256] = 1
        for low, distance in tokens:
            literals[257 + LENGTH_SYMBOL[low] if distance else low] += 1
            if distance:
                distances[distance_symbol(distance)] += 1
        if self.codes == 4 and not is_last:
            literals, distances = ([max(count, 1) for count in counts] for counts in (literals, distances))
        if self.codes == 5 and self.is_smooth:
            literals, distances = smooth(literals), smooth(distances)
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
        if self.codes == 0:
            usual = usual_steps(sent[0]) + usual_steps(sent[1])
        else:
            usual = (shortest_steps if self.codes == 5 else usual_steps)(sent[0] + sent[1])
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
    """A blob and what it holds; zstd frames hold what zlib-6.gz does, its front, twice that, a piece of it far apart,
    or what they say."""
    is_gzip = os.path.exists(f"{folder}/{name}.gz")
    with open(f"{folder}/{name}.gz" if is_gzip else f"{folder}/{name}.zst", "rb") as file:
        blob = file.read()
    if name.startswith(("zstd-chunked", "zstd-libzstd")):
        return blob, zstd_content(blob)
    with gzip.open(f"{folder}/{name}.gz" if is_gzip else f"{folder}/zlib-6.gz") as file:
        data = file.read()
    if name.endswith("-small"):
        data = data[:20000]
    if name.endswith("-far"):
        data = data[:2000] + bytes(9 << 20) + data[:2000]
    return blob, data * 2 if name == "zstd-frames" else data


def zstd_content(blob):
    """What all frames of a blob hold."""
    import zstandard

    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(blob), read_across_frames=True) as reader:
        return reader.read()


def check(folder):
    failures = 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".sltz"):
            continue
        with open(f"{folder}/{name}", "rb") as file:
            description = file.read()
        is_beside = name.endswith("-beside.sltz")
        blob, data = content(folder, name[: -12 if is_beside else -5].removesuffix("-cut").removesuffix("-made"))
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
