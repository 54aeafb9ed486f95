#!/usr/bin/env python3
"""Makes the window's two fonts: ShelftalkSans-Regular.ttf and ShelftalkSans-Bold.ttf.

    apt-get install fonts-noto-cjk python3-fonttools
    assets/fonts/_subset.py [FOLDER WITH NotoSans-Regular.ttf AND NotoSans-Bold.ttf]

One face holds both scripts, because a line that mixes faces has two baselines and two line heights: Latin, Greek and
Cyrillic from Noto Sans (by default the copy inside the Fyne module), Chinese from the SC face of Debian's Noto Sans CJK:
every character of GB 2312 and the punctuation around it. The CJK outlines are turned from cubic to quadratic curves, so
that the result is an ordinary single-face TrueType file. Line height and underline are Noto Sans's.

Both sources are under the SIL Open Font License 1.1 (OFL.txt). The result has a name of its own.
"""
import os
import subprocess
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

CJK = "/usr/share/fonts/opentype/noto/NotoSansCJK-%s.ttc"
SC_FACE = 2
LATIN = [(0x20, 0x7F), (0xA0, 0x250), (0x2C6, 0x2DE), (0x370, 0x400), (0x400, 0x460), (0x1E00, 0x1F00), (0x2000, 0x2070),
         (0x2070, 0x20D0), (0x2100, 0x2190)]
CHINESE = [(0x2190, 0x2200), (0x2460, 0x2500), (0x2500, 0x2700), (0x3000, 0x3100), (0xFF00, 0xFFF0)]


def ranges(pairs):
    return {c for lo, hi in pairs for c in range(lo, hi)}


def gb2312():
    out = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                out.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    return out


def cut(path, unicodes, number=-1):
    o = subset.Options()
    o.font_number, o.hinting, o.glyph_names, o.notdef_outline = number, False, False, True
    o.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"] if number < 0 else []
    o.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"] if number >= 0 else []
    font = subset.load_font(path, o)
    cutter = subset.Subsetter(o)
    cutter.populate(unicodes=unicodes)
    cutter.subset(font)
    return font


def graft(latin, chinese):
    """Adds every character of chinese that latin lacks, under a name of its own."""
    scale = latin["head"].unitsPerEm / chinese["head"].unitsPerEm
    assert scale == 1, "both sources have 1000 units to the em"
    have = latin.getBestCmap()
    glyphs, widths = latin["glyf"], latin["hmtx"]
    order, source = latin.getGlyphOrder(), chinese.getGlyphSet()
    added = {}
    for code, name in sorted(chinese.getBestCmap().items()):
        if code in have:
            continue
        if name not in added:
            pen = TTGlyphPen(None)
            source[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
            new = "han%05d" % len(added)
            glyphs.glyphs[new] = pen.glyph()
            glyphs.glyphs[new].recalcBounds(glyphs)
            widths.metrics[new] = (chinese["hmtx"][name][0], getattr(glyphs.glyphs[new], "xMin", 0))
            order.append(new)
            added[name] = new
        for table in latin["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = added[name]
    latin.setGlyphOrder(order)
    glyphs.glyphOrder = order
    latin["post"].formatType = 3.0
    latin["maxp"].numGlyphs = len(order)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    if len(sys.argv) > 1:
        folder = sys.argv[1]
    else:
        module = subprocess.check_output(["go", "list", "-m", "-f", "{{.Dir}}", "fyne.io/fyne/v2"], cwd=here, text=True).strip()
        folder = os.path.join(module, "theme", "font")
    for weight in ["Regular", "Bold"]:
        latin = cut(os.path.join(folder, "NotoSans-%s.ttf" % weight), ranges(LATIN))
        chinese = cut(CJK % weight, gb2312() | ranges(CHINESE), SC_FACE)
        graft(latin, chinese)
        for record in latin["name"].names:
            if record.nameID in (1, 4, 6, 16):
                text = "ShelftalkSans-" + weight if record.nameID == 6 else "Shelftalk Sans"
                record.string = text
        out = os.path.join(here, "ShelftalkSans-%s.ttf" % weight)
        latin.save(out)
        again = TTFont(out)
        missing = [c for c in gb2312() if c not in again.getBestCmap()]
        assert not missing, "characters of GB 2312 without a glyph: %r" % missing[:10]
        print("%s: %d characters, %.1f MB" % (os.path.basename(out), len(again.getBestCmap()), os.path.getsize(out) / 1e6))


if __name__ == "__main__":
    main()
