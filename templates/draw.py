#!/usr/bin/env python3
"""Draw the base images (底图) and sample portraits of the templates: `pip install numpy pillow skia-python && python3 draw.py [TEMPLATE...]`.

No words, no state emblem, no flag. The ruled lines of tables are taken from template.toml, so that picture and layout agree.
"""
import sys
import tomllib
from pathlib import Path

import skia

from art import border, guilloche, portrait, scene
from art.canvas import Page, fill, line

HERE = Path(__file__).resolve().parent
LANDSCAPE, PORTRAIT = (297, 210), (210, 297)


def business_licence(folder):
    """Gold and cinnabar: peony, fret."""
    gold, red = "#a8741a", "#8f2a1e"
    page = Page(*LANDSCAPE, "#fffdf6")
    page.glow((148.5, 100), 190, "#fff0cc", 0.9)
    guilloche.waves(page, (24, 24, 273, 186), ["#f0c9a0", "#e9a9a0", "#f2d49a", "#e9a9a0", "#f0c9a0"], step=3.4, amplitude=8, length=96, width=0.15)
    guilloche.lace(page, (148.5, 112), 54, 14, ["#e2b066", "#d98873", "#e2b066"], alpha=0.42, width=0.14)
    border.ground(page, 8, 19, "#fbe9c4")
    border.braid(page, 13.5, 4.1, [line(gold, 0.15, 0.95), line(red, 0.13, 0.8)], pitch=13.2, strands=5)
    for inset, colour, width in ((8, gold, 0.9), (9, red, 0.18), (18, red, 0.18), (19, gold, 0.6), (24, red, 0.2)):
        border.rule(page, inset, line(colour, width))
    border.fret(page, 20.1, 2.9, line(gold, 0.3, 0.9))
    border.corners(page, 13.5, 8.2, red, gold, "#fffaf0", 14)
    border.clouds(page, 25, 13, line(gold, 0.35))
    page.save(folder, "page1")


def food_permit(folder):
    """Jade green: leaves, scallops and beads."""
    green, gold = "#1f6f4e", "#b08a32"
    page = Page(*LANDSCAPE, "#fbfefa")
    page.glow((148.5, 95), 185, "#e6f6e4", 0.95)
    guilloche.waves(page, (21, 21, 276, 189), ["#a9d8b4", "#cfe3a0", "#9fd2c4", "#cfe3a0", "#a9d8b4"], step=3.4, amplitude=6, length=70, width=0.15, twist=0.05)
    guilloche.lace(page, (148.5, 100), 46, 10, ["#8cc79b", "#c4cf7d", "#8cc79b"], alpha=0.42, width=0.14)
    scene.leaves(page, (40, 150, 257, 186), "#4f9e72", 0.26)
    border.ground(page, 7.5, 18, "#dff1df")
    border.braid(page, 12.75, 4.0, [line(green, 0.15, 0.9)], pitch=16, style="weave", strands=6)
    for inset, colour, width in ((7.5, green, 0.9), (8.5, gold, 0.25), (17, gold, 0.25), (18, green, 0.6)):
        border.rule(page, inset, line(colour, width))
    border.scallops(page, 18, 3.4, 1.5, line(green, 0.2), clear=3)
    border.beads(page, 20.9, 3.4, 0.32, fill(gold), clear=3)
    border.rule(page, 22.3, line(green, 0.22), notch=6)
    border.corners(page, 12.75, 8.0, green, gold, "#f7fcf4", 12)
    page.save(folder, "page1")


