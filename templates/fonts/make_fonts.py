#!/usr/bin/env python3
"""Make the fonts of this folder from fonts that Debian packages ship (see README.md for names, licences and character sets).

    apt-get install fonts-noto-cjk fonts-noto-cjk-extra fonts-lxgw-wenkai
    pip install fonttools            # the wheel carries the compiled cu2qu
    python3 make_fonts.py [NAME...]  # all, or only e.g. song-core

CFF outlines become TrueType (glyf) outlines, because a glyf font is subset about ten times as fast. The output depends only
on the input fonts: no time stamps, no random names.
"""
import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

HERE = Path(__file__).resolve().parent
SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
SERIF_BOLD = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
KAI = "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"
NOTO_RIGHTS = "© 2017-2022 Adobe (http://www.adobe.com/). Changed 2026: cut to a character set, outlines converted to TrueType, renamed."
KAI_RIGHTS = (
    "Copyright 2021-2023 LXGW (https://github.com/lxgw/LxgwWenKai). "
    "Copyright 2020 The Klee Project Authors (https://github.com/fontworks-fonts/Klee). "
    "Changed 2026: cut to a character set, renamed."
)
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
LICENCE_URL = "https://openfontlicense.org"
EPOCH_1904 = 3865881600  # 2026-07-03T00:00:00Z in seconds since 1904: a fixed `head` time
MAX_ERROR = 1.0  # units of 1/1000 em, about 0.004 mm in 12 pt text


# ---- character sets ----------------------------------------------------------------------------------------------------

def span(*ranges):
    return {c for a, b in ranges for c in range(a, b + 1)}


def gb2312():
    """All characters of GB 2312-80: 682 symbols and letters, 6763 hanzi."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    return found


def tgh():
    """The 8105 hanzi of 通用规范汉字表 (2013)."""
    return {ord(c) for c in (HERE / "tgh-8105.txt").read_text("utf-8") if c != "\n"}


HANZI = span((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)) | {0x3007}
SYMBOLS = span(
    (0x20, 0x7E), (0xA0, 0x17F), (0x1CD, 0x1DC), (0x1F8, 0x1F9), (0x2C6, 0x2DD), (0x370, 0x3FF), (0x400, 0x45F),
    (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x218B), (0x2190, 0x21FF),
    (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x2573), (0x25A0, 0x25FF), (0x2605, 0x2606), (0x2640, 0x2642),
    (0x2713, 0x2717), (0x2776, 0x2793), (0x3000, 0x303F), (0x3041, 0x30FF), (0x3105, 0x312F), (0x31A0, 0x31BF),
    (0x3200, 0x33FF), (0xFE10, 0xFE19), (0xFE30, 0xFE4F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),
)
# the few symbols a title or a heading may hold
TITLE_SYMBOLS = span(
    (0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x2030), (0x2103, 0x2103), (0x2116, 0x2116), (0x2160, 0x216B),
    (0x2460, 0x2473), (0x3000, 0x301F), (0xFF01, 0xFF5E), (0xFFE5, 0xFFE5),
)


# ---- font surgery ------------------------------------------------------------------------------------------------------

def open_face(path):
    if path.endswith(".ttc"):
        faces = TTCollection(path, lazy=True).fonts
        return next(f for f in faces if f["name"].getDebugName(1).endswith(" SC"))
    return TTFont(path, lazy=True)


def cut(font, characters):
    """Keep only `characters`, and of the layout rules only the vertical forms (GSUB `vert`)."""
    options = subset.Options()
    options.layout_features = ["vert"]
    options.layout_closure = True
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.legacy_kern = False
    options.name_IDs = ["*"]
    options.drop_tables += ["BASE", "GPOS", "GDEF", "gasp", "kern", "DSIG", "meta"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)


def outlines_to_glyf(font):
    """CFF -> glyf. Vertical bearings are computed again from the vertical origins (VORG), which glyf fonts do not have."""
    order = font.getGlyphOrder()
    source = font.getGlyphSet()
    origin = font["VORG"]
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        source[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph(dropImpliedOnCurves=True)
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = glyphs
    font["loca"] = newTable("loca")
    for name in order:
        glyph = glyphs[name]
        glyph.recalcBounds(glyf)
        empty = glyph.numberOfContours == 0
        font["hmtx"][name] = (font["hmtx"][name][0], 0 if empty else glyph.xMin)
        top = origin[name] if name in origin.VOriginRecords else origin.defaultVertOriginY
        font["vmtx"][name] = (font["vmtx"][name][0], 0 if empty else top - glyph.yMax)
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion = 0x00010000
    maxp.numGlyphs = len(order)
    for key in ("maxZones maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements "
                "maxSizeOfInstructions maxComponentElements").split():
        setattr(maxp, key, 0)
    maxp.maxZones = 1
    del font["CFF "], font["VORG"]
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"


def rename(font, family, rights, origin):
    name = font["name"]
    name.names = []
    ps = family.replace(" ", "") + "-Regular"
    for number, text in {
        0: rights, 1: family, 2: "Regular", 3: f"{ps};1.0", 4: family, 5: "Version 1.000",
        6: ps, 10: f"Derived from {origin}.", 13: LICENCE, 14: LICENCE_URL,
    }.items():
        name.setName(text, number, 3, 1, 0x409)


def finish(font, path):
    head, post = font["head"], font["post"]
    head.created = head.modified = EPOCH_1904
    head.fontRevision = 1.0
    head.macStyle = 0
    post.formatType = 3.0
    font["OS/2"].fsType = 0
    font["OS/2"].fsSelection = 0x40
    font["OS/2"].recalcUnicodeRanges(font)
    font.recalcTimestamp = False
    font.save(path, reorderTables=True)


def make(name, path, characters, family, rights):
    font = open_face(path)
    origin = f"{font['name'].getDebugName(4)}, {font['name'].getDebugName(5)}"
    cut(font, characters & set(font.getBestCmap()))
    if "CFF " in font:
        outlines_to_glyf(font)
    rename(font, family, rights, origin)
    target = HERE / f"{name}.ttf"
    finish(font, target)
    made = TTFont(target)
    print(f"{name}: {len(made.getBestCmap())} characters, {made['maxp'].numGlyphs} glyphs, {target.stat().st_size / 1e6:.1f} MB", flush=True)


def main(wanted):
    serif = set(open_face(SERIF).getBestCmap())
    core = gb2312() | tgh() | SYMBOLS
    rare = serif & HANZI - core
    jobs = {
        "song-core": (SERIF, core, "ELicence Song Core", NOTO_RIGHTS),
        "song-rare": (SERIF, rare, "ELicence Song Rare", NOTO_RIGHTS),
        "song-bold": (SERIF_BOLD, gb2312() & HANZI | TITLE_SYMBOLS, "ELicence Song Bold", NOTO_RIGHTS),
        "kai-title": (KAI, gb2312() & HANZI | tgh() | TITLE_SYMBOLS, "ELicence Kai Title", KAI_RIGHTS),
        # what the Song has no drawing for: U+9FEB to U+9FEF of GB 18030-2022 and more
        "kai-rare": (KAI, HANZI - core - rare, "ELicence Kai Rare", KAI_RIGHTS),
    }
    for name in wanted or jobs:
        make(name, *jobs[name])


if __name__ == "__main__":
    main(sys.argv[1:])
