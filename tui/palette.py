"""Colours of numbers: a diverging scale from negative to positive, for dark and for light themes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.color import Color

LEVELS = 128  # on each side of zero
FAINTEST = 0.25  # the smallest number is still told from zero by its hue


@dataclass(frozen=True)
class Palette:
    """Ready styles: `scale[LEVELS + level]` for a number whose size is level/LEVELS of the largest, signed."""

    scale: tuple[Style, ...]
    plain: Style
    dim: Style
    title: Style
    alarm: Style
    wrong: Style
    current: Style
    cursor: Style
    pointed: Style


@lru_cache(maxsize=16)
def palette(dark: bool, ground: str, ink: str) -> Palette:
    """The styles for a dark or a light theme with these colours of background and text."""
    background, foreground = Color.parse(ground), Color.parse(ink)
    positive = Color.parse("#57b6ff" if dark else "#0050b0")
    negative = Color.parse("#ff9a57" if dark else "#a83c00")
    red = Color.parse("#ff5f6e" if dark else "#b00020")
    neutral = foreground.blend(background, 0.3)
    dim = foreground.blend(background, 0.55 if dark else 0.45)

    def style(color: Color, bold: bool = False, reverse: bool = False) -> Style:
        return Style(color=color.rich_color, bold=bold, reverse=reverse)

    def shade(level: int) -> Style:
        if level == 0:
            return style(neutral)
        strength = FAINTEST + (1 - FAINTEST) * (abs(level) / LEVELS) ** 0.5
        return style(neutral.blend(positive if level > 0 else negative, strength))

    return Palette(
        scale=tuple(shade(level) for level in range(-LEVELS, LEVELS + 1)),
        plain=style(foreground),
        dim=style(dim),
        title=style(foreground, bold=True),
        current=style(foreground, bold=True, reverse=True),
        cursor=Style(reverse=True, bold=True),
        pointed=Style(bold=True, bgcolor=background.blend(foreground, 0.18).rich_color),
        alarm=style(red, bold=True, reverse=True),
        wrong=style(red, bold=True),
    )
