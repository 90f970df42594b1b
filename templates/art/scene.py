"""Engraved scenes for the foot of a page: silhouettes shaded with parallel fine lines, light enough to print words over."""
import numpy as np
import skia

from .canvas import curve, fill, line


def engrave(page, path, colour, alpha, step=0.75, angle=0.0, width=0.13, outline=0.16, paper=None):
    """Shade a closed path with parallel lines `step` mm apart and draw its outline; `paper` hides what stands behind."""
    bounds = path.getBounds()
    canvas = page.canvas
    if paper:
        page.path(path, fill(paper, 0.85))
    canvas.save()
    canvas.clipPath(path, True)
    canvas.rotate(angle, bounds.centerX(), bounds.centerY())
    reach = (bounds.width() + bounds.height()) / 2 + 1
    pen = line(colour, width, alpha)
    for offset in np.arange(-reach, reach, step):
        y = bounds.centerY() + offset
        canvas.drawLine(bounds.centerX() - reach, y, bounds.centerX() + reach, y, pen)
    canvas.restore()
    page.path(path, line(colour, outline, alpha))


def polygon(*points):
    return curve(points, True)


def skyline(page, box, colour, alpha, paper):
    """Two rows of high houses and a tower crane in `box` (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    back = ((0.03, 0.05, 0.48), (0.10, 0.04, 0.62), (0.18, 0.06, 0.44), (0.25, 0.035, 0.86), (0.31, 0.05, 0.58), (0.40, 0.05, 0.70), (0.52, 0.05, 0.64),
            (0.58, 0.035, 0.95), (0.66, 0.06, 0.56), (0.73, 0.04, 0.80), (0.80, 0.05, 0.50), (0.87, 0.04, 0.68), (0.94, 0.05, 0.46))
    front = ((0.00, 0.055, 0.30), (0.062, 0.05, 0.40), (0.135, 0.055, 0.28), (0.20, 0.05, 0.50), (0.275, 0.06, 0.34), (0.345, 0.05, 0.46), (0.41, 0.07, 0.26),
             (0.545, 0.06, 0.38), (0.615, 0.05, 0.52), (0.68, 0.06, 0.32), (0.755, 0.045, 0.48), (0.815, 0.06, 0.28), (0.89, 0.05, 0.42), (0.95, 0.05, 0.27))
    for row, houses in enumerate((back, front)):
        strength = alpha * (0.75 + 0.35 * row)
        for k, (left, wide, high) in enumerate(houses):
            a, b, top = x0 + left * w, x0 + (left + wide) * w, y1 - high * h
            crown = ((a, top), (b, top)) if k % 3 == 0 else ((a, top), ((a + b) / 2, top - 0.06 * h), (b, top)) if k % 3 == 1 else ((a, top + 0.05 * h), (b, top))
            engrave(page, polygon((a, y1), *crown, (b, y1)), colour, strength, step=1.05, angle=90 * ((k + row) % 2), paper=paper)
        if row == 0:
            crane(page, x0 + 0.485 * w, y1 - 0.84 * h, y1, w, h, line(colour, 0.2, alpha * 1.3))


def crane(page, mast, top, foot, w, h, pen):
    """A tower crane whose jib is at height `top`."""
    page.path(curve([(mast, foot), (mast, top - 0.08 * h)]), pen)
    page.path(curve([(mast + 1.3, foot), (mast + 1.3, top)]), pen)
    for k, y in enumerate(np.arange(top, foot - 1.6, 1.6)):
        page.path(curve([(mast, y), (mast + 1.3, y + 1.6)] if k % 2 else [(mast + 1.3, y), (mast, y + 1.6)]), pen)
    page.path(curve([(mast - 0.05 * w, top), (mast + 0.12 * w, top)]), pen)
    page.path(curve([(mast - 0.05 * w, top), (mast, top - 0.08 * h), (mast + 0.12 * w, top)]), pen)
    page.path(curve([(mast + 0.09 * w, top), (mast + 0.09 * w, top + 0.22 * h)]), pen)


def hills(page, box, colour, alpha=0.3, ridges=4, seed=0.0):
    """Mountain ridges one behind the other, each hatched by copies of its own crest."""
    x0, y0, x1, y1 = box
    x = np.linspace(x0, x1, 300)
    u = (x - x0) / (x1 - x0)
    page.canvas.save()
    page.canvas.clipRect(skia.Rect.MakeLTRB(x0, y0, x1, y1), True)
    above = np.full_like(x, y0)
    for k in range(ridges):
        height = (y1 - y0) * (0.95 - 0.22 * k)
        crest = y1 - height * (0.45 + 0.30 * np.sin(6.3 * u * (1.1 + 0.35 * k) + 1.9 * k + seed) + 0.14 * np.sin(17 * u + 2.3 * k + seed) + 0.05 * np.sin(41 * u + k))
        crest = np.maximum(crest, above)
        for j in range(9):
            y = crest + j * (0.55 + 0.28 * j)
            page.path(curve(np.column_stack([x, y])), line(colour, 0.13 if j else 0.18, alpha * (1 - 0.1 * j)))
        above = crest + 1.5
    page.canvas.restore()


def roofs(page, box, colour, alpha, paper):
    """A row of courtyard houses with upturned eaves in front of a pagoda."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0

    def roof(cx, eaves, half, high):
        """A hipped roof whose eaves turn up at both ends."""
        t = np.linspace(-1, 1, 61)
        slope = np.clip((np.abs(t) - 0.5) / 0.5, 0, 1)
        upper = np.column_stack([cx + half * t, eaves - high * (1 - slope ** 0.75) - 0.22 * high * np.abs(t) ** 10])
        lower = np.column_stack([cx + half * t[::-1], eaves + 0.10 * high - 0.30 * high * np.abs(t[::-1]) ** 8])
        engrave(page, curve(np.vstack([upper, lower]), True), colour, alpha, step=0.8, angle=90, paper=paper)

    def house(cx, base, half, high):
        wall = base - 0.5 * high
        engrave(page, polygon((cx - half, base), (cx - half, wall), (cx + half, wall), (cx + half, base)), colour, alpha * 0.8, step=1.3, paper=paper)
        for k in range(-2, 3):
            page.path(curve([(cx + k * half * 0.4, wall), (cx + k * half * 0.4, base)]), line(colour, 0.2, alpha))
        roof(cx, wall, half * 1.25, 0.5 * high)

    cx = x0 + 0.5 * w
    for k in range(5):
        half, base = (0.080 - 0.010 * k) * w, y1 - (0.10 + 0.155 * k) * h
        engrave(page, polygon((cx - half * 0.72, base), (cx - half * 0.66, base - 0.11 * h), (cx + half * 0.66, base - 0.11 * h), (cx + half * 0.72, base)), colour, alpha * 0.8, step=1.1, paper=paper)
        roof(cx, base - 0.09 * h, half * 1.1, 0.07 * h)
    page.path(curve([(cx, y1 - 0.86 * h), (cx, y1 - h)]), line(colour, 0.3, alpha))
    for left, half, high in ((0.30, 0.075, 0.34), (0.70, 0.075, 0.34), (0.15, 0.085, 0.40), (0.85, 0.085, 0.40), (0.42, 0.05, 0.22), (0.58, 0.05, 0.22)):
        house(x0 + left * w, y1, half * w, high * h)


