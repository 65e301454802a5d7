"""How well a colour can be read on another, as WCAG 2.1 defines it."""

from __future__ import annotations

from textual.color import Color

LEAST_CONTRAST = 4.5  # of every text against the ground, as WCAG's level AA wants it


def readable(color: Color, ground: Color, ink: Color) -> Color:
    """A colour with enough contrast against the ground, towards another one where it has too little."""
    for share in range(11):
        seen = color.blend(ink, share / 10)
        if contrast(seen, ground) >= LEAST_CONTRAST:
            return seen
    return ink


def contrast(a: Color, b: Color) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2.1 defines it."""
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """The relative luminance of a colour, from 0 to 1, as WCAG 2.1 defines it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.r / 255, color.g / 255, color.b / 255)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
