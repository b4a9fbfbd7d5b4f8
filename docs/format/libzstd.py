"""libzstd's levels 1 to 4 for zstd frames, written from repack.md; used by frames.py."""

from best import common

# By family and how many bytes a frame says that it holds, at most: the tables' widths, and how many bytes the second is by.
SIZES = {
    10: ((1 << 14, 15, 14, 4), (1 << 17, 16, 15, 5), (1 << 18, 16, 16, 4), (None, 17, 16, 5)),
    11: ((1 << 17, 17, 17, 4), (None, 18, 18, 5)),
    14: ((None, 14, 14, 5),),
}
# The same of families with one table.
FAST_SIZES = {
    12: ((1 << 14, 15, 5), (1 << 17, 13, 6), (1 << 18, 14, 6), (None, 14, 7)),
    13: ((1 << 14, 15, 4), (1 << 17, 15, 5), (None, 16, 6)),
}
FACTORS = {5: 889523592379, 6: 227718039650203, 7: 58295818150454627}
SPLIT, STEPS, EARLY, EVEN, RARE = range(5)
WHOLE, RING, JOBS = range(3)
MASK = (1 << 64) - 1
BLOCK = 1 << 17


class Settings:
    """What tells frames of one level apart."""

    def __init__(self, number):
        self.generation, self.layout = number % 5, number // 5
        self.saves_both = self.generation in (SPLIT, STEPS)
        self.is_stepping = self.saves_both or self.generation == EARLY

    def starts_anew(self, offset, window):
        return offset == 0 or self.layout == JOBS and offset % job_size(window) == 0

    def call_end(self, start, offset):
        """Where the data end that were compressed together with those at a place."""
        size = {WHOLE: None, RING: BLOCK, JOBS: 4 * BLOCK}[self.layout]
        return start + size - offset % size if size else None


def job_size(window):
    return max(1 << 20, 4 * window)


