#!/usr/bin/env python3
"""Writes the content of all fixtures: some of everything that encoders treat differently, and easy to compress."""
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
sys.stdout.buffer.write(out)
