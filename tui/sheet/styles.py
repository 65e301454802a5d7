"""The styles that the sheet's lines name, as a terminal gets them.

Blue and orange tell a number's sign, stronger with its size; amber where one is and what is wrong; red a slip, NaN and
inf; green what is right; grey structure, what is idle and what is not computed yet. Nothing is told by colour alone.
"""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.color import Color

from tui.sheet.colours import AMBER, DARK, INKS, LIGHT, ON, RED, colours
from tui.sheet.contrast import LEAST_CONTRAST, contrast, luminance, readable

SHADES = 6  # on each side of zero
FULLEST, EQUAL_PARTS = 0.55, 11  # of a colour behind a text, and in how many parts it gives way
FIRST_GREY, LAST_GREY, GREY_STEP = 8, 238, 10  # of the 24 greys that terminals with 256 colours have


def shade(value: float, largest: float) -> str:
    """The style of a number among others of which the largest has this size."""
    if not value or not largest:
        return "zero"
    level = min(SHADES, 1 + int((SHADES - 1) * (abs(value) / largest) ** 0.5))
    return f"{'positive' if value > 0 else 'negative'}{level}"


class Styles(dict[str, Style]):
    """Styles by their names; "mark3 on ramp0.2", of two colours of pictures, is made when it is first asked for."""

    def __init__(self, known: dict[str, Style], pictured: dict[str, Color]) -> None:
        super().__init__(known)
        self._pictured = pictured
        self._pairs: dict[str, Style] = {}

    def __missing__(self, name: str) -> Style:
        known = self._pairs.get(name)
        if known is not None:
            return known
        above, on, below = name.partition(ON)
        if not on:
            raise KeyError(name)
        color, ground = self._pictured[above], self._pictured[below]
        if above in INKS:  # a text: it can be read everywhere
            color = readable(color, ground, self._pictured["ink"])
        made = self._pairs[name] = Style(color=color.rich_color, bgcolor=ground.rich_color)
        return made


@lru_cache(maxsize=16)
def styles(dark: bool, ground: str, ink: str) -> Styles:
    """Every style by its name, for a theme with these colours of ground and text."""
    # A theme of the terminal's own colours, which nobody knows, gets black and white.
    background = _known(ground, "#000000" if dark else "#ffffff")
    foreground = readable(_known(ink, "#ffffff" if dark else "#000000"), background, background.get_contrast_text(1.0))
    blue, orange = (Color.parse(hue) for hue in (DARK if dark else LIGHT)[:2])
    amber, red = (Color.parse(color[not dark]) for color in (AMBER, RED))
    green = Color.parse("#6fd98a" if dark else "#1b6e35")
    grey = short(readable(foreground.blend(background, 0.5), background, foreground), background)
    neutral = foreground.blend(background, 0.25)

    def style(color: Color, bold: bool = False, reverse: bool = False) -> Style:
        seen = readable(color, background, foreground)
        if reverse:  # spelled out, so that it stays one under a filter of colours
            return Style(color=background.rich_color, bgcolor=seen.rich_color, bold=bold)
        return Style(color=seen.rich_color, bgcolor=background.rich_color, bold=bold)

    def filled(color: Color) -> Style:
        """A text on as much of a colour as leaves it readable."""
        shares = (FULLEST * part / EQUAL_PARTS for part in range(EQUAL_PARTS, 0, -1))
        ground = (background.blend(color, share) for share in shares)
        found = next((one for one in ground if contrast(foreground, one) >= LEAST_CONTRAST), background)
        return Style(color=foreground.rich_color, bgcolor=found.rich_color)

    found = {
        "text": style(foreground),
        "title": style(foreground, bold=True),
        "structure": style(grey),
        "dim": style(grey),
        "zero": style(neutral),
        "amber": style(amber),
        "amber bold": style(amber, bold=True),
        "key": style(amber),
        "wrong": style(amber, bold=True),
        "right": style(green),
        "slip": style(red, bold=True, reverse=True),
        "alarm": style(red, bold=True),
        "cursor": style(amber, bold=True, reverse=True),
        "current": style(foreground, bold=True, reverse=True),
        "source": style(foreground, bold=True),
        "curve": style(blue),
        "curve 2": style(orange),
        "curve 3": style(green),
        "curve 4": style(foreground),
        "blue": style(blue),
        "orange": style(orange),
        "all converged": filled(green),
        "all still going": filled(blue),
        "all stuck": filled(orange),
        "all diverging": filled(red),
        "all failed": filled(grey),
    }
    for level in range(1, SHADES + 1):
        strength = 0.25 + 0.75 * level / SHADES
        found[f"positive{level}"] = style(neutral.blend(blue, strength))
        found[f"negative{level}"] = style(neutral.blend(orange, strength))
    one = {look: look for look in found.values()}  # the same object for the same look, so that texts can be joined
    return Styles({name: one[look] for name, look in found.items()}, colours(dark, background, foreground))


def _known(name: str, otherwise: str) -> Color:
    color = Color.parse(name)
    return color if color.a == 1 and color.ansi is None else Color.parse(otherwise)


def short(color: Color, ground: Color) -> Color:
    """A grey as the next one of the terminal's 24, away from the ground: its code is half as long, and a sheet has
    hundreds. Any other colour as it is.
    """
    if not color.r == color.g == color.b or not FIRST_GREY <= color.r <= LAST_GREY:
        return color
    steps, rest = divmod(color.r - FIRST_GREY, GREY_STEP)
    level = FIRST_GREY + GREY_STEP * (steps + (rest > 0 and luminance(color) > luminance(ground)))
    return Color(level, level, level)
