"""How libdeflate chooses tokens, written from repack.md, "Models", family 12; used by repack.py."""
import math
import operator

from codes import code_lengths
from models import NONE, common, word

LENGTH_BITS = [0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0]
LENGTH_SYMBOL = [0] * 3
for symbol, extra in enumerate(LENGTH_BITS[:-1]):
    LENGTH_SYMBOL += [symbol] * (1 << extra)
LENGTH_SYMBOL = LENGTH_SYMBOL[:258] + [28]
DISTANCE_BITS = [0, 0] + [n for n in range(14) for _ in range(2)]
LONGEST = 300_000
FIXED = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 6, [5] * 30


def distance_symbol(distance):
    if distance <= 4:
        return distance - 1
    width = (distance - 1).bit_length() - 1
    return 2 * width + (distance - 1 >> width - 1 & 1)


def logarithm(dividend, divisor):
    """Of a fraction, in 16ths, rounded down: the greatest k with 2^k <= (dividend / divisor)^16."""
    power, bound = dividend**16, divisor**16
    return max(k for k in range(256) if bound << k <= power)


def least_length(count):
    return next((length for limit, length in ((6, 9), (8, 8), (10, 7), (16, 6), (45, 5), (80, 4)) if count < limit), 3)


def model(data, level, generation, header_size):
    if level >= 10:
        return Libdeflate(data, level, generation, header_size)
    return Pairs(data) if level == 1 and generation != 3 else Chains(data, level, generation)


def hashed(number, bits):
    return number * 0x1E35A7BD % (1 << 32) >> 32 - bits


class Pairs:
    """Level 1, but of generation 3."""

    def __init__(self, data):
        self.data = data

    def start(self, start, dictionary, end):
        self.begin, self.end, self.pairs = start, end, {}

    def insert(self, place):
        key = hashed(word(self.data, place, 4), 15) if place > self.begin else 0
        pair = self.pairs.get(key, (NONE, NONE))
        self.pairs[key] = place, pair[0]
        return pair

    def predict(self, position):
        literal, left = (self.data[position], 0), self.end - position
        if left < 5:
            return literal
        best, distance = 0, 0
        low = max(self.begin, position - 32767)
        for source in self.insert(position):
            if source >= low and common(self.data, position, source, 4) == 4:
                length = common(self.data, position, source, min(258, left))
                if length > best:
                    best, distance = length, position - source
                    if length >= min(32, left):
                        break
        return (best, distance) if best else literal

    def accept(self, actual, predicted, position):
        if actual[1]:
            for place in range(position + 1, min(position + min(actual[0], 258), self.end - 4)):
                self.insert(place)


