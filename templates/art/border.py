"""Certificate borders: a guilloche band between rules, corner medallions, fret (回纹) or bead lines inside."""
import numpy as np
import skia

from .canvas import curve, fill, line
from .guilloche import band, rosette, weave


def sides(page, inset):
    """The four sides of the rectangle `inset` mm inside the page, as pairs of points, clockwise from the top left."""
    a, b, c, d = (inset, inset), (page.w - inset, inset), (page.w - inset, page.h - inset), (inset, page.h - inset)
    return ((a, b), (b, c), (c, d), (d, a))


def rule(page, inset, pen, notch=0.0):
    """A rectangle `inset` mm inside the page; `notch` > 0 cuts the corners out as quarter circles of that radius."""
    x0, y0, x1, y1 = inset, inset, page.w - inset, page.h - inset
    path = skia.Path()
    if notch <= 0:
        path.addRect(skia.Rect.MakeLTRB(x0, y0, x1, y1))
    else:
        path.moveTo(x0 + notch, y0)
        path.lineTo(x1 - notch, y0)
        path.arcTo(notch, notch, 0, skia.Path.kSmall_ArcSize, skia.PathDirection.kCCW, x1, y0 + notch)
        path.lineTo(x1, y1 - notch)
        path.arcTo(notch, notch, 0, skia.Path.kSmall_ArcSize, skia.PathDirection.kCCW, x1 - notch, y1)
        path.lineTo(x0 + notch, y1)
        path.arcTo(notch, notch, 0, skia.Path.kSmall_ArcSize, skia.PathDirection.kCCW, x0, y1 - notch)
        path.lineTo(x0, y0 + notch)
        path.arcTo(notch, notch, 0, skia.Path.kSmall_ArcSize, skia.PathDirection.kCCW, x0 + notch, y0)
        path.close()
    page.path(path, pen)


def ground(page, outer, inner, colour, alpha=1.0):
    """Tint the frame between two insets."""
    path = skia.Path()
    path.addRect(skia.Rect.MakeLTRB(outer, outer, page.w - outer, page.h - outer))
    path.addRect(skia.Rect.MakeLTRB(inner, inner, page.w - inner, page.h - inner))
    path.setFillType(skia.PathFillType.kEvenOdd)
    page.path(path, fill(colour, alpha))


def braid(page, middle, half, pens, pitch=9.0, style="band", strands=6, sharp=0.0):
    """The guilloche of the frame: bands along the rectangle `middle` mm inside the page, whole cycles a side."""
    for start, end in sides(page, middle):
        length = abs(end[0] - start[0]) + abs(end[1] - start[1])
        cycles = max(2, round(length / pitch))
        if style == "weave":
            for pen in pens:
                weave(page, start, end, half, cycles, pen, strands)
                cycles = round(cycles * 1.5)
        else:
            band(page, start, end, half, cycles, pens, strands, sharp)


def fret(page, inset, size, pen):
    """A line of square spirals (回纹) of `size` mm along the rectangle `inset` mm inside the page, mirrored at the middle of each side."""
    unit = np.array([(0, 1), (0, 0), (0.8, 0), (0.8, 0.75), (0.27, 0.75), (0.27, 0.36), (0.53, 0.36)])
    for (x0, y0), (x1, y1) in sides(page, inset):
        length = abs(x1 - x0) + abs(y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        count = int((length / 2 - 1.5 * size) // size)
        pitch = (length / 2 - 1.5 * size) / count
        for k in range(count):
            for mirror in (False, True):
                s = 1.5 * size + (k + unit[:, 0]) * pitch
                s = length - s if mirror else s
                v = unit[:, 1] * size
                page.path(curve(np.column_stack([x0 + ux * s - uy * v, y0 + uy * s + ux * v])), pen)


def beads(page, inset, pitch, radius, paint, clear=0.0):
    """A row of beads along the rectangle `inset` mm inside the page, `clear` mm free at the corners."""
    for (x0, y0), (x1, y1) in sides(page, inset):
        length = abs(x1 - x0) + abs(y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        count = round((length - 2 * clear) / pitch)
        for k in range(count + 1):
            s = clear + (length - 2 * clear) * k / count
            page.canvas.drawCircle(x0 + ux * s, y0 + uy * s, radius, paint)


def scallops(page, inset, pitch, depth, pen, clear=0.0):
    """A line of small arcs that hang inwards from the rectangle `inset` mm inside the page."""
    for (x0, y0), (x1, y1) in sides(page, inset):
        length = abs(x1 - x0) + abs(y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        count = round((length - 2 * clear) / pitch)
        t = np.linspace(0, 1, count * 16 + 1)
        s = clear + (length - 2 * clear) * t
        v = depth * np.abs(np.sin(np.pi * count * t))
        page.path(curve(np.column_stack([x0 + ux * s - uy * v, y0 + uy * s + ux * v])), pen)


def corners(page, inset, radius, dark, light, paper, petals=12):
    """A medallion on each corner of the rectangle `inset` mm inside the page."""
    for x in (inset, page.w - inset):
        for y in (inset, page.h - inset):
            page.canvas.drawCircle(x, y, radius, fill(paper))
            page.canvas.drawCircle(x, y, radius, line(dark, 0.35))
            page.canvas.drawCircle(x, y, radius - 0.7, line(light, 0.2))
            rosette(page, (x, y), radius - 1.1, petals, line(dark, 0.13, 0.85), strands=3, core=0.5)
            page.canvas.drawCircle(x, y, (radius - 1.1) * 0.56, line(light, 0.25))
            rosette(page, (x, y), (radius - 1.1) * 0.52, petals // 2, line(light, 0.16), strands=2, core=0.3)
            page.canvas.drawCircle(x, y, radius * 0.1, fill(dark))


def clouds(page, inset, size, pen):
    """A ruyi cloud (如意云) in each inner corner: two scrolls that grow out of the corner along both sides and meet in a bud."""
    t = np.linspace(0, 1, 140)
    angle = np.pi * (0.5 - 3.1 * t)
    r = 0.21 * (1 - t) ** 0.75 + 0.015
    scroll = np.column_stack([0.60 + r * np.cos(angle) * 1.1, 0.26 - r * np.sin(angle)])
    s = np.linspace(0, 1, 60)
    stem = np.column_stack([0.04 + 0.56 * s, 0.05 + 0.0 * s])
    outer = np.column_stack([0.60 + 0.40 * s, 0.05 * (1 - s) ** 2])
    bud = np.column_stack([0.13 + 0.22 * s, 0.13 + 0.22 * s + 0.09 * np.sin(np.pi * s)])
    for sx, ox in ((1, inset), (-1, page.w - inset)):
        for sy, oy in ((1, inset), (-1, page.h - inset)):
            for shape in (scroll, stem, outer, bud):
                for u, v in ((0, 1), (1, 0)):
                    page.path(curve(np.column_stack([ox + sx * size * shape[:, u], oy + sy * size * shape[:, v]])), pen)
            page.canvas.drawCircle(ox + sx * size * 0.42, oy + sy * size * 0.42, size * 0.03, pen)
