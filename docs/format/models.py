"""How encoders choose tokens, written from repack.md, "Models"; used by repack.py."""

NONE = -(1 << 40)


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


def checksum(number):
    """CRC-32C of a number of four bytes, without the usual complements."""
    for _ in range(32):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    return number


class Zlib:
    """zlib and GNU gzip, with the window as they move it."""

    LEVELS = [
        (4, 4, 8, 4), (4, 5, 16, 8), (4, 6, 32, 32), (4, 4, 16, 16), (8, 16, 32, 32),
        (8, 16, 128, 128), (8, 32, 128, 256), (32, 128, 258, 1024), (32, 258, 258, 4096),
    ]  # fmt: skip

    def __init__(self, data, level, memory, variant, is_gzip):
        self.data, self.is_gzip = data, is_gzip
        self.size = 1 << 15 - (memory >> 4)
        self.goes_on, self.has_jobs, self.job = variant & 2, variant & 4, 0
        self.good, self.lazy, self.nice, self.chain = self.LEVELS[level - 1]
        self.is_lazy, self.dropped = level >= 4, 5 if variant & 1 else 0
        self.hash, self.hashed = variant >> 3, 0xFFFFFF if variant >> 3 == 2 and level >= 6 else 0xFFFFFFFF
        bits = 15 if is_gzip or self.hash == 2 else max((memory & 15) + 7, 15 if self.hash else 0)
        self.shift, self.mask = (bits + 2) // 3, (1 << bits) - 1

    def start(self, start, dictionary, end):
        if self.goes_on and dictionary and not (self.has_jobs and end - self.job > 1 << 17):
            self.at_end, self.late, self.end = False, min(self.place, 2), end
            self.pending, self.length = False, 2
            return
        self.job = start
        dictionary = min(dictionary, self.size)
        self.buffer = bytearray(2 * self.size + 16)
        self.heads, self.previous = [0] * (self.mask + 1), [0] * self.size
        self.buffer[:dictionary] = self.data[start - dictionary : start]
        self.place, self.ahead, self.match, self.at_end = dictionary, 0, 0, False
        for place in range(dictionary - 2):
            self.insert(place)
        self.late = min(dictionary, 2)
        self.input, self.end = start, end
        self.pending, self.length = False, 2

    def insert(self, place):
        b = self.buffer
        word = int.from_bytes(b[place : place + 4], "little") & self.hashed
        if self.hash == 2:
            hash_ = checksum(word) & self.mask
        elif self.hash == 1:
            hash_ = (66521 * word + 66521) >> 16 & self.mask
        else:
            hash_ = (b[place] << 2 * self.shift ^ b[place + 1] << self.shift ^ b[place + 2]) & self.mask
        head = self.heads[hash_]
        self.previous[place & self.size - 1] = head
        self.heads[hash_] = place
        return head

    def fill(self):
        size = self.size
        while self.ahead < 262 and not self.at_end:
            if self.place >= 2 * size - 262:
                self.buffer[:size] = self.buffer[size : 2 * size]
                self.place -= size
                self.match -= size
                self.heads = [p - size if p >= size else 0 for p in self.heads]
                self.previous = [p - size if p >= size else 0 for p in self.previous]
            behind = self.place + self.ahead
            count = min(2 * size - behind, self.end - self.input)
            if count <= 0:
                if self.is_gzip:
                    self.at_end = True
                    self.buffer[behind : behind + 2] = bytes(2)
                return
            self.buffer[behind : behind + count] = self.data[self.input : self.input + count]
            self.input += count
            self.ahead += count
            self.taken()
            for place in range(self.place - self.late, self.place):
                if self.place + self.ahead - place >= (4 if self.hash == 1 else 3):
                    self.insert(place)
            self.late = 0

    def taken(self):
        pass

    def can_search(self, head):
        return head != 0 and self.place - head <= self.size - 262 and self.place <= 2 * self.size - 262

    def search(self, candidate, longest):
        b, place = self.buffer, self.place
        bottom = max(place - self.size + 262, 0)
        nice = self.nice if self.is_gzip else min(self.nice, self.ahead)
        chain = self.chain >> 2 if longest >= self.good else self.chain
        while True:
            if b[candidate + longest - 1 : candidate + longest + 1] == b[place + longest - 1 : place + longest + 1]:
                length = common(b, place, candidate, 258) if b[candidate : candidate + 2] == b[place : place + 2] else 0
                if length > longest:
                    self.match, longest = candidate, length
                    if length >= nice:
                        break
            candidate = self.previous[candidate & self.size - 1]
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
            head = self.previous[self.place & self.size - 1]
            self.length = self.search(head, 2) if self.can_search(head) else 2
            self.drop()
        if self.ahead > 0:
            self.ahead -= 1
            self.place += 1
        else:
            self.pending = False


