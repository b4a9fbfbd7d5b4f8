#!/usr/bin/env python3
"""Turn a terminal's picture (tmux capture-pane -e -p) into an SVG file.

usage: ansi2svg.py [--columns N] [--title TEXT] < capture.ansi > picture.svg
       ansi2svg.py [--columns N] --frames FRAMES > animation.svg
       ansi2svg.py --self-test

FRAMES has a line for each frame: how many seconds it stands, the capture's file and a title, with tabs between them.
"""
import argparse
import re
import sys
import unicodedata
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN, BAR = 8.4, 18, 14, 12, 28
FOREGROUND, BACKGROUND = "#d4d4d4", "#16181d"
BASIC = ["#1c1c1c", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d4d4d4",
         "#7f848e", "#ff7b86", "#b5e890", "#ffd68a", "#82c4ff", "#dd9bef", "#7fdbe6", "#ffffff"]


@dataclass(frozen=True)
class Style:
    foreground: str = None
    background: str = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


def palette(index):
    """A colour of the 256-colour palette."""
    if index < 16:
        return BASIC[index]
    if index < 232:
        levels = [0, 95, 135, 175, 215, 255]
        cube = index - 16
        return "#%02x%02x%02x" % (levels[cube // 36], levels[cube // 6 % 6], levels[cube % 6])
    return "#%02x%02x%02x" % ((8 + (index - 232) * 10,) * 3)


FLAGS = {1: ("bold", True), 2: ("dim", True), 3: ("italic", True), 4: ("underline", True), 7: ("reverse", True),
         23: ("italic", False), 24: ("underline", False), 27: ("reverse", False)}


def apply(style, parameters):
    """The style after a select-graphic-rendition sequence (ECMA-48 8.3.117)."""
    codes = [int(code or 0) for code in parameters.replace(":", ";").split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = Style()
        elif code in FLAGS:
            style = replace(style, **dict([FLAGS[code]]))
        elif code == 22:
            style = replace(style, bold=False, dim=False)
        elif code in (38, 48):
            kind = codes.pop(0) if codes else 0
            color = None
            if kind == 5 and codes:
                color = palette(codes.pop(0))
            elif kind == 2 and len(codes) >= 3:
                color = "#%02x%02x%02x" % tuple(codes[:3])
                del codes[:3]
            style = replace(style, **{"foreground" if code == 38 else "background": color})
        elif code == 39:
            style = replace(style, foreground=None)
        elif code == 49:
            style = replace(style, background=None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = replace(style, foreground=BASIC[code - 30 if code < 90 else code - 82])
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style = replace(style, background=BASIC[code - 40 if code < 100 else code - 92])
    return style


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\[[^@-~]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|[\x0e\x0f]")


def runs(line, style):
    """(column, columns, text, style) for every piece of one style, and the style at the end."""
    found, column, position = [], 0, 0

    def add(text):
        nonlocal column
        # A wide character gets a piece of its own, so that fonts with other widths cannot push the rest.
        for part in re.findall(r"[\u1100-\U0010ffff]|[^\u1100-\U0010ffff]+", text):
            columns = sum(width(character) for character in part)
            if found and columns == 0:
                start, taken, before, old = found.pop()
                found.append((start, taken, before + part, old))
                continue
            found.append((column, columns, part, style))
            column += columns

    for match in SEQUENCE.finditer(line):
        add(line[position:match.start()])
        if match.group(1) is not None:
            style = apply(style, match.group(1))
        position = match.end()
    add(line[position:])
    return found, style


def colors(style):
    front, back = style.foreground or FOREGROUND, style.background or BACKGROUND
    return (back, front) if style.reverse else (front, back)


def row(line, style, top):
    """The elements of a line, the style at its end and the columns that it takes."""
    body, widest = [], 0
    pieces, style = runs(line, style)
    for column, taken, text, look in pieces:
        widest = max(widest, column + taken)
        front, back = colors(look)
        x = MARGIN + column * CELL_WIDTH
        if back != BACKGROUND:
            body.append(f'<rect x="{x:.1f}" y="{top}" width="{taken * CELL_WIDTH:.1f}" '
                        f'height="{LINE_HEIGHT}" fill="{back}" shape-rendering="crispEdges"/>')
        if not text.strip():
            continue
        more = ' font-weight="bold"' if look.bold else ""
        more += ' font-style="italic"' if look.italic else ""
        more += ' text-decoration="underline"' if look.underline else ""
        more += ' opacity="0.6"' if look.dim else ""
        body.append(f'<text x="{x:.1f}" y="{top + 13}" fill="{front}" textLength="{taken * CELL_WIDTH:.1f}" '
                    f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{more}>{escape(text)}</text>')
    return body, style, widest


def headline(title):
    return (f'<text x="50%" y="{BAR / 2 + 10}" fill="#9aa0a6" font-family="sans-serif" font-size="13" '
            f'text-anchor="middle">{escape(title)}</text>')


def window(columns, rows, content):
    """A window of a terminal with something in it."""
    total_width = 2 * MARGIN + columns * CELL_WIDTH
    total_height = 2 * MARGIN + BAR + rows * LINE_HEIGHT
    dots = "".join(f'<circle cx="{MARGIN + 8 + 20 * i}" cy="{BAR / 2 + 5}" r="6" fill="{color}"/>'
                   for i, color in enumerate(["#ff5f57", "#febc2e", "#28c840"]))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width:.0f}" height="{total_height}" '
        f'viewBox="0 0 {total_width:.0f} {total_height}">',
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>', dots, *content, "</svg>", ""])


FONT = f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{FONT_SIZE}"'


def svg(capture, columns, title):
    style, body, widest = Style(), [], columns
    lines = capture.rstrip("\n").split("\n")
    for number, line in enumerate(lines):
        elements, style, taken = row(line, style, MARGIN + BAR + number * LINE_HEIGHT)
        body += elements
        widest = max(widest, taken)
    return window(widest, len(lines), [headline(title), f"<g {FONT}>", *body, "</g>"])


def animation(frames, columns):
    """Frames, each of seconds, a capture and a title, that follow each other for ever.

    Lines that are alike are drawn once. Who wants no motion sees the first frame.
    """
    total = sum(seconds for seconds, _, _ in frames)
    rules, names, drawn, groups, start, height = [], {}, [], [], 0, 0
    for number, (seconds, capture, title) in enumerate(frames):
        style, uses = Style(), []
        lines = capture.rstrip("\n").split("\n")
        height = max(height, len(lines))
        for index, line in enumerate(lines):
            elements, style, _ = row(line, style, 0)
            content = "".join(elements)
            if not content:
                continue
            if content not in names:
                names[content] = f"l{len(names)}"
                drawn.append(f'<g id="{names[content]}">{content}</g>')
            uses.append(f'<use href="#{names[content]}" y="{MARGIN + BAR + index * LINE_HEIGHT}"/>')
        shown, hidden = 100 * start / total, 100 * (start + seconds) / total
        rules.append(f"@keyframes k{number}{{0%{{visibility:{'visible' if number == 0 else 'hidden'}}}"
                     f"{shown:.2f}%{{visibility:visible}}{hidden:.2f}%{{visibility:hidden}}}}"
                     f".f{number}{{animation:k{number} {total}s step-end infinite"
                     f"{'' if number == 0 else ';visibility:hidden'}}}")
        start += seconds
        groups.append(f'<g class="f{number}">{headline(title)}<g {FONT}>{"".join(uses)}</g></g>')
    rules.append("@media(prefers-reduced-motion){g{animation:none!important}}")
    return window(columns, height, [
        f"<style>{''.join(rules)}</style>", f"<defs><g {FONT}>", *drawn, "</g></defs>", *groups])


def self_test():
    pieces, style = runs("a\x1b[1;38;5;114mb\x1b[0m日c\x1b[7m", Style())
    assert [(piece[0], piece[1], piece[2]) for piece in pieces] == [(0, 1, "a"), (1, 1, "b"), (2, 2, "日"), (4, 1, "c")]
    assert pieces[1][3] == Style(foreground="#87d787", bold=True), pieces[1][3]
    assert style.reverse and colors(style) == (BACKGROUND, FOREGROUND)
    assert apply(Style(), "48;2;1;2;3").background == "#010203"
    assert apply(Style(bold=True, dim=True), "22") == Style()
    assert apply(Style(), "91").foreground == BASIC[9] and apply(Style(), "38;5") == Style()
    picture = svg("\x1b[31m<&>\x1b[39m\x1b[44m  \x1b[0m", 10, "t")
    assert "&lt;&amp;&gt;" in picture and f'fill="{BASIC[1]}"' in picture and f'fill="{BASIC[4]}"' in picture
    import xml.dom.minidom
    xml.dom.minidom.parseString(picture)
    moving = animation([(1, "same\n\x1b[31ma\x1b[0m", "one"), (2.5, "same\nb", "two")], 10)
    xml.dom.minidom.parseString(moving)
    assert moving.count(">same<") == 1 and "28.57%{visibility:visible}100.00%{visibility:hidden}" in moving
    print("ansi2svg: ok")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("--title", default="silt")
    parser.add_argument("--light", action="store_true", help="a light ground")
    parser.add_argument("--frames", help="the file that lists the frames of an animation")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.light:
        global FOREGROUND, BACKGROUND
        FOREGROUND, BACKGROUND = "#1f2328", "#fbfbfa"
    if options.self_test:
        self_test()
    elif options.frames:
        frames = []
        for line in open(options.frames, encoding="utf-8"):
            seconds, path, title = line.rstrip("\n").split("\t")
            frames.append((float(seconds), open(path, encoding="utf-8", errors="replace").read(), title))
        sys.stdout.write(animation(frames, options.columns))
    else:
        capture = sys.stdin.buffer.read().decode("utf-8", "replace")
        sys.stdout.write(svg(capture, options.columns, options.title))


if __name__ == "__main__":
    main()
