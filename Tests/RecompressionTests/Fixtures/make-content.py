#!/usr/bin/env python3
"""Writes the content of all fixtures: some of everything that encoders treat differently, and easy to compress.

With an argument, writes what was there before: some of it elsewhere, some of it other."""
import random
import sys

source = random.Random(11)
words = ["".join(source.choices("etaoinshrdlu", k=source.randint(2, 9))) for _ in range(150)]
lines = [" ".join(source.choices(words, k=9)).encode() + b"\n" for _ in range(70)]
out = bytearray(b"".join(lines)) + bytes(60_000) + source.randbytes(300)
for _ in range(110):
    start = source.randrange(60)
    for line in lines[start : start + source.randint(4, 20)]:
        line = bytearray(line)
        if source.random() < 0.15:
            line[source.randrange(len(line))] = source.choice(b"xyzw")
        out += line
out += b"ab" * 700 + out[5000:9000] + out[60:4000]
if len(sys.argv) > 1:
    middle = bytearray(out[9_000:70_000])
    for place in range(0, len(middle), 2_900):
        middle[place : place + 3] = b"old"
    out = out[1_000:9_000] + b"what is there no more\n" * 9 + middle + out[95_000:] + out[70_000:94_000]
sys.stdout.buffer.write(out)
