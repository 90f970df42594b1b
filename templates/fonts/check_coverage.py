#!/usr/bin/env python3
"""Say which characters of GB 18030-2022 and of the name characters the fonts of this folder can draw; exit 1 if a promise is broken."""
import sys

from fontTools.ttLib import TTFont

import make_fonts as fonts

SONG_CHAIN = ("song-core", "song-rare", "kai-rare")
PROMISES = {
    "GB 2312 (characters)": fonts.gb2312(),
    "通用规范汉字表 (8105)": fonts.tgh(),
    "GB 18030-2022 level 1 hanzi: U+4E00-9FEF": fonts.span((0x4E00, 0x9FEF)),
    "GB 18030-2022 level 1 hanzi: U+3400-4DB5": fonts.span((0x3400, 0x4DB5)),
    "GB 18030-2022 level 2 hanzi beyond level 1 (196)": {c for c in fonts.tgh() if c > 0xFFFF},
    "name characters 𠮷 䶮 and 〇": {0x20BB7, 0x4DAE, 0x3007},
}
TITLES = {"song-bold": fonts.gb2312() & fonts.HANZI, "kai-title": fonts.tgh() | fonts.gb2312() & fonts.HANZI}


def characters(name):
    return set(TTFont(fonts.HERE / f"{name}.ttf", lazy=True).getBestCmap())


def report(what, wanted, have):
    missing = sorted(wanted - have)
    print(f"{what}: {len(wanted) - len(missing)} of {len(wanted)}" + (f", missing {' '.join(f'U+{c:04X}' for c in missing[:20])}" if missing else ""))
    return not missing


def main():
    have = {name: characters(name) for name in SONG_CHAIN}
    chain = set().union(*have.values())
    good = [report(what, wanted, chain) for what, wanted in PROMISES.items()]
    good += [report(name, wanted, characters(name)) for name, wanted in TITLES.items()]
    for block, first, last in (("Ext B", 0x20000, 0x2A6DF), ("Ext C", 0x2A700, 0x2B73F), ("Ext D", 0x2B740, 0x2B81F), ("Ext E", 0x2B820, 0x2CEAF),
                               ("Ext F", 0x2CEB0, 0x2EBEF), ("Ext G and H", 0x30000, 0x323AF)):
        print(f"{block}: {sum(first <= c <= last for c in chain)} of {last - first + 1} code points")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
