"""Guilloche (扭索纹): wave grounds, rosettes and braided bands, each a formula turned into fine lines."""
import numpy as np
import skia

from .canvas import curve, line, rainbow

TAU = 2 * np.pi


def waves(page, box, colours, step=1.6, amplitude=5.0, length=74.0, width=0.11, alpha=0.5, slant=0.0, twist=0.035):
    """A ground of wave lines in `box` (x0, y0, x1, y1) whose phase drifts from line to line, in iris print."""
    x0, y0, x1, y1 = box
    x = np.arange(x0 - 1, x1 + 1.5, 0.6)
    page.canvas.save()
    page.canvas.clipRect(skia.Rect.MakeLTRB(x0, y0, x1, y1), True)
    pen = rainbow(line("#000000", width), (x0, y0), (x1, y0), colours, alpha)
    reach = amplitude * 1.5 + abs(slant) * (x1 - x0)
    for base in np.arange(y0 - reach, y1 + reach, step):
        y = (base + slant * (x - x0) + amplitude * np.sin(TAU * x / length + twist * base * TAU / 4)
             + 0.35 * amplitude * np.sin(TAU * x / (length * 0.37) - twist * base * TAU / 2))
        page.path(curve(np.column_stack([x, y])), pen)
    page.canvas.restore()


def rosette(page, centre, radius, petals, pen, strands=6, depth=0.32, core=0.0, turn=0.0):
    """A rosette: `strands` closed petal curves, each turned a little against the one before; `core` leaves the middle free."""
    t = np.linspace(0, TAU, 60 * petals + 1)
    mean = (1 + core) / 2 if core else 1 - depth
    swing = (1 - core) / 2 if core else depth
    for k in range(strands):
        r = radius * (mean + swing * np.cos(petals * t + TAU * k / strands))
        page.path(curve(np.column_stack([centre[0] + r * np.cos(t + turn), centre[1] + r * np.sin(t + turn)]), True), pen)


def lace(page, centre, radius, petals, colours, alpha=0.5, width=0.1):
    """A large peony of nested rosettes, `petals` round petals on the rim, in iris print."""
    cx, cy = centre
    t = np.linspace(0, TAU, 120 * petals + 1)
    for layer, (outer, core, strands) in enumerate(((1.0, 0.70, 9), (0.78, 0.46, 8), (0.55, 0.25, 7), (0.33, 0.08, 5))):
        pen = rainbow(line("#000000", width), (cx - radius, cy), (cx + radius, cy), colours, alpha)
        for k in range(strands):
            # strand k swells from a shallow ring to a full petal; every other layer is turned by half a petal
            swing = (outer - core) * (1 - k / strands)
            r = radius * (core + swing * np.abs(np.cos(petals / 2 * t)) ** 0.55)
            turn = np.pi / petals * (layer % 2)
            page.path(curve(np.column_stack([cx + r * np.cos(t + turn), cy + r * np.sin(t + turn)]), True), pen)


def band(page, start, end, half, cycles, pens, strands=6, sharp=0.0):
    """A braided band from `start` to `end` (mm), `half` mm to each side: one family of strands a pen, shifted in phase."""
    (x0, y0), (x1, y1) = start, end
    length = float(np.hypot(x1 - x0, y1 - y0))
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    t = np.linspace(0, 1, max(200, int(length * 5)))
    for family, pen in enumerate(pens):
        for k in range(strands):
            phase = TAU * cycles * t + np.pi * family
            scale = 1 - 0.8 * k / strands
            v = half * scale * (np.cos(phase) + sharp * np.cos(3 * phase)) / (1 + sharp)
            s = t * length
            page.path(curve(np.column_stack([x0 + ux * s - uy * v, y0 + uy * s + ux * v])), pen)


def weave(page, start, end, half, cycles, pen, strands=8):
    """A woven band: equal waves, evenly shifted in phase, that make a net of lenses."""
    (x0, y0), (x1, y1) = start, end
    length = float(np.hypot(x1 - x0, y1 - y0))
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    t = np.linspace(0, 1, max(200, int(length * 5)))
    for k in range(strands):
        v = half * np.sin(TAU * cycles * t + TAU * k / strands)
        s = t * length
        page.path(curve(np.column_stack([x0 + ux * s - uy * v, y0 + uy * s + ux * v])), pen)