def bridge(page, box, colour, alpha=0.3):
    """A cable-stayed bridge over water."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    deck = y0 + 0.72 * h
    for left in (0.30, 0.70):
        cx, top = x0 + left * w, y0
        engrave(page, polygon((cx - 0.022 * w, y1 - 0.08 * h), (cx - 0.004 * w, top), (cx + 0.004 * w, top), (cx + 0.022 * w, y1 - 0.08 * h)), colour, alpha, step=0.8)
        for k in range(1, 15):
            for side in (-1, 1):
                reach = side * k / 14 * 0.20 * w
                page.path(curve([(cx, top + 0.03 * h + 0.30 * h * (1 - k / 14)), (cx + reach, deck)]), line(colour, 0.14, alpha))
    engrave(page, polygon((x0, deck), (x1, deck), (x1, deck + 0.035 * h), (x0, deck + 0.035 * h)), colour, alpha * 1.2, step=0.5)
    x = np.linspace(x0, x1, 400)
    for k in range(7):
        y = y0 + (0.80 + 0.035 * k) * h + 0.35 * np.sin(2 * np.pi * x / (11 + 2 * k) + k)
        page.path(curve(np.column_stack([x, y])), line(colour, 0.14, alpha * 0.9))


def leaves(page, box, colour, alpha=0.3, count=13):
    """Sprays of leaves that rise from the foot to both sides of the middle."""
    x0, y0, x1, y1 = box
    t = np.linspace(0, 1, 120)
    for side in (-1, 1):
        cx, w, h = (x0 + x1) / 2, (x1 - x0) / 2, y1 - y0
        sx = cx + side * w * (0.06 + 0.94 * t)
        sy = y1 - 0.10 * h - 0.62 * h * np.sin(np.pi * 0.5 * t) ** 1.6
        page.path(curve(np.column_stack([sx, sy])), line(colour, 0.28, alpha))
        for k in range(count):
            i = int(6 + k * 112 / count)
            heading = np.arctan2(sy[min(i + 1, 119)] - sy[i - 1], sx[min(i + 1, 119)] - sx[i - 1])
            for turn in (-0.75, 0.75):
                long = 0.34 * h * (1 - 0.5 * k / count)
                a = heading + turn
                s = np.linspace(0, 1, 30)
                bulge = 0.20 * long * np.sin(np.pi * s) ** 0.9
                along = np.column_stack([s * long, bulge])
                back = np.column_stack([s[::-1] * long, -bulge[::-1]])
                local = np.vstack([along, back])
                rotated = np.column_stack([sx[i] + local[:, 0] * np.cos(a) - local[:, 1] * np.sin(a), sy[i] + local[:, 0] * np.sin(a) + local[:, 1] * np.cos(a)])
                engrave(page, curve(rotated, True), colour, alpha, step=0.7, angle=float(np.degrees(a)) + 40)