class Chains:
    """Levels 2 to 9, and 1 of generation 3."""

    def __init__(self, data, level, generation):
        self.data, self.level, self.generation, self.early = data, level, generation, generation == 3
        self.depth = ((2, 6, 12, 24, 20, 40, 100) if self.early else (0, 6, 12, 16, 16, 35, 100, 300, 600))[level - 1]
        self.nice = ((8, 10, 14, 24, 30, 65, 130) if self.early else (0, 10, 14, 30, 30, 65, 130, 258, 258))[level - 1]
        self.far = 1 << 15 if self.early else 4096 if level < 5 else 8192

    def start(self, start, dictionary, end):
        self.begin, self.end, self.indexed = start, end, start
        self.threes, self.fours, self.links = {}, {}, {}
        self.known, self.match = -1, None
        self.least, self.limit, self.new_least = 3, start, 0

    # Matches

    def key(self, place):
        own = word(self.data, place, 4) if place > self.begin else 0
        return hashed(own & 0xFFFFFF, 15), hashed(own, 16)

    def index(self, end):
        for place in range(self.indexed, end):
            if self.end - place >= 5:
                three, four = self.key(place)
                self.last = self.threes.get(three, NONE)
                self.links[place] = self.fours.get(four, NONE)
                self.threes[three] = self.fours[four] = place
        self.indexed = max(self.indexed, end)

    def search(self, place, known, depth):
        left = self.end - place
        is_new = place == self.indexed
        if is_new:
            self.index(place + 1)
        if left < 5:
            return known, 0
        near = self.last if is_new else self.threes.get(self.key(place)[0], NONE)
        low = max(self.begin, self.indexed - 32768)
        best, data, nice = (known, 0), self.data, min(self.nice, left)
        if known < 4:
            if not low <= near < place:
                return best
            if known < 3 and common(data, place, near, 3) == 3:
                best = 3, place - near
        elif known >= nice:
            return best
        source = self.links[place]
        while source >= low and depth:
            depth -= 1
            if data[source + best[0]] == data[place + best[0]] or best[0] < 4:
                length = common(data, place, source, min(258, left))
                if length > max(best[0], 3):
                    best = length, place - source
                    if length >= nice:
                        break
            source = self.links[source]
        return best

    def predict(self, position):
        literal = self.data[position], 0
        if position < self.known:
            return literal
        match = self.match
        if position > self.known:
            if not self.early:
                self.reach(position)
            match = self.search(position, self.least - 1, self.depth)
            if match[0] < self.least or match[0] == 3 and match[1] > self.far:
                return literal
        if self.level < 5 or match[0] >= min(self.nice, self.end - position):
            return match
        for ahead, gain in ((1, 2), (2, 6)) if self.level >= 8 else ((1, 2),):
            found = self.search(position + ahead, match[0] - (not self.early), self.depth >> ahead)
            if self.is_better(found, match, gain):
                self.known, self.match = position + ahead, found
                return literal
        return match

    def is_better(self, found, match, gain):
        if self.early or found[0] < match[0]:
            return found[0] > match[0]
        return 4 * (found[0] - match[0]) + match[1].bit_length() - found[1].bit_length() > gain

    def accept(self, actual, predicted, position):
        if actual != predicted:
            self.known = -1
        behind = position + (min(actual[0], 258) if actual[1] else 1)
        self.index(behind)
        if self.early:
            return
        if actual[1]:
            self.kinds[8 + (actual[0] >= 9)] += 1
        else:
            self.kinds[actual[0] >> 5 & 6 | actual[0] & 1] += 1
            self.literals[actual[0]] += 1
        if behind > self.known:
            self.check(behind)

    # Blocks

    def limited(self, count):
        return min(least_length(count), 5 if self.depth < 10 else 7 if self.depth < 16 else 9)

    def reach(self, position):
        """What comes before a token is looked for."""
        if position >= self.limit:
            left = self.end - position
            self.block, self.limit = position, self.end if left < LONGEST + 5_000 else position + LONGEST
            self.kinds, self.compared, self.literals = [0] * 10, [0] * 10, [0] * 256
            size = self.limit - position
            is_short = self.generation == 0 and size < 512
            self.least = 3 if is_short else self.limited(len(set(self.data[position : position + min(size, 4096)])))
            self.new_least = position + min(left, 10_000)
        if self.level >= 5 and position >= self.new_least:
            rare = sum(self.literals) >> 10
            self.least = self.limited(sum(count > rare for count in self.literals))
            self.new_least += min(self.end - self.new_least, position - self.block)

    def check(self, position):
        """Whether a block ends."""
        size, left = position - self.block, self.end - position
        old = sum(self.compared)
        new = sum(self.kinds) - old
        if sum(self.kinds[8:]) >= 50_000:
            self.limit = 0
        if new < 512 or size < 5_000 or left < 5_000:
            return
        if differs(self.compared, [a - b for a, b in zip(self.kinds, self.compared)], size):
            self.limit = 0
        self.compared = list(self.kinds)


def differs(kinds, new_kinds, size):
    """Whether what is new in a block of that size ends it."""
    old, new = sum(kinds), sum(new_kinds)
    if not old:
        return False
    difference = sum(abs(b * old - a * new) for a, b in zip(kinds, new_kinds))
    cutoff = new * 200 // 512 * old
    if size < 10_000 and old + new < 8192:
        cutoff += cutoff * (8192 - old - new) // 8192
    return difference + size // 4096 * old >= cutoff


