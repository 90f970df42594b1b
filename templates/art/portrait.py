"""Friendly stylised portraits for the samples: nobody's face, made of curves."""
import numpy as np
import skia
from PIL import Image

from .canvas import fill, line, rgb

SIZE = (295, 413)  # a one-inch portrait, 25 × 35 mm at 300 dpi


def portrait(target, backdrop, skin, hair, jacket, shirt, long_hair=False, glasses=False, fringe=0.0):
    """Draw one head and shoulders and save it as JPEG. `fringe` 0 to 1 says how far the hair falls to the left."""
    surface = skia.Surface(SIZE[0] * 2, SIZE[1] * 2)
    c = surface.getCanvas()
    c.scale(2, 2)
    c.drawPaint(skia.Paint(Shader=skia.GradientShader.MakeLinear(
        [skia.Point(0, 0), skia.Point(0, 413)], [rgb(backdrop[0]).toColor(), rgb(backdrop[1]).toColor()])))
    darker = lambda colour, f: "#" + "".join(f"{int(int(colour[i:i + 2], 16) * f):02x}" for i in (1, 3, 5))

    if long_hair:
        p = skia.Path()
        p.moveTo(70, 175)
        p.cubicTo(55, 40, 240, 40, 225, 175)
        p.cubicTo(232, 240, 240, 300, 226, 318)
        p.lineTo(69, 318)
        p.cubicTo(55, 300, 63, 240, 70, 175)
        c.drawPath(p, fill(hair))

    p = skia.Path()  # jacket
    p.moveTo(-5, 420)
    p.cubicTo(0, 335, 45, 318, 108, 292)
    p.lineTo(187, 292)
    p.cubicTo(250, 318, 295, 335, 300, 420)
    p.close()
    c.drawPath(p, fill(jacket))
    p = skia.Path()  # shirt
    p.moveTo(113, 287); p.lineTo(147.5, 345); p.lineTo(182, 287); p.lineTo(205, 310); p.lineTo(147.5, 425); p.lineTo(90, 310); p.close()
    c.drawPath(p, fill(shirt))
    p = skia.Path()  # neck and throat
    p.moveTo(119, 235); p.lineTo(119, 292); p.lineTo(147.5, 338); p.lineTo(176, 292); p.lineTo(176, 235); p.close()
    c.drawPath(p, fill(darker(skin, 0.90)))
    for s in (-1, 1):  # lapels
        p = skia.Path()
        p.moveTo(147.5 + s * 38, 284)
        p.lineTo(147.5 + s * 70, 312); p.lineTo(147.5 + s * 52, 338); p.lineTo(147.5 + s * 60, 348); p.lineTo(147.5, 425)
        p.close()
        c.drawPath(p, fill(darker(jacket, 0.82)))

    for s in (-1, 1):  # ears
        c.drawOval(skia.Rect.MakeXYWH(147.5 + s * 73 - 10, 163, 20, 40), fill(darker(skin, 0.95)))
    p = skia.Path()  # face
    p.moveTo(76, 160)
    p.cubicTo(76, 85, 219, 85, 219, 160)
    p.cubicTo(219, 215, 190, 268, 147.5, 268)
    p.cubicTo(105, 268, 76, 215, 76, 160)
    c.drawPath(p, fill(skin))

    p = skia.Path()  # hair on top
    p.moveTo(70, 172)
    p.cubicTo(50, 45, 245, 45, 225, 172)
    if long_hair:
        p.cubicTo(218, 150, 205, 125, 165, 112)
        p.cubicTo(135, 130, 95, 140, 84, 200)
        p.cubicTo(80, 195, 73, 185, 70, 172)
    else:
        p.cubicTo(219, 160, 217, 145, 208, 132)
        p.cubicTo(175 - 30 * fringe, 118, 130 - 20 * fringe, 128 + 8 * fringe, 88, 128)
        p.cubicTo(80, 140, 76, 155, 70, 172)
    c.drawPath(p, fill(hair))

    for s in (-1, 1):
        x = 147.5 + s * 31
        c.drawOval(skia.Rect.MakeXYWH(x - 9.5, 172, 19, 11), fill("#fdfdfb"))
        c.drawCircle(x, 177.5, 5.6, fill("#3a2a20"))
        c.drawCircle(x + 1.8, 175.6, 1.6, fill("#ffffff"))
        p = skia.Path(); p.moveTo(x - 11, 176); p.cubicTo(x - 6, 168, x + 6, 168, x + 11, 176)
        c.drawPath(p, line(darker(hair, 0.9), 2.2))
        p = skia.Path(); p.moveTo(x - 14, 160 + s * 0.5); p.cubicTo(x - 6, 154, x + 6, 154, x + 14, 160 - s * 0.5)
        c.drawPath(p, line(hair, 3.6))
        c.drawCircle(147.5 + s * 43, 212, 13, fill("#e8836f", 0.16))
        if glasses:
            c.drawRoundRect(skia.Rect.MakeXYWH(x - 20, 163, 40, 29), 9, 9, line("#2b2f36", 2.6))
    if glasses:
        c.drawLine(136.5, 173, 158.5, 173, line("#2b2f36", 2.6))
    p = skia.Path(); p.moveTo(147, 180); p.cubicTo(143, 200, 138, 208, 148, 210)
    c.drawPath(p, line(darker(skin, 0.78), 2.2))
    p = skia.Path(); p.moveTo(126, 231); p.cubicTo(138, 242, 157, 242, 169, 231)
    c.drawPath(p, line("#b5544a", 3.4))

    pixels = np.asarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType))[:, :, :3].copy()
    Image.fromarray(pixels).resize(SIZE, Image.Resampling.BOX).save(target, quality=85, optimize=True, dpi=(300, 300))
    print(f"{target.parent.name}/{target.name}: {target.stat().st_size // 1024} KB")
