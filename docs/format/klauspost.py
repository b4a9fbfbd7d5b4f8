"""How klauspost/compress chooses tokens, written from repack.md, "Models"; used by repack.py."""

import codes
from models import NONE, STEP, before, common, word


def hash4(value, bits=15):
    return (value & 0xFFFFFFFF) * 2654435761 % (1 << 32) >> 32 - bits


def hash7(value, bits=15):
    return (value << 8) % (1 << 64) * 58295818150454627 % (1 << 64) >> 64 - bits


class Pieces:
    """Cuts matches that are longer than a token can say; generations count from today (0) back."""

    def piece(self, length):
        return length if length <= 258 else 258 if self.generation < 2 and length > 261 else 255

    def hash4(self, value):
        return hash4(value, self.bits)

    def hash7(self, value):
        return hash7(value, self.bits)


class KlauspostLong(Pieces):
    """klauspost/compress, levels 5 and 6."""

    def __init__(self, data, level, generation):
        self.data, self.is_6, self.generation = data, level == 6, generation
        self.bits = 16 if generation == 5 else 15

    def reset(self):
        self.short, self.long = {}, {}

    def begin(self, start, end, is_whole, history):
        self.history, self.end, self.limit, self.place = history, end, end - 11, start
        self.last_end, self.last_distance, self.indexed, self.searched = start, 1, start, start
        self.done = not is_whole and end - start < 128

    def go_back(self, position):
        if self.searched > position + 4096:
            self.reset()
            self.indexed, self.searched, self.done = position, position, False

    def resume(self, position):
        self.go_back(position)
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
                self.done, self.searched = True, self.limit
                return None
            short_slot, long_slot = self.hash4(value), self.hash7(value)
            short = before(self.short, short_slot, start)
            last, earlier = self.get(long_slot, start)
            next_value = self.word(following)
            next_slot = self.hash7(next_value)
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
                self.short[self.hash4(next_value)] = following
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
        if self.generation < 4 and behind < self.limit and (self.is_6 or length < 30):
            skipped = 0 if self.generation else 2
            places = self.get(self.hash7(self.word(behind)), behind)
            later = start + skipped
            for place in places[: 2 if self.is_6 else 1]:
                other = place - length + skipped
                if self.history <= other < later and later - other < 32768:
                    better = common(self.data, later, other, self.end - later)
                    if better > length:
                        start, found, length = later, other, better
        while found > self.history and start > emitted and self.data[found - 1] == self.data[start - 1]:
            start, found, length = start - 1, found - 1, length + 1
        self.indexed, self.searched = following, start
        return start, length, start - found

    def pass_(self, start, length, distance):
        self.go_back(start)
        place = start + length
        self.last_end, self.last_distance = place, distance
        following = self.indexed
        if following >= place:
            place = following + 1
        if place >= self.limit:
            self.done = True
            if self.is_6:
                for inner in range(following + 1, self.end - 8, 2):
                    self.short[self.hash4(self.word(inner))] = inner
                    self.put(self.hash7(self.word(inner)), inner)
            return
        if self.is_6:
            for inner in range(following + 1, place - 1, 2):
                value = self.word(inner)
                self.short[self.hash4(value)] = inner
                self.put(self.hash7(value), inner)
                self.put(self.hash7(self.word(inner) >> 8), inner + 1)
        else:
            first = place - length + 1
            if first < place - 1:
                value = self.word(first)
                self.short[self.hash4(value)] = first
                self.put(self.hash7(value), first)
                self.put(self.hash7(value >> 8), first + 1)
                self.short[self.hash4(value >> 16)] = first + 2
                for inner in range(first + 4, place - 1, 3):
                    value = self.word(inner)
                    self.put(self.hash7(value), inner)
                    self.short[self.hash4(value >> 8)] = inner + 1
            value = self.word(place - 1)
            self.short[self.hash4(value)] = place - 1
            self.put(self.hash7(value), place - 1)
        self.place = place


def hash5(value, bits):
    return (value << 24) % (1 << 64) * 889523592379 % (1 << 64) >> 64 - bits