class ZlibNg(Zlib):
    """zlib-ng, levels 2 to 9."""

    TUNING = [
        (4, 4, 8, 4), (4, 6, 16, 6), (4, 12, 32, 24), (8, 16, 32, 32), (8, 16, 128, 128),
        (8, 32, 128, 256), (32, 128, 258, 1024), (32, 258, 258, 4096),
    ]  # fmt: skip

    def __init__(self, data, level, variant):
        self.all_chains = level == 9
        super().__init__(data, level, 8 if self.all_chains else 9, variant, False)
        self.good, self.lazy, self.nice, self.chain = self.TUNING[level - 2]
        self.level = level

    def start(self, start, dictionary, end):
        super().start(start, dictionary, end)
        self.next, self.known = None, 0

    def hash_of(self, place):
        b = self.buffer
        if self.all_chains:
            return (b[place] << 10 ^ b[place + 1] << 5 ^ b[place + 2]) & 0x7FFF
        return 2654435761 * int.from_bytes(b[place : place + 4], "little") >> 16 & 0xFFFF

    def insert(self, place):
        hash_ = self.hash_of(place)
        head = self.heads[hash_]
        if head != place:
            self.previous[place & self.size - 1] = head
            self.heads[hash_] = place
        return head

    def fill(self):
        if self.ahead >= 262:
            return
        self.next = None
        super().fill()
        if self.match < 0:
            self.match = self.known = 0

    def taken(self):
        if self.place > self.late and not self.all_chains:
            self.insert(self.place - self.late - 1)

    def search(self, candidate, place, longest):
        if not 0 < candidate < place or place - candidate > self.size - 262 or place > 2 * self.size - 262:
            return None
        b, bottom = self.buffer, max(place - self.size + 262, 0)
        longest = longest or 2
        chain = self.chain >> 2 if longest >= self.good else self.chain
        if self.all_chains:
            return self.search_all(candidate, place, longest, bottom, chain)
        nice = min(self.nice, self.ahead)
        while candidate < place:
            if self.compares(candidate, place, longest):
                length = common(b, place, candidate, 258)
                if length > longest:
                    self.match, longest = candidate, min(length, self.ahead)
                    if length >= nice:
                        break
                elif self.level < 5:
                    break
            chain -= 1
            candidate = self.previous[candidate & self.size - 1]
            if chain == 0 or candidate <= bottom:
                break
        return longest

    def compares(self, candidate, place, longest):
        b, count = self.buffer, 2 if longest < 4 else 4 if longest < 8 else 8
        return b[candidate : candidate + count] == b[place : place + count] and all(
            b[candidate + i] == b[place + i] for i in range(longest - count + 1, longest + 1)
        )

    def search_all(self, candidate, place, longest, bottom, chain):
        offset = 0
        for index in range(1, longest - 1):
            first = self.heads[self.hash_of(place + index)]
            if first < candidate:
                candidate, offset = first, index
        if candidate <= bottom + offset:
            return min(longest, self.ahead)
        while candidate < place:
            start = candidate - offset
            length = common(self.buffer, place, start, 258) if self.compares(start, place, longest) else 0
            if length > longest:
                self.match, longest = start, length
                if length > self.ahead or length >= self.nice:
                    return min(length, self.ahead)
                if length > 3 and start + length < place:
                    candidate, offset = start, 0
                    ways = [(self.previous[start + i & self.size - 1], i) for i in range(length - 2)]
                    ways.append((self.heads[self.hash_of(place + length - 4)], length - 4))
                    for next_, index in ways:
                        if next_ < candidate:
                            if next_ <= bottom + index:
                                return longest
                            candidate, offset = next_, index
                    continue
            chain -= 1
            candidate = self.previous[candidate & self.size - 1]
            if chain == 0 or candidate <= bottom + offset:
                break
        return longest

    def predict(self, position):
        if self.level >= 7:
            return self.predict_lazily(position)
        if self.level > 2:
            return self.predict_ahead(position)
        self.fill()
        length = (self.search(self.insert(self.place), self.place, 0) if self.ahead >= 4 else None) or 0
        return (length, self.place - self.match) if length >= 4 else (self.data[position], 0)

    def accept(self, actual, predicted, position):
        count = min(actual[0], 258) if actual[1] else 1
        if self.level >= 7:
            self.accept_lazily(actual, predicted, count)
            return
        if actual != predicted:
            self.next = None
        place = self.place
        self.ahead -= count
        self.place += count
        if self.level == 2 and actual[1]:
            is_whole = count <= self.lazy and self.ahead >= 4
            for inner in range(place + 1, place + count) if is_whole else [self.place - 1]:
                self.insert(inner)

    # A match ahead: start, length, source, first place that is not indexed.
    def found(self, place):
        length = self.search(self.insert(place), place, 0) or 0
        return [place, length, self.match, place] if length >= 4 else [place, 1, 0, place]

    def predict_ahead(self, position):
        while True:
            self.fill()
            if self.ahead == 0:
                return self.data[position], 0
            current, self.next = self.next, None
            if current is None:
                current = self.found(self.place) if self.ahead >= 4 else [self.place, 1, 0, self.place]
            behind = current[0] + current[1]
            if current[1] >= 4 and self.ahead > current[1] + 4:
                is_whole = current[1] <= 16 * self.lazy
                for inner in range(max(current[0] + 1, current[3]), behind) if is_whole else [behind - 1]:
                    self.insert(inner)
            if self.level >= 5 and self.ahead > 262 and behind < 2 * self.size - 262:
                self.next = self.found(behind)
                if self.next[1] >= 4:
                    current = self.join(current)
            if current[1] > 0:
                return (current[1], current[0] - current[2]) if current[1] >= 4 else (self.data[position], 0)

    def join(self, current):
        b, (start, length, source, first), left = self.buffer, self.next, current[1]
        if left <= 1 or left > 1 + source or b[source - left + 1] != b[start - left + 1]:
            return current
        bottom = max(start - self.size + 262, 0)
        while b[source - 1] == b[start - 1] and left > 0 and start > bottom and length < 256 and source > 1:
            start, length, source, left = start - 1, length + 1, source - 1, left - 1
        if start == self.next[0] or left > 1:
            return current
        self.next = [start, length, source, first + 1]
        return [current[0], left] + current[2:]

    def predict_lazily(self, position):
        while True:
            self.fill()
            if self.ahead == 0:
                return self.data[position], 0
            start, self.length = self.match, 2
            if self.ahead >= 4:
                head = self.insert(self.place)
                if self.known < self.lazy:
                    self.length = self.search(head, self.place, self.known) or 2
            if self.pending:
                if self.known >= 3 and self.length <= self.known:
                    return self.known, self.place - 1 - start
                return self.data[position], 0
            self.known, self.pending = self.length, True
            self.ahead -= 1
            self.place += 1

    def accept_lazily(self, actual, predicted, count):
        if actual[1]:
            end = self.place + count - 1
            for inner in range(self.place + 1, min(end, self.place + self.ahead - 2)):
                self.insert(inner)
            self.ahead -= count - 1
            self.place, self.pending, self.known = end, False, 0
            return
        if actual != predicted and self.ahead >= 4:
            head = self.previous[self.place & self.size - 1]
            self.length = self.search(head, self.place, 0) or 2
        self.known = self.length
        if self.ahead > 0:
            self.ahead -= 1
            self.place += 1
        else:
            self.pending = False