def construction_qualification(folder):
    """Deep blue with gold: skyline, notched rules."""
    blue, gold = "#1d3f77", "#b3883a"
    page = Page(*LANDSCAPE, "#fbfcff")
    page.glow((148.5, 95), 190, "#e4ecfa", 0.95)
    guilloche.waves(page, (22, 22, 275, 188), ["#a9bfe6", "#c3b8e2", "#a3d0e4", "#c3b8e2", "#a9bfe6"], step=3.4, amplitude=10, length=120, width=0.15, twist=0.03)
    guilloche.lace(page, (148.5, 104), 50, 12, ["#9db4de", "#cdbb8d", "#9db4de"], alpha=0.42, width=0.14)
    scene.skyline(page, (30, 144, 267, 187), "#4b6ca8", 0.24, "#f6f9ff")
    border.ground(page, 8, 18.5, "#dfe8f7")
    border.braid(page, 13.25, 4.0, [line(blue, 0.15, 0.9), line(gold, 0.15, 0.95)], pitch=15, strands=5, sharp=0.22)
    for inset, colour, width in ((8, blue, 1.0), (9.1, gold, 0.25), (17.4, gold, 0.25), (18.5, blue, 0.6)):
        border.rule(page, inset, line(colour, width))
    border.rule(page, 20.6, line(gold, 0.55), notch=7)
    border.rule(page, 21.8, line(blue, 0.2), notch=7)
    border.corners(page, 13.25, 8.0, blue, gold, "#f6f9ff", 16)
    page.save(folder, "page1")


def real_estate(folder):
    """Crimson: a cover with houses and hills, and two quiet inner pages with ruled tables."""
    crimson, gold, rose = "#8a1f2d", "#b3853b", "#fbe6e0"
    page = Page(*PORTRAIT, "#fffaf6")
    page.glow((105, 120), 190, "#fde8dc", 0.95)
    guilloche.waves(page, (26, 26, 184, 271), ["#ecb4a8", "#e9cda0", "#ecb4a8"], step=3.6, amplitude=7, length=82, width=0.15)
    guilloche.lace(page, (105, 128), 62, 16, ["#e0a58c", "#d8b678", "#e0a58c"], alpha=0.42, width=0.14)
    scene.hills(page, (26, 196, 184, 252), "#c0685c", 0.22)
    scene.roofs(page, (34, 205, 176, 252), "#a8453f", 0.26, "#fff7f2")
    border.ground(page, 8, 22, crimson)
    border.braid(page, 15, 5.4, [line("#f0cf8e", 0.16, 0.9), line("#e0a089", 0.14, 0.8)], pitch=17, strands=5)
    for inset, colour, width in ((8, gold, 0.9), (9.3, "#f0cf8e", 0.25), (20.7, "#f0cf8e", 0.25), (22, gold, 0.8)):
        border.rule(page, inset, line(colour, width))
    border.rule(page, 24.2, line(crimson, 0.3))
    border.rule(page, 25.4, line(gold, 0.5))
    border.corners(page, 15, 10, crimson, gold, rose, 16)
    border.clouds(page, 26.6, 15, line(gold, 0.4))
    page.save(folder, "page1")

    layout = tomllib.loads((folder / "template.toml").read_text("utf-8"))
    for number in (2, 3):
        page = Page(*PORTRAIT, "#fffcfa")
        page.glow((105, 140), 190, "#fdeee6", 0.95)
        guilloche.waves(page, (16, 16, 194, 281), ["#f0c4ba", "#efd9b4", "#f0c4ba"], step=3.6, amplitude=7, length=82, width=0.14, alpha=0.45)
        guilloche.lace(page, (105, 150), 52, 16, ["#e8b9a6", "#e0c795", "#e8b9a6"], alpha=0.32, width=0.14)
        border.ground(page, 8, 14.5, rose)
        border.braid(page, 11.25, 2.4, [line(crimson, 0.14, 0.85)], pitch=11, style="weave", strands=4)
        for inset, colour, width in ((8, crimson, 0.6), (14.5, crimson, 0.4), (15.6, gold, 0.3)):
            border.rule(page, inset, line(colour, width))
        border.corners(page, 11.25, 5.6, crimson, gold, rose, 10)
        ruled(page, layout["pages"][number - 1], line(crimson, 0.28, 0.85), rose)
        page.save(folder, f"page{number}")


