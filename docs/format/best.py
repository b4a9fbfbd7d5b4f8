"""klauspost/compress's level "best" for zstd frames, written from repack.md; used by frames.py."""

WINDOW, MARGIN, LEAST = 1 << 23, 12, 16
POINT = 40


def common(data, a, b, limit):
    """How many bytes agree at two places."""
    count, step = 0, 64
    while count < limit:
        step = min(step, limit - count)
        if data[a + count : a + count + step] == data[b + count : b + count + step]:
            count, step = count + step, step * 2
        elif step == 1:
            break
        else:
            step //= 2
    return count


def logarithm(number, known={}):
    """To base 2, with 40 bits behind the point."""
    if number not in known:
        whole = number.bit_length() - 1
        rest, value = number << 63 - whole, whole
        for _ in range(POINT):
            rest = rest * rest >> 64
            is_large = rest >> 63
            rest = rest if is_large else rest << 1
            value = value << 1 | is_large
        known[number] = value
    return known[number]


class Match:
    """A match that is compared with others; none if its length is 0."""

    def __init__(self, place, position, length, again, cost):
        self.place, self.position, self.length, self.again, self.cost = place, position, length, again, cost


class Best:
    """Families 3 and, if it is older, 4. Tables hold the last two places of each hash."""

    def __init__(self, data, tables, costs, is_older):
        self.data, self.costs, self.is_older = data, costs, is_older
        self.long, self.short = tables
        self.good, self.no_match = (100, 25000) if is_older else (250, 131074 * 8)

    def frame(self, start):
        self.frame_start, self.distances = start, [1, 4, 8]

    def block(self, start, end, is_whole):
        self.start, self.end, self.limit, self.count = start, end, end - MARGIN, 0
        self.is_done = end - start < LEAST if self.is_older else end - start < 4
        self.checks = self.is_priced = False

    def correct(self, position, count, distances):
        self.count, self.distances = count, list(distances)
        self.is_done, self.checks = position >= self.limit, count > 3

    def word(self, place, count=8):
        return int.from_bytes(self.data[place : place + count], "little")

    def long_hash(self, place):
        return (self.word(place) * 0xCF1BBCDCB7A56463 & (1 << 64) - 1) >> 42

    def short_hash(self, place):
        return (self.word(place, 4) * 2654435761 & (1 << 32) - 1) >> 14

    def note(self, place):
        for table, key in ((self.long, self.long_hash(place)), (self.short, self.short_hash(place))):
            table[key] = place, table.get(key, (-1, -1))[0]

    def price(self, match):
        offset = match.position - match.place + 3 if match.again < 0 else match.again & 3
        match.cost = self.costs(offset, match.length) - (match.length * self.bits >> 10)
        if match.cost > 0:
            match.length, match.cost = 0, self.no_match
        return match

    def price_bytes(self):
        if self.is_priced:
            return
        self.is_priced, total, bits = True, self.end - self.start, 0
        counts = [0] * 256
        for byte in self.data[self.start : self.end]:
            counts[byte] += 1
        for count in filter(None, counts):
            bits += count * (logarithm(total) - logarithm(count)) + (1 << POINT) - 1 >> POINT
        self.bits = max(bits * 1024 // total, 1024)

    def agrees(self, place, position):
        fits = self.frame_start <= place < position and position - place < WINDOW
        return fits and self.data[place : place + 4] == self.data[position : position + 4]

    def length(self, place, position):
        return common(self.data, position, place, self.end - position)

    def predict(self, position):
        if self.is_done:
            return None
        is_first = not self.is_priced
        self.price_bytes()
        size = self.end - self.start
        if is_first and not self.is_older:
            self.is_done = size < LEAST
            if self.data[self.start : self.end] == self.data[self.start : self.start + 1] * size:
                self.is_done = True
                return 1, size - 1, 4
            if self.is_done:
                return None
        self.emitted = position
        if self.checks:
            place = position - self.distances[1]
            if self.agrees(place, position):
                self.note(position)
                return self.done(0, self.length(place, position), 1)
            self.checks = False
        while True:
            best = self.compared(position)
            self.note(position)
            if best.length >= 4:
                break
            position += 1 + (position - self.emitted >> 9)
            if position >= self.limit:
                self.is_done = True
                return None
        if best.length < self.good:
            best = self.look_ahead(best, position + 1)
        if self.is_older:
            return self.take_older(best)
        end = best.position + best.length
        is_new = best.again <= 0
        for place in range(position + 1, min(end, self.limit + (-4 if is_new else 4))):
            self.note(place)
        offset = best.position - best.place + 3 if is_new else best.again & 3
        return self.done(best.position - self.emitted, best.length, offset)

    def done(self, literals, length, offset):
        last = self.distances
        if offset > 3:
            self.distances = [offset - 3] + last[:2]
        else:
            index = offset - (literals > 0)
            distance = last[index] if index < 3 else last[0] - 1
            index = min(index, 2)
            self.distances = [distance] + last[:index] + last[index + 1 :]
        self.count += 1
        self.is_done = self.emitted + literals + length >= self.limit
        return literals, length, offset

    def compared(self, position):
        best = Match(0, position, 0, 0, self.no_match)
        for table, key in ((self.long, self.long_hash(position)), (self.short, self.short_hash(position))):
            for place in table.get(key, ()):
                best = self.improved(best, place, position, -1)
        if self.count < 3 or best.length >= self.good:
            return best
        if not self.is_older and position == self.emitted:
            best = self.improved(best, position - self.distances[1], position, 1 | 4)
            best = self.improved(best, position - self.distances[2], position, 2 | 4)
            if self.distances[0] > 1:
                best = self.improved(best, position - self.distances[0] + 1, position, 3 | 4)
        if not self.is_older and best.again > 0:
            return best
        best = self.repeated(best, position + 1)
        if best.length > 0 if self.is_older else best.again < 0:
            best = self.repeated(best, position + 3)
        return best

    def repeated(self, best, position):
        for index in range(3):
            best = self.improved(best, position - self.distances[index], position, index + 1)
        return best

    def look_ahead(self, best, position):
        last = self.short.get(self.short_hash(position), (-1, -1))[0]
        best = self.improved(best, last, position, -1)
        for ahead in (position, position + 1):
            for place in self.long.get(self.long_hash(ahead), ()):
                best = self.improved(best, place, ahead, -1)
        skip, end = 0 if self.is_older else 2, best.position + best.length
        if end >= self.limit or not self.is_older and best.position <= position - 1 - skip:
            return best
        found = best
        for place in self.long.get(self.long_hash(end), (-1, -1)):
            # The older version goes back by the same length for both, the newer by that of the better one.
            place -= (best if self.is_older else found).length - skip
            if place < self.frame_start:
                break
            at = (best if self.is_older else found).position + skip
            found = self.improved(found, place, at, -1)
        return found

    def improved(self, best, place, position, again):
        return (self.improved_older if self.is_older else self.improved_newer)(best, place, position, again)

    def improved_newer(self, best, place, position, again):
        if not self.agrees(place, position):
            return best
        if best.length > 16:
            left = self.end - best.position - best.length
            check = best.length - (position - best.position) - 8
            if left <= 0:
                return best
            if left > 2 and check > 4 and self.word(place + check, 4) != self.word(position + check, 4):
                return best
        match = Match(place, position, self.length(place, position), again, 0)
        if best.again <= 0:
            back = self.back(match, self.emitted)
            match.place, match.position, match.length = place - back, position - back, match.length + back
        self.price(match)
        if best.cost >= self.no_match:
            return match
        return match if match.cost - best.cost + ((match.position - best.position) * self.bits >> 10) < 0 else best

    def improved_older(self, best, place, position, again):
        match = Match(0, position, 0, 0, self.no_match)
        if self.agrees(place, position):
            match = self.price(Match(place, position, self.length(place, position), again, 0))
        ahead = position - best.position
        is_better = best.cost + (-ahead * self.bits >> 10) < match.cost + (ahead * self.bits >> 10)
        return best if is_better else match

    def back(self, match, least):
        count, first = 0, max(match.position - WINDOW, self.frame_start)
        while match.place - count > first and match.position - count > least:
            if self.data[match.place - count - 1] != self.data[match.position - count - 1]:
                break
            count += 1
        return count

    def take_older(self, match):
        is_new = match.again <= 0
        back = self.back(match, self.emitted + (not is_new))
        start, end = match.position - back, match.position + match.length
        if is_new:
            self.checks = self.count > 2
        offset = match.position - match.place + 3 if is_new else match.again
        sequence = self.done(start - self.emitted, match.length + back, offset)
        if not self.is_done:
            for place in range(start + 1 if is_new else match.position, end - 1):
                self.note(place)
        return sequence