class KlauspostFast(Pieces):
    """klauspost/compress, levels 1 to 3."""

    def __init__(self, data, level, generation):
        self.data, self.level, self.generation = data, level, generation
        self.bits = (15, 17, 15 if generation > 2 else 16)[level - 1] + (generation == 5)
        self.is_go = level == 1 or level == 3 and generation > 2
        self.reach = (32764, 32763) if generation < 5 else (32768, 32768)

    def reset(self):
        self.table = {}

    def begin(self, start, end, is_whole, history):
        self.history, self.end = history, end
        self.limit = end - (7 if self.level == 3 and self.generation else 11)
        self.place = self.following = self.last_end = start
        self.candidate, self.done = NONE, not is_whole and end - start < 128

    def resume(self, position):
        self.place = self.last_end = position
        self.candidate, self.done = NONE, position > self.limit

    def slot(self, place):
        return self.hash(word(self.data, place, 8))

    def hash(self, value):
        if not self.generation:
            return hash5(value, self.bits)
        return (value & 0xFFFFFFFF) * 0x1E35A7BD % (1 << 32) >> 32 - self.bits if self.is_go else self.hash4(value)

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
            following = self.following = self.place + 1 + (self.place - self.last_end >> (6 if self.generation else 7))
            if following > self.limit:
                return False
            slot = self.slot(self.place)
            last, earlier = self.get(slot, self.place)
            self.put(self.place, slot)
            if self.place - last > self.reach[0]:
                continue
            if self.agrees(self.place, last):
                self.candidate = last
                if self.place - earlier <= self.reach[0] and self.agrees(self.place, earlier):
                    if self.rest(self.place, earlier) > self.rest(self.place, last):
                        self.candidate = earlier
                return True
            if self.place - earlier <= self.reach[1] and self.agrees(self.place, earlier):
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
            margin = 4 if self.generation else 8
            if self.level < 3 and place + length + margin < self.end:
                self.put(place)
            if self.level == 3 and earlier + margin < self.end and earlier > self.history:
                self.put(earlier)
            return
        if self.level == 2:
            for inner in range(place - length + 2, place - 5, 7):
                value = word(self.data, inner, 8)
                for index in range(3):
                    self.put(inner + 2 * index, self.hash(value >> 16 * index))
        if self.level == 3 and self.generation < 3:
            for inner in range(place - length + 2, place - 5, 5 if self.generation else 6):
                self.put(inner)
        elif self.level == 3:
            self.put(place - 3)
        self.put(place - 2)
        if self.level > 1:
            self.put(place - 1)
        slot = self.slot(place)
        last, earlier = self.get(slot, place)
        self.put(place, slot)
        if self.level < 3:
            if place - last <= 32768 and self.agrees(place, last):
                self.candidate = last
        elif place - last <= self.reach[1]:
            if self.agrees(place, last):
                self.candidate = NONE if self.generation in (3, 4) else last
            elif place - earlier <= self.reach[1] and self.agrees(place, earlier):
                self.candidate = earlier
        self.place = place if self.candidate != NONE else place + 1


class KlauspostMiddle(Pieces):
    """klauspost/compress, level 4."""

    def __init__(self, data, generation):
        self.data, self.generation, self.buffer = data, generation, None
        self.bits = 16 if generation == 5 else 15

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
        self.short[self.hash4(value)] = self.long[self.hash7(value)] = place

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
            short, found = before(self.short, self.hash4(value), start), before(self.long, self.hash7(value), start)
            self.put(start)
            if self.fits(start, found):
                break
            if not self.fits(start, short):
                continue
            found = short
            other = before(self.long, self.hash7(word(self.data, following, 8)), following)
            if self.fits(following, other):
                aside = (other if self.generation else self.buffer + following - other) + 4
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
            self.long[self.hash7(value)] = inner
            self.long[self.hash7(value >> 8)] = self.short[self.hash4(value >> 8)] = inner + 1
        self.put(place - 1)
        self.place = place