def window_of(header, limit):
    if header[0] & 32:
        return limit
    base = 1 << 10 + (header[1] >> 3)
    return min(base + base // 8 * (header[1] & 7), limit)


def content_size(header):
    """How many bytes a header says that the frame holds; none if it does not say."""
    code, is_single = header[0] >> 6, header[0] >> 5 & 1
    field = header[1 if is_single else 2 :]
    return int.from_bytes(field, "little") + (256 if code == 1 else 0) if field else None


def whole_header(size):
    """What the command line writes in front of a frame of one block."""
    code = 0 if size < 256 else 1 if size < 65792 else 2
    return bytes([code << 6 | 36]) + (size - 256 if code == 1 else size).to_bytes(4, "little")[: max(2 * code, 1)]


def split_by_ends(data, start):
    """How many bytes a block of the next 131,072 takes with one table."""

    def counts(offset):
        piece = data[start + offset : start + offset + 512]
        return [piece.count(byte) for byte in range(256)]

    def distance(one, other):
        return sum(abs(a - b) for a, b in zip(one, other)) * 512

    front, back = counts(0), counts(BLOCK - 512)
    if distance(front, back) < 512 * 512 * 14 // 16:
        return BLOCK
    middle = counts(BLOCK // 2 - 256)
    from_front, from_back = distance(front, middle), distance(back, middle)
    if abs(from_front - from_back) < 512 * 512 // 3:
        return BLOCK // 2
    return BLOCK // 4 if from_front > from_back else BLOCK // 4 * 3


def split(data, start):
    """The same with two tables."""

    def counted(place):
        counts = [0] * 256
        for byte in data[place : place + 8191 : 43]:
            counts[byte] += 1
        return counts

    past, total = counted(start), 190
    for index, place in enumerate(range(8192, BLOCK, 8192)):
        new = counted(start + place)
        distance = sum(abs(a * 190 - b * total) for a, b in zip(past, new))
        if distance >= total * 190 * (14 + max(3 - index, 0)) // 16:
            return place
        past, total = [a + b for a, b in zip(past, new)], total + 190
    return BLOCK


def hashed(data, place, count, width):
    word = int.from_bytes(data[place : place + count], "little")
    if count == 4:
        return (word * 2654435761 & 0xFFFFFFFF) >> 32 - width
    return ((word << 64 - 8 * count) * FACTORS[count] & MASK) >> 64 - width


class Strategy:
    """What the ways of searching have in common."""

    def __init__(self, data, family, settings):
        self.data, self.settings, self.family = data, settings, family

    def frame(self, start, header):
        self.frame_start, self.window, self.kept = start, window_of(header, 1 << 23), (1, 4)
        size = content_size(header)
        rows = (row for row in self.rows() if row[0] is None or size is not None and size <= row[0])
        width = max((size - 1).bit_length() if size else 0, 6) if size is not None and size < 1 << 20 else 64
        self.size(next(rows)[1:], width)
        self.clear()

    def block(self, start, end, is_whole):
        self.start, self.end, self.limit = start, end, end - 8
        offset, layout = start - self.frame_start, self.settings.layout
        self.prefix, base, segment = None, self.frame_start, None
        if layout == JOBS:
            job = start - offset % job_size(self.window)
            base = max(base, job - self.window // 8)
            if start == job > self.frame_start:
                self.clear()
                self.kept, self.prefix = (0, 0), base
        low = max(base, end - self.window)
        if layout == RING:
            size = self.window + BLOCK
            segment = start - offset % size
            low = max(self.frame_start, segment - size, end - self.window)
            base = max(base, segment)
        self.low, self.segment = low, max(low, segment or low)
        self.is_split = self.segment > low
        self.first, self.second, self.spare = *self.kept, [0, 0]
        self.first_place = start + (start == low and not self.is_split)
        if not self.is_split:
            least = low if self.settings.generation == RARE else max(base, self.first_place - self.window)
            self.set_aside(self.first_place - least)
        elif self.sets_aside_where_split():
            self.set_aside(start - low - 1)
        self.is_behind, self.is_done = False, end - start < 7

    def set_aside(self, most):
        if self.second > most:
            self.spare[1], self.second = self.second, 0
        if self.first > most:
            self.spare[0], self.first = self.first, 0

    def end_block(self, is_compressed):
        if not is_compressed:
            return
        first, second = self.spare
        if not self.settings.saves_both:
            first = second = first or second
        elif first and self.first:
            second = first
        self.kept = self.first or first, self.second or second

    def same(self, place, position, count):
        return self.data[place : place + count] == self.data[position : position + count]

    def repeats(self, position, distance, from_segment=True):
        place = position - distance
        if not distance:
            return False
        if self.is_split:
            least = self.low + (not self.settings.is_stepping)
            if place < least or self.segment - 4 < place < self.segment + (not from_segment):
                return False
        return self.same(place, position, 4)

    def length(self, position, place):
        return common(self.data, position, place, self.end - position)

    def predict(self, position):
        if self.is_done:
            return None
        if self.prefix is not None:
            for place in range(self.prefix, self.start - 9, 3):
                self.take(place)
            self.prefix = None
        if self.is_behind:
            if position <= self.limit and self.repeats(position, self.second):
                self.first, self.second = self.second, self.first
                self.take(position)
                return 0, self.length(position, position - self.first), 1
            self.is_behind = False
        sequence = self.search(self.first_place if position == self.start else position, position)
        self.is_done = sequence is None
        return sequence

    def match(self, position, place, emitted):
        """The match at another place, as far back as it goes: where it starts, its length, and its offset."""
        distance, back = position - place, 0
        least = self.low if place < self.segment else self.segment
        while (
            position - back > emitted
            and place - back > least
            and self.data[position - back - 1] == self.data[place - back - 1]
        ):
            back += 1
        length = back + self.length(position, place)
        self.first, self.second = distance, self.first
        return position - back, length, distance + 3

    def correct(self, position, count, distances):
        most = position - self.low
        self.first, self.second = (n if n <= most else 0 for n in distances[:2])
        self.is_behind = True
        if position <= self.limit:
            self.note_end(position)


class Fast(Strategy):
    """The strategy of levels 1 and 2."""

    def rows(self):
        return FAST_SIZES[self.family]

    def size(self, row, width):
        self.width, self.count = min(row[0], width + 1), row[1]

    def clear(self):
        self.table = {}

    def sets_aside_where_split(self):
        return self.settings.saves_both

    def key(self, place):
        return hashed(self.data, place, self.count, self.width)

    def take(self, place):
        self.table[self.key(place)] = place

    def note_end(self, behind):
        self.take(behind - 2)

    def agrees(self, place, position):
        return place is not None and self.least <= place < position and self.same(place, position, 4)

    def search(self, place, emitted):
        self.least = self.low + (not (self.is_split or self.settings.is_stepping))
        if self.is_split and not self.settings.saves_both:
            return self.search_one_by_one(place, emitted)
        return (self.search_in_steps if self.settings.is_stepping else self.search_in_pairs)(place, emitted)

    def search_in_steps(self, place, emitted):
        step, step_end, second, third, fourth = 2, place + 128, place + 1, place + 2, place + 3
        if fourth >= self.limit:
            return None
        key, following = self.key(place), self.key(second)
        found = self.table.get(key)
        while fourth < self.limit:
            self.table[key] = place
            match = None
            if self.repeats(third, self.first, from_segment=False):
                match = self.repeated(third)
            elif self.agrees(found, place):
                match = self.match(place, found, emitted)
            if match:
                self.table[following] = second
                return self.noted(match, place, emitted)
            found, key, following = self.table.get(following), following, self.key(third)
            place, second, third = second, third, fourth
            self.table[key] = place
            if self.agrees(found, place):
                match = self.match(place, found, emitted)
                late = self.settings.saves_both and not self.is_split
                if step <= 4 if late else second < match[0] + match[1]:
                    self.table[following] = second
                return self.noted(match, place, emitted)
            found, key, following = self.table.get(following), following, self.key(third)
            place, second, third, fourth = second, third, second + step, third + step
            if third >= step_end:
                step, step_end = step + 1, step_end + 128
        return None

    def search_in_pairs(self, place, emitted):
        while place + 1 < self.limit:
            keys = self.key(place), self.key(place + 1)
            found = [self.table.get(key) for key in keys]
            self.table[keys[0]], self.table[keys[1]] = place, place + 1
            if self.repeats(place + 2, self.first):
                return self.noted(self.repeated(place + 2), place, emitted)
            for position in (place, place + 1):
                if self.agrees(found[position - place], position):
                    return self.noted(self.match(position, found[position - place], emitted), place, emitted)
            place += 2 + (place - emitted >> 7)
        return None

    def search_one_by_one(self, place, emitted):
        while place < self.limit:
            key = self.key(place)
            found, self.table[key] = self.table.get(key), place
            if self.repeats(place + 1, self.first):
                length = self.length(place + 1, place + 1 - self.first)
                return self.noted((place + 1, length, 1), place, emitted)
            if self.agrees(found, place):
                return self.noted(self.match(place, found, emitted), place, emitted)
            place += 1 + (place - emitted >> 8)
        return None

    def repeated(self, place):
        """The match at the last distance, which may start a byte before the place that was looked at."""
        source = place - self.first
        back = int(self.data[place - 1] == self.data[source - 1])
        return place - back, back + self.length(place, source), 1

    def noted(self, match, searched, emitted):
        position, length, offset = match
        self.is_behind = True
        if position + length <= self.limit:
            self.take(searched + 2)
            self.take(position + length - 2)
        return position - emitted, length, offset


class DoubleFast(Strategy):
    """The strategy of levels 3 and 4, and of level 2 for some sizes."""

    def rows(self):
        return SIZES[self.family]

    def size(self, row, width):
        self.widths, self.count = (min(row[0], width + 1), min(row[1], width)), row[2]

    def clear(self):
        self.tables = {}, {}

    def sets_aside_where_split(self):
        return False

    def long(self, place):
        return (int.from_bytes(self.data[place : place + 8], "little") * 0xCF1BBCDCB7A56463 & MASK) >> 64 - self.widths[0]

    def short(self, place):
        return hashed(self.data, place, self.count, self.widths[1])

    def take(self, place):
        """Notes a place by eight bytes and by five; returns those noted before."""
        keys = self.long(place), self.short(place)
        before = [table.get(key, 0) for table, key in zip(self.tables, keys)]
        for table, key in zip(self.tables, keys):
            table[key] = place
        return before

    def agrees(self, place, position, count):
        return self.low < place < position and self.same(place, position, count)

    def note_end(self, behind):
        self.tables[0][self.long(behind - 2)] = behind - 2
        self.tables[1][self.short(behind - 1)] = behind - 1

    def search(self, place, emitted):
        is_old = self.is_split or not self.settings.is_stepping
        return (self.search_old_way if is_old else self.search_in_steps)(place, emitted)

    def search_in_steps(self, place, emitted):
        step, step_end, following = 1, place + 256, place + 1
        while following <= self.limit:
            places = self.take(place)
            if self.repeats(place + 1, self.first):
                return self.repeated(place, emitted)
            key = self.long(following)
            if self.agrees(places[0], place, 8):
                if step < 4:
                    self.tables[0][key] = following
                return self.found(place, places[0], place, emitted)
            other = self.tables[0].get(key, 0)
            if self.agrees(places[1], place, 4):
                if step < 4:
                    self.tables[0][key] = following
                if self.agrees(other, following, 8) and (
                    self.settings.generation != SPLIT
                    or self.length(following, other) > self.length(place, places[1])
                ):
                    return self.found(following, other, place, emitted)
                return self.found(place, places[1], place, emitted)
            if following >= step_end:
                step, step_end = step + 1, step_end + 256
            place, following = following, following + step
        return None

    def search_old_way(self, place, emitted):
        while place < self.limit:
            places = self.take(place)
            if self.repeats(place + 1, self.first):
                return self.repeated(place, emitted)
            if self.agrees(places[0], place, 8):
                return self.found(place, places[0], place, emitted)
            if self.agrees(places[1], place, 4):
                key = self.long(place + 1)
                other = self.tables[0].get(key, 0)
                self.tables[0][key] = place + 1
                if self.agrees(other, place + 1, 8):
                    return self.found(place + 1, other, place, emitted)
                return self.found(place, places[1], place, emitted)
            place += 1 + (place - emitted >> 8)
        return None

    def repeated(self, place, emitted):
        length = self.length(place + 1, place + 1 - self.first)
        return self.noted((place + 1, length, 1), place, emitted)

    def found(self, position, place, searched, emitted):
        return self.noted(self.match(position, place, emitted), searched, emitted)

    def noted(self, match, searched, emitted):
        position, length, offset = match
        behind, self.is_behind = position + length, True
        if behind <= self.limit:
            self.tables[0][self.long(searched + 2)] = searched + 2
            self.tables[0][self.long(behind - 2)] = behind - 2
            self.tables[1][self.short(searched + 2)] = searched + 2
            self.tables[1][self.short(behind - 1)] = behind - 1
        return position - emitted, length, offset


# What is expected ------------------------------------------------------------------------------------------------


def order(counts):
    """Literals in the order in which they are sorted since version 1.5.1, the most frequent first."""

    def sort(low, high):
        if high - low < 8:
            items[low : high + 1] = sorted(items[low : high + 1], key=lambda s: -counts[s])
            return
        while low < high:
            place = low
            for index in range(low, high):
                if counts[items[index]] > counts[items[high]]:
                    items[place], items[index] = items[index], items[place]
                    place += 1
            items[place], items[high] = items[high], items[place]
            if place - low < high - place:
                sort(low, place - 1)
                low = place + 1
            else:
                sort(place + 1, high)
                high = place - 1

    result = []
    for magnitude in range(max(counts).bit_length(), 7, -1):
        items = [s for s in range(256) if counts[s] >= 166 and counts[s].bit_length() == magnitude]
        sort(0, len(items) - 1)
        result += items
    return result + sorted((s for s in range(256) if 0 < counts[s] < 166), key=lambda s: (-counts[s], s))


def literals(frames, code, description):
    """How literals are written: kind, size of the header, whether in four streams, and how many bytes all that takes."""
    count, counts = len(frames.literals), frames.literal_counts
    streams = count >= 256
    raw_header = 1 if count < 32 else 2 if count < 4096 else 3
    raw = 0, raw_header, streams, raw_header + count
    if count < 64 or seems_random(frames):
        return raw
    most = max(counts)
    if most == count:
        return 1, raw_header, streams, raw_header + 1
    if most <= (count >> 7) + 4:
        return raw
    last = frames.literal_code if frames.reuses_literals else None
    if last and not last.covers(counts):
        last = None
    kind, used, own = 2, code, description
    if last and count <= 1024:
        kind, used, own = 3, last, b""
    elif not code or not description:
        return raw
    elif last and (bits(last, counts) <= len(own) + bits(code, counts) or len(own) + 12 >= count):
        kind, used, own = 3, last, b""
    elif len(own) + 12 >= count:
        return raw
    size = frames.coded_size(used, streams, own)
    header = 3 if count < 1 << 10 else 4 if count < 1 << 14 else 5
    return (kind, header, streams, header + size) if size < count - gain(count) else raw


def gain(count):
    return (count >> 6) + 2


def bits(code, counts):
    return sum(code.lengths[s] * n for s, n in enumerate(counts) if n) >> 3


def seems_random(frames):
    count, sequences = len(frames.literals), len(frames.sequences)
    if not frames.settings.is_stepping or count < 40960 or sequences and count // sequences < 20:
        return False
    parts = frames.literals[:4096], frames.literals[-4096:]
    return sum(max(part.count(byte) for byte in set(part)) for part in parts) <= 68


def mode(frames, part, predefined, make_code):
    counts, total = list(frames.part_counts[part]), len(frames.sequences)
    most, may = max(counts), len(counts) <= len(predefined.shares)
    if most == total:
        return (0 if may and total <= 2 else 1), b""
    if may and (total < ((9 if frames.is_fast else 8) << predefined.log >> 3) or most < total >> predefined.log - 1):
        return 0, b""
    last = frames.codes[-1][part]
    if counts[last] > 1:
        counts[last] -= 1
    rare = -1 if frames.settings.generation == RARE or sum(counts) >= 2048 else 1
    code = make_code(counts, (9, 8, 9)[part], rare=rare, total=total)
    return 2, code.description() if code else b""