class Miniz:
    """miniz and miniz_oxide, levels 2 to 10."""

    PROBES = [6, 32, 16, 32, 128, 256, 512, 768, 1500]

    def __init__(self, data, level):
        self.data, self.is_greedy = data, level <= 3
        probes = self.PROBES[level - 2]
        self.counts = 3 * ((probes + 2) // 3), 3 * (((probes >> 2) + 2) // 3)

    def start(self, start, dictionary, end):
        self.end, self.saved, self.next, self.planned = end, None, None, None
        if not dictionary:
            self.heads, self.previous = [0] * 32768, [0] * 32768
            self.first = self.indexed = start

    def predict(self, position):
        if self.planned:
            return self.planned
        if not self.saved:
            match = self.search(position, 2)
            if not match:
                return self.data[position], 0
            if self.is_greedy or match[0] >= 128:
                return match
            self.saved = match
        self.next = self.search(position + 1, self.saved[0]) if position + 1 < self.end else None
        return (self.data[position], 0) if self.next else self.saved

    def accept(self, actual, predicted, position):
        self.planned, self.saved, following = None, None, self.next
        self.next = None
        if actual == predicted and not actual[1] and following:
            if following[0] >= 128:
                self.planned = following
            else:
                self.saved = following

    def search(self, place, longest):
        data, here = self.data, place - self.first
        while self.indexed <= place:
            if self.end - self.indexed >= 3:
                a, b, c = data[self.indexed : self.indexed + 3]
                hash_ = (a << 10 ^ b << 5 ^ c) & 32767
                self.previous[(self.indexed - self.first) & 32767] = self.heads[hash_]
                self.heads[hash_] = (self.indexed - self.first) & 65535
            self.indexed += 1
        ahead = min(258, self.end - place)
        if ahead <= longest:
            return None
        best, candidate, left = 0, here, self.counts[longest >= 32]
        while left > 0:
            candidate = self.previous[candidate & 32767]
            distance = (here - candidate) & 65535
            if candidate == 0 or distance > min(32768 - ahead, here):
                break
            left -= 1
            other = place - distance
            if data[other + longest - 1 : other + longest + 1] != data[place + longest - 1 : place + longest + 1]:
                continue
            left -= left % 3
            if distance == 0:
                break
            length = common(data, place, other, ahead)
            if length > longest:
                longest, best = length, distance
                if length == ahead:
                    break
        if best == 0 or longest == 3 and best >= 8192 or best == here & 32767:
            return None
        return longest, best


class MinizFast:
    """miniz and miniz_oxide, level 1."""

    def __init__(self, data):
        self.data = data

    def start(self, start, dictionary, end):
        self.segment, self.end = start, end
        if not dictionary:
            self.places, self.first = [0] * 4096, start

    def predict(self, position):
        data, here = self.data, position - self.first
        part = position - (position - self.segment) % 4096
        part_end = min(part + 4096, self.end)
        if part_end - position < 4:
            return data[position], 0
        value = word(data, position, 3)
        hash_ = (value ^ value >> 17) & 4095
        distance = (here - self.places[hash_]) & 65535
        self.places[hash_] = here & 65535
        reach = min(32768 - part_end + part, part - self.first) + position - part
        if not 0 < distance <= reach or word(data, position - distance, 3) != value:
            return data[position], 0
        length = common(data, position, position - distance, min(258, self.end - position))
        if length == 3 and distance >= 8192:
            return data[position], 0
        return min(length, part_end - position), distance

    def accept(self, actual, predicted, position):
        pass


def word(data, place, count):
    return int.from_bytes(data[place : place + count], "little")


class ZlibNgQuick:
    """zlib-ng, level 1."""

    def __init__(self, data, variant):
        self.data, self.goes_on, self.hash = data, variant & 2, variant & 4

    def start(self, start, dictionary, end):
        self.end = end
        if self.goes_on and dictionary:
            self.read(start, min(start - self.first, 2))
            return
        self.heads, self.first, self.read_end = [0] * (1 << 16), start - dictionary, start
        for place in range(self.first, start - 3):
            self.note(place)

    def note(self, place):
        word = int.from_bytes(self.data[place : place + 4], "little")
        slot = (checksum(word) if self.hash else 2654435761 * word >> 16) & 0xFFFF
        head, self.heads[slot] = self.heads[slot], place - self.first
        return self.first + head

    def read(self, place, behind):
        if place - self.first >= 65274:
            self.first += 32768
            self.heads = [max(head - 32768, 0) for head in self.heads]
        if self.read_end < self.end:
            self.read_end = min(self.first + 65536, self.end)
            for inner in range(max(place - behind - 1, self.first), place):
                self.note(inner)

    def predict(self, position):
        if self.read_end - position < 262:
            self.read(position, 0)
        if self.end - position >= 4:
            source = self.note(position)
            length = common(self.data, position, source, min(258, self.end - position))
            if 0 < position - source <= 32506 and length >= 4:
                return length, position - source
        return self.data[position], 0

    def accept(self, actual, predicted, position):
        pass


class Isal:
    """ISA-L, levels 0 to 2."""

    def __init__(self, data, level, variant):
        self.data, self.goes_on, self.skips = data, variant & 2, level > 0
        self.count = 1 << (13 if level < 2 else 15)

    def start(self, start, dictionary, end):
        self.end = end
        self.plan(start)
        self.rest(start)
        if self.goes_on and dictionary:
            return
        self.first, self.is_first = start - dictionary, not dictionary
        self.heads = [self.first & 0xFFFF] * (self.count + 1)
        self.mask = self.count - 1
        if not self.goes_on and end - start < self.mask // 2:
            self.mask = (1 << (2 * (end - start)).bit_length()) - 1
        for place in range(self.first, start - 3):
            self.note(place, place)

    def begin_block(self, position):
        if self.skips:
            self.give_back(position)
            self.plan(position)
            self.rest(position)

    def rest(self, position):
        self.skip_place, self.skip_level, self.stale = position + 2048, 0, None

    def plan(self, place):
        self.literal_end, self.match, self.taken = place, None, []

    def give_back(self, position):
        """Takes back what was noted of places from one on."""
        for place, slot, head in reversed(self.taken):
            if place >= position:
                self.heads[slot] = head

    def slot(self, place):
        return checksum(int.from_bytes(self.data[place : place + 4], "little")) & self.mask

    def note(self, place, other):
        self.heads[self.slot(place)] = other & 0xFFFF

    def take(self, slot, place):
        head, self.heads[slot] = self.heads[slot], place & 0xFFFF
        self.taken.append((place, slot, head))
        return head

    def alike(self, place, back, limit):
        return common(self.data, place, place - back, limit) if place - back >= self.first else 0

    def find(self, position):
        self.plan(position)
        if self.is_first:
            self.is_first, self.literal_end = False, position + 1
            if self.end - position > 3:
                self.take(self.slot(position), position)
            if self.skips:
                self.stale = self.slot(position + 1), self.count
            return
        place, last = position, self.end - (16 if self.skips else 17)
        if place > last:
            self.find_one_by_one(place)
            return
        while place <= min(last, position + 510):
            slots = self.stale or (self.slot(place), self.slot(place + 1))
            self.stale = None
            backs = [(p - 1 - self.take(s, p) & 0x7FFF) + 1 for p, s in zip((place, place + 1), slots)]
            alike = [self.alike(place + i, backs[i], 8) for i in (0, 1)]
            which = 0 if alike[0] == 8 or alike[1] < 8 and alike[0] >= 4 else 1
            if alike[which] >= 4:
                start, back = place + which, backs[which]
                length = alike[which]
                if length == 8:
                    length = self.alike(start, back, min(4128, self.end - start))
                self.literal_end, self.match = start, (start, length, back, which)
                return
            place += 2
            if self.skips and place > self.skip_place:
                self.literal_end = self.skip(place)
                return
        self.literal_end = place

    def skip(self, place):
        self.skip_level = min(max(self.skip_level + 1, 0), 560)
        count = 2 * max(self.skip_level - 512, 0) + 32 & -32
        left = self.end - 16 - place
        if self.end - place < count:
            return max(place, place + left + (left & 1))
        self.stale = self.slot(place), self.slot(place + 1)
        self.skip_place = place + count + (2048 >> self.skip_level)
        return place + count

    def find_one_by_one(self, position):
        for place in range(position, self.end - 3):
            back = place - self.take(self.slot(place), place) & 0xFFFF
            if 0 < back < 32768:
                length = self.alike(place, back, min(258, self.end - place))
                if length >= 4:
                    self.literal_end, self.match = place, (place, length, back, 2)
                    return
        self.literal_end = self.end

    def predict(self, position):
        if position >= self.literal_end and not self.match:
            self.find(position)
        if position < self.literal_end or not self.match:
            return self.data[position], 0
        return min(self.match[1], 258), self.match[2]

    def accept(self, actual, predicted, position):
        count = min(actual[0], 258) if actual[1] else 1
        if actual == predicted:
            if actual[1] and self.match:
                self.went(*self.match)
            return
        self.give_back(position + 1)
        self.stale = None
        self.plan(position + count)
        if actual[1]:
            length = common(self.data, position, position - actual[1], min(4128, self.end - position))
            if min(length, 258) == count:
                self.went(position, length, actual[1], 0)
            else:
                self.passed(position + count, count)

    def passed(self, end, length):
        self.skip_place = end + 2048
        self.skip_level -= length

    def went(self, start, length, back, kind):
        end = start + min(length, 258)
        is_long = length >= 264
        if kind == 0:
            notes = [(start + 2, start + 2), (start + 3, start + 3)]
        elif kind == 1 and is_long:
            notes = [(start + 1, start + 2), (start + 2, start + 3)]
        elif kind == 1:
            notes = [(place, place) for place in range(start + 1, start + 4)]
        else:
            notes = [(place, place) for place in range(start + 1, start + 3) if kind == 2 and end < self.end - 3]
        for place, other in notes:
            self.note(place, other)
        self.plan(end)
        if is_long:
            self.match = end, start + length - end, back, 3
        elif kind < 3:
            self.passed(end, end - start)
        elif end < self.end - 16:
            for place in range(end - 4, end):
                self.note(place, place)


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
        self.end = end
        if not dictionary:
            self.base, self.heads, self.previous = start, {}, {}
        # Otherwise it was flushed, and goes on with all that it knows.
        self.last = max(0, (end - self.base - 32769) & ~32767)
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

    def __init__(self, data, encoder, goes_on=False):
        self.data, self.encoder, self.goes_on = data, encoder, goes_on

    def start(self, start, dictionary, end):
        self.segment, self.end = start, end
        is_reset = not self.goes_on or not dictionary
        if is_reset:
            self.history = self.last_step = start - dictionary
            self.encoder.reset()
        if is_reset and dictionary:
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
            history = self.last_step if self.goes_on else self.history
            self.encoder.begin(position, self.step_end, self.step_end - position == STEP, history)
            self.last_step = position
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
        self.table, self.known = {}, 0

    def begin(self, start, end, is_whole, history):
        self.end, self.limit, self.place, self.candidate = end, end - 15, start, NONE
        self.done, self.copied = not is_whole and end - start < 128, history
        if self.done:
            self.known = end

    def slot(self, place):
        return word(self.data, place, 4) * 0x1E35A7BD % (1 << 32) >> 18

    def lookup(self, place):
        slot = self.slot(place)
        found = before(self.table, slot, place)
        self.table[slot] = place
        same = place - found <= 32768 and self.data[found : found + 4] == self.data[place : place + 4]
        same = same and found >= self.known
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
        length = 4
        if found + 4 >= self.copied:
            length += common(self.data, place + 4, found + 4, min(self.end, place + 258) - place - 4)
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
