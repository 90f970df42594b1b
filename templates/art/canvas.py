"""A page measured in millimetres, drawn at twice its final resolution and saved as a colour and a grey JPEG."""
from pathlib import Path

import numpy as np
import skia
from PIL import Image

DPI = 150
OVERSAMPLING = 2
QUALITY = 75


def rgb(hex_colour, alpha=1.0):
    """`#rrggbb` and an opacity as a skia colour."""
    r, g, b = (int(hex_colour[i:i + 2], 16) for i in (1, 3, 5))
    return skia.Color4f(r / 255, g / 255, b / 255, alpha)


def line(colour, width=0.12, alpha=1.0):
    """A round pen; width in mm."""
    return skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=width, Color4f=rgb(colour, alpha),
                      StrokeJoin=skia.Paint.kRound_Join, StrokeCap=skia.Paint.kRound_Cap)


def fill(colour, alpha=1.0):
    return skia.Paint(AntiAlias=True, Color4f=rgb(colour, alpha))


def rainbow(paint, start, end, colours, alpha):
    """Give a pen the iris print (彩虹印刷) of banknotes: the colours run into each other from `start` to `end`."""
    stops = [rgb(c, alpha).toColor() for c in colours]
    paint.setShader(skia.GradientShader.MakeLinear([skia.Point(*start), skia.Point(*end)], stops))
    return paint


def curve(points, closed=False):
    """A path through points, an array of shape (n, 2) in mm."""
    path = skia.Path()
    path.addPoly([skia.Point(float(x), float(y)) for x, y in points], closed)
    return path


class Page:
    """A page of w × h mm; `canvas` is a skia canvas whose unit is the millimetre."""

    def __init__(self, w, h, paper):
        self.w, self.h = w, h
        self.size = (round(w / 25.4 * DPI), round(h / 25.4 * DPI))
        self.surface = skia.Surface(self.size[0] * OVERSAMPLING, self.size[1] * OVERSAMPLING)
        self.canvas = self.surface.getCanvas()
        self.canvas.scale(self.size[0] * OVERSAMPLING / w, self.size[1] * OVERSAMPLING / h)
        self.canvas.clear(rgb(paper).toColor())

    def path(self, path, paint):
        self.canvas.drawPath(path, paint)

    def glow(self, centre, radius, colour, alpha):
        """A soft light spot: paper tint that fades out towards `radius` mm."""
        paint = skia.Paint(AntiAlias=True, Shader=skia.GradientShader.MakeRadial(
            skia.Point(*centre), radius, [rgb(colour, alpha).toColor(), rgb(colour, 0).toColor()]))
        self.canvas.drawRect(skia.Rect.MakeWH(self.w, self.h), paint)

    def image(self):
        pixels = Image.fromarray(np.asarray(self.surface.toarray(colorType=skia.kRGBA_8888_ColorType))[:, :, :3].copy())
        return pixels.resize(self.size, Image.Resampling.BOX)

    def save(self, folder, name):
        """Write `name-colour.jpg` (RGB) and `name-grey.jpg` (one channel)."""
        picture = self.image()
        for suffix, mode in (("colour", "RGB"), ("grey", "L")):
            target = Path(folder) / f"{name}-{suffix}.jpg"
            picture.convert(mode).save(target, quality=QUALITY, subsampling=2 if mode == "RGB" else -1, optimize=True, dpi=(DPI, DPI))
            print(f"{target.parent.name}/{target.name}: {target.stat().st_size // 1024} KB {picture.size}")
