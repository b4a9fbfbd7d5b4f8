#!/usr/bin/env python3
"""Writes standard input, the same backwards, 700,000 zeros, and most of the input twice, the second time in pieces in another order."""

import sys

content = sys.stdin.buffer.read()
pieces = [content[start : start + 7000] for start in range(0, len(content), 7000)]
sys.stdout.buffer.write(content + content[::-1] + bytes(700_000) + content[5000:] + b"".join(pieces[::2] + pieces[1::2]))