class Libdeflate:
    """Levels 10 to 12."""

    def __init__(self, data, level, generation, header_size):
        index = level - 10
        early = generation == 1
        self.data, self.generation, self.header_size = data, generation, header_size
        self.depth = ((35, 70, 150) if early else (35, 100, 300))[index]
        self.nice = (75, 150, 258)[index]
        self.passes = ((2, 3, 4) if early else (2, 4, 10))[index]
        self.gain = (32, 16, 1)[index]
        self.fixed_size = (0, 1_000, 10_000)[index] if generation == 0 else 0

    def start(self, start, dictionary, end):
        self.begin, self.end = start, end
        self.block, self.block_end, self.found_end = start, start, start
        self.pairs, self.roots, self.links, self.matches = {}, {}, {}, {}
        self.kinds, self.new_kinds, self.before = [0] * 10, [0] * 10, [0] * 10
        self.lengths, self.new_lengths = [0] * 259, [0] * 259
        self.literals_alone = False

    def predict(self, position):
        while position >= self.block_end:
            self.plan()
        return self.tokens[position - self.block] if position >= self.block else (self.data[position], 0)

    def accept(self, actual, predicted, position):
        pass

    # Matches

    def insert(self, place, limit, nice):
        """Puts a place into its tree; the matches there."""
        data, links, found = self.data, self.links, []
        low = max(self.begin, place - 32767)
        own = word(data, place, 4) if place > self.begin else 0
        last, earlier = self.pairs.get((own & 0xFFFFFF) * 0x1E35A7BD % (1 << 32) >> 16, (NONE, NONE))
        self.pairs[(own & 0xFFFFFF) * 0x1E35A7BD % (1 << 32) >> 16] = place, last
        if last >= low:
            for source in (last, earlier):
                if source >= low and data[source : source + 3] == data[place : place + 3]:
                    found.append((3, place - source))
                    break
        root = own * 0x1E35A7BD % (1 << 32) >> 16
        candidate, self.roots[root] = self.roots.get(root, NONE), place
        ends, lengths, longest, left = [(place & 32767, 0), (place & 32767, 1)], [0, 0], 3, self.depth
        while candidate >= low and left:
            left -= 1
            known = min(lengths)
            length = known + common(data, place + known, candidate + known, limit - known)
            slot = candidate & 32767
            if length > longest:
                longest = length
                found.append((length, place - candidate))
            if length >= nice:
                links[ends[0]], links[ends[1]] = links.get((slot, 0), NONE), links.get((slot, 1), NONE)
                return found
            side = 0 if data[candidate + length] < data[place + length] else 1
            links[ends[side]], ends[side], lengths[side] = candidate, (slot, 1 - side), length
            candidate = links.get(ends[side], NONE)
        links[ends[0]] = links[ends[1]] = NONE
        return found

    def find(self, least):
        """The matches of the next place; those that a long one covers are passed."""
        place, limit = self.found_end, min(258, self.end - self.found_end)
        nice = min(self.nice, limit)
        found = self.insert(place, limit, nice) if limit >= 5 else []
        self.matches[place] = found
        longest = found[-1][0] if found else 0
        if place >= self.counted:
            if longest >= least:
                self.new_kinds[8 + (longest >= 9)] += 1
                self.new_lengths[longest] += 1
            else:
                self.new_kinds[self.data[place] >> 5 & 6 | self.data[place] & 1] += 1
            self.counted = place + (longest if longest >= least else 1)
        self.found_end += 1
        if longest >= max(3, nice):
            for place in range(self.found_end, place + longest):
                if self.end - place >= 5:
                    nice = min(self.nice, self.end - place)
                    self.insert(place, nice, nice)
                self.matches[place] = []
            self.found_end = place + 1

    # Blocks

    def merge(self):
        self.kinds = list(map(operator.add, self.kinds, self.new_kinds))
        self.lengths = list(map(operator.add, self.lengths, self.new_lengths))
        self.new_kinds, self.new_lengths = [0] * 10, [0] * 259

    def plan(self):
        self.matches = {place: found for place, found in self.matches.items() if place >= self.block_end}
        self.block, self.counted = self.block_end, self.found_end
        left = self.end - self.block
        most = self.end if left < LONGEST + 5_000 else self.block + LONGEST
        least = least_length(len(set(self.data[self.block : min(most, self.block + 4096)])))
        if self.generation == 0 and most - self.block < 512:
            least = 3
        least = 259 if self.literals_alone else least
        kept = sum(1 + len(found) for found in self.matches.values())
        compared, changes = None, False
        while True:
            at = self.found_end
            self.find(least)
            kept += sum(1 + len(self.matches[place]) for place in range(at, self.found_end))
            if self.found_end >= most or kept >= 5 * LONGEST:
                break
            size = self.found_end - self.block
            if sum(self.new_kinds) < 512 or size < 5_000 or self.end - self.found_end < 5_000:
                continue
            changes = differs(self.kinds, self.new_kinds, size)
            if changes:
                break
            self.merge()
            compared = self.found_end
        if changes and compared:
            self.block_end = compared
        else:
            self.block_end = self.found_end
            self.merge()
        self.find_way()
        self.before, self.kinds, self.lengths = self.kinds, [0] * 10, [0] * 259

    # Ways

    def usual(self):
        size = self.block_end - self.block
        counts = [0] * 256
        for byte in self.data[self.block : self.block_end]:
            counts[byte] += 1
        literals = max(1, sum(count > size >> 11 for count in counts))
        least = least_length(literals)
        matches = sum(self.lengths[least:])
        rest = max(0, size - sum(length * self.lengths[length] for length in range(least, 259)))
        kind = 2 if matches > rest else 1 if 4 * matches > rest else 0
        length = logarithm(4 * 29, 1 + kind)
        return (
            [logarithm(4 * literals, 3 - kind)] * 256,
            [length + 16 * LENGTH_BITS[LENGTH_SYMBOL[n]] for n in range(259)],
            [78 + 16 * bits for bits in DISTANCE_BITS],
        )

    def first_costs(self):
        usual = self.usual()
        old, new = sum(self.before), sum(self.kinds)
        difference = sum(abs(a * new - b * old) for a, b in zip(self.before, self.kinds))
        cutoff = old * new * 200 // 512
        if self.block == self.begin or difference > 3 * cutoff and self.generation != 1:
            self.costs = usual
            return
        own, mine, all_ = next(
            shares
            for isTrue, shares in (
                (4 * difference > 9 * cutoff, (3, 1, 4)),
                (2 * difference > 3 * cutoff, (5, 3, 8)),
                (2 * difference > cutoff, (1, 1, 2)),
                (True, (1, 3, 4)),
            )
            if isTrue
        )
        self.costs = tuple(
            [(own * a + mine * b) // all_ for a, b in zip(new_, old_)] for new_, old_ in zip(usual, self.costs)
        )

    def take(self, literals, distances):
        def cost(length, missing):
            return 16 * (length or missing)

        self.costs = (
            [cost(length, 13) for length in literals[:256]],
            [cost(literals[257 + LENGTH_SYMBOL[n]], 13) + 16 * LENGTH_BITS[LENGTH_SYMBOL[n]] for n in range(259)],
            [cost(length, 10) + 16 * bits for length, bits in zip(distances, DISTANCE_BITS)],
        )

    def code(self, counts):
        literals, distances = counts
        lengths = code_lengths(literals, 2, 15)
        if self.generation != 0 and not any(distances):
            return lengths, [0] * 30
        return lengths, code_lengths(distances, 2, 15)

    def size(self, counts):
        """In bits."""
        code = self.code(counts)
        bits = self.header_size(*code)
        for symbol, count in enumerate(counts[0]):
            bits += count * (code[0][symbol] + (LENGTH_BITS[symbol - 257] if symbol > 256 else 0))
        return bits + sum(count * (code[1][s] + DISTANCE_BITS[s]) for s, count in enumerate(counts[1]))

    def way(self):
        """Finds the cheapest way; how often it takes each symbol."""
        literals, lengths, distances = self.costs
        size = self.block_end - self.block
        rests, self.tokens = [0] * (size + 1) + [1 << 31] * 258, [None] * size
        for at in range(size - 1, -1, -1):
            byte = self.data[self.block + at]
            least, token, length = literals[byte] + rests[at + 1], (byte, 0), 3
            for longest, distance in self.matches[self.block + at]:
                if length <= longest:
                    sums = list(map(operator.add, lengths[length : longest + 1], rests[at + length : at + longest + 1]))
                    best = min(sums)
                    total = best + distances[distance_symbol(distance)]
                    if total < least:
                        least, token = total, (length + sums.index(best), distance)
                    length = longest + 1
            rests[at], self.tokens[at] = least, token
        self.cost = rests[0]
        counts, at = ([0] * 286, [0] * 30), 0
        counts[0][256] = 1
        while at < size:
            low, distance = self.tokens[at]
            counts[0][257 + LENGTH_SYMBOL[low] if distance else low] += 1
            if distance:
                counts[1][distance_symbol(distance)] += 1
            at += low if distance else 1
        return counts

    def find_way(self):
        if self.generation == 1:
            self.first_costs()
            for _ in range(self.passes):
                self.take(*self.code(self.way()))
            return
        block = self.data[self.block : self.block_end]
        alone = [block.count(byte) for byte in range(256)] + [1] + [0] * 29, [0] * 30
        literal_size, fixed_size = self.size(alone), math.inf
        if len(block) <= self.fixed_size:
            kept = self.costs if self.block > self.begin else None
            self.take(*FIXED)
            self.way()
            fixed_size, self.costs = self.cost // 16 + 7, kept
        self.first_costs()
        best = math.inf
        for _ in range(self.passes):
            counts = self.way()
            last = self.size(counts)
            if last + self.gain > best:
                break
            best, best_costs = last, self.costs
            self.take(*self.code(counts))
        self.literals_alone = min(literal_size, fixed_size) < best and literal_size < fixed_size
        if self.literals_alone:
            self.tokens = [(byte, 0) for byte in block]
            self.take(*self.code(alone))
        elif fixed_size < best:
            self.take(*FIXED)
            self.way()
        elif last >= best + self.gain:
            self.costs = best_costs
            self.take(*self.code(self.way()))