class KlauspostLazy:
    """klauspost/compress, levels 7 to 9."""

    def __init__(self, data, level, generation):
        self.data, self.level, self.generation = data, level, generation
        old = [(8, 24, 16), (16, 24, 64), (258, 258, 4096)]
        new = [(12, 16, 24), (30, 40, 64), (258, 258, 1024)]
        self.lazy, self.nice, self.chain = (old if generation == 3 else new)[level - 7]

    def start(self, start, dictionary, end):
        self.base, self.end = start - min(dictionary, 32768), end
        self.heads, self.previous, self.indexed = {}, {}, self.base
        for place in range(self.base, start - 3):
            self.index(place)
        self.place, self.pending, self.match, self.literals = start, False, (3, 0), 0
        self.window = min(self.base + 65536, end)
        self.owed, self.chosen = 0, None
        self.reckon()

    def reckon(self):
        if self.level == 9 and self.generation < 3 and self.window > self.place:
            count = self.window - self.place
            counts = [0] * 256
            for byte in self.data[self.place : self.place + (count if self.generation else min(count, 32768))]:
                counts[byte] += 1
            self.costs = codes.package_lengths([count & 65535 for count in counts], 15)

    def hash(self, place):
        order = "big" if self.generation == 3 else "little"
        return hash4(int.from_bytes(self.data[place : place + 4], order), 17)

    def index(self, place):
        if place < self.indexed:
            return before(self.previous, place & 32767, place)
        slot, self.indexed = self.hash(place), place + 1
        head = self.previous[place & 32767] = before(self.heads, slot, place)
        self.heads[slot] = place
        return head

    def index_to(self, first, behind):
        for place in range(max(first, self.indexed), min(behind, self.window - 3)):
            self.index(place)

    def search(self, candidate):
        data, place, best = self.data, self.place, (3, 0)
        limit = min(self.window - place, 258)
        nice, lowest = min(self.nice, limit), max(self.base, place - 32768)
        gain = 0 if self.generation == 2 else 4
        for _ in range(self.chain):
            length, distance = common(data, place, candidate, limit), place - candidate
            if length > best[0]:
                pays = self.generation < 3 or length > 4 or distance <= 4096
                if self.level == 9 and self.generation < 3:
                    saved = sum(self.costs[byte] for byte in data[place : place + length])
                    saved -= max(distance.bit_length() - 2, 0) if distance < 32768 else 6
                    saved -= max((length - 3).bit_length() - 3, 0) if length < 258 else 0
                    saved -= 6 if self.generation == 2 else 3
                    pays = saved > gain
                    gain = max(gain, saved)
                if pays:
                    best = length, distance
                    if length >= nice:
                        break
            if candidate <= lowest:
                break
            candidate = before(self.previous, candidate & 32767, candidate)
            if candidate < lowest:
                break
        return best

    def predict(self, position):
        while not self.owed and not self.chosen:
            self.choose()
        return (self.data[position], 0) if self.owed else self.chosen

    def choose(self):
        while self.window - self.place < 262 and self.window < self.end:
            self.base += 32768
            self.window = min(self.base + 65536, self.end)
            self.reckon()
        if self.place >= self.window:
            self.owed, self.pending = 1, False
            return
        known, self.match = self.match, (3, 0)
        if self.place < self.window - 3:
            head = self.index(self.place)
            if head >= max(self.base, self.place - 32768) and self.window - self.place > known[0] < self.lazy:
                self.match = self.search(head)
        if known[0] > 3 and self.match[0] <= known[0]:
            return self.take(*known)
        if self.match[0] > 3:
            self.literals = 0
        self.place += 1
        if not self.pending:
            self.pending = True
            return
        self.literals = self.literals + 1 & 65535
        self.owed = 1
        is_old = self.generation == 3
        count = self.literals >> 5 if is_old else self.literals - self.chain
        if count > 0:
            for _ in range(count if is_old else 1 + (count >> 6)):
                if self.place >= self.window - 1:
                    break
                self.owed += 1
                if not is_old and self.place < self.window - 3:
                    self.index(self.place)
                self.place += 1
            self.owed, self.pending = self.owed + 1, False

    def take(self, length, distance):
        data, start = self.data, self.place - 1
        lowest = max(self.base, self.place - 32768)
        if self.generation < 2 and length < 256 and start + length < self.window - 3:
            other = before(self.heads, self.hash(start + length), self.place + 1) - length
            if start - other != distance and other > lowest + 2:
                limit = min(self.window - self.place, 260) - 2
                better = common(data, start + 2, other + 2, limit)
                if better > length:
                    length, distance, skipped = better, start - other, 2
                    while skipped and length < 258 and data[start + skipped - 1] == data[other + skipped - 1]:
                        length, skipped = length + 1, skipped - 1
                    self.owed = skipped
                    for _ in range(skipped):
                        self.place += 1
                        self.index_to(self.place, self.place + 1)
        elif self.generation == 2 and start + length + 2 < self.window - 3:
            other = before(self.heads, self.hash(start + length - 2), self.place + 1) - length + 2
            if other > lowest:
                better = common(data, start, other, min(self.window - self.place, 258))
                if better > length:
                    length, distance = better, start - other
        following = self.place + length - 1
        self.index_to(self.place + 1, following)
        self.chosen, self.place, self.pending, self.match = (length, distance), following, False, (3, 0)
        if self.generation < 3:
            self.literals = 0

    def accept(self, actual, predicted, position):
        if actual == predicted:
            if self.owed:
                self.owed -= 1
            else:
                self.chosen = None
            return
        self.owed, self.chosen = 0, None
        following = position + (min(actual[0], 258) if actual[1] else 1)
        if actual[1]:
            self.index_to(position, following)
            self.literals = 0
        self.place, self.pending, self.match = following, False, (3, 0)


def steps(data, level, generation):
    if level < 4:
        return KlauspostFast(data, level, generation)
    return KlauspostMiddle(data, generation) if level == 4 else KlauspostLong(data, level, generation)
