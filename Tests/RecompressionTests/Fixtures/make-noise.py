#!/usr/bin/env python3
"""Writes short pieces of the front of standard input, with noise between them: behind it, libzstd looks at few places."""

import random
import sys

content = sys.stdin.buffer.read(210)
noise = random.Random(int(sys.argv[1]))
for _ in range(60):
    start = noise.randrange(150)
    text = content[start : start + noise.randrange(8, 60)]
    sys.stdout.buffer.write(noise.randbytes(noise.choice([5, 9, 500, 700])) + text)