def ruled(page, layout, pen, shade):
    """Frame the cells: a label and the field right of it make a row, a table its head and rows."""
    for label in layout.get("labels", []):
        if label.get("role", "label") != "label":
            continue
        box = label["box"]
        field = next(f["box"] for f in layout["fields"] if abs(f["box"]["y"] - box["y"]) < 0.01 and abs(f["box"]["h"] - box["h"]) < 0.01)
        left, middle, right = box["x"] - 2, field["x"] - 2, field["x"] + field["w"] + 2
        page.canvas.drawRect(skia.Rect.MakeLTRB(left, box["y"], middle, box["y"] + box["h"]), fill(shade, 0.55))
        for a, b in ((left, middle), (middle, right)):
            page.canvas.drawRect(skia.Rect.MakeLTRB(a, box["y"], b, box["y"] + box["h"]), pen)
    for table in layout.get("tables", []):
        grid(page, table, pen, shade)


def grid(page, table, pen, shade):
    """The lines of a table: a shaded head above `origin` and `max_rows` rows below it."""
    x, y, high = table["origin"]["x"], table["origin"]["y"], table["row_height"]
    widths = [column["width"] for column in table["columns"]]
    page.canvas.drawRect(skia.Rect.MakeXYWH(x, y - high, sum(widths), high), fill(shade, 0.7))
    for row in range(-1, table["max_rows"]):
        left = x
        for width in widths:
            page.canvas.drawRect(skia.Rect.MakeXYWH(left, y + row * high, width, high), pen)
            left += width


def constructor(folder):
    """Teal with copper: a bridge; and the three sample portraits."""
    teal, copper = "#0f5c66", "#ad6f34"
    page = Page(*PORTRAIT, "#fafefe")
    page.glow((105, 125), 185, "#def2f1", 0.95)
    guilloche.waves(page, (21, 21, 189, 276), ["#9fd3d3", "#b4c9ea", "#9fd3d3"], step=3.4, amplitude=7, length=84, width=0.15, twist=0.045)
    guilloche.lace(page, (105, 140), 52, 12, ["#8fc6c6", "#d9bd92", "#8fc6c6"], alpha=0.42, width=0.14)
    scene.bridge(page, (22, 222, 188, 275), "#2f8088", 0.24)
    border.ground(page, 8, 18, "#d9eeee")
    border.braid(page, 13, 3.9, [line(teal, 0.15, 0.9), line(copper, 0.14, 0.85)], pitch=14, strands=5)
    for inset, colour, width in ((8, teal, 0.9), (9, copper, 0.25), (17, copper, 0.25), (18, teal, 0.6), (21.2, teal, 0.2)):
        border.rule(page, inset, line(colour, width))
    border.beads(page, 19.6, 2.6, 0.36, fill(copper, 0.9), clear=1.5)
    border.corners(page, 13, 7.8, teal, copper, "#f4fbfb", 12)
    border.clouds(page, 22.4, 11, line(copper, 0.35))
    layout = tomllib.loads((folder / "template.toml").read_text("utf-8"))
    for table in layout["pages"][0]["tables"]:
        grid(page, table, line(teal, 0.25, 0.8), "#d9eeee")
    page.save(folder, "page1")
    portrait.portrait(folder / "photo1.jpg", ("#bcd9ef", "#8fbbe0"), "#f1cda9", "#221c1a", "#27364f", "#f7f9fb", fringe=0.4)
    portrait.portrait(folder / "photo2.jpg", ("#cfe3f2", "#9cc3e3"), "#f6d8ba", "#2a1d18", "#6a2d3a", "#fdf6ee", long_hair=True)
    portrait.portrait(folder / "photo3.jpg", ("#bcd9ef", "#8fbbe0"), "#e6bd95", "#2e2c2c", "#3d4a3f", "#e9f0f6", glasses=True, fringe=1.0)


TEMPLATES = {
    "business-licence": business_licence,
    "food-permit": food_permit,
    "construction-qualification": construction_qualification,
    "real-estate": real_estate,
    "constructor": constructor,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or TEMPLATES:
        TEMPLATES[name](HERE / name)
