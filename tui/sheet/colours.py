"""The colours of pictures: ramps that are quantised once, so that a pixel is a number and its style a name.

A pixel's colour is an index into COLOURS. HUES are eight that people with colour blindness can tell apart, the first of
them best; their ramps stay so near to the ground that every text is readable on them. GREY, BLUE and ORANGE go all the
way: nothing is written on those.
"""

from __future__ import annotations

from textual.color import Color

from tui.sheet.contrast import LEAST_CONTRAST, contrast, readable

LEVELS = 6  # of each ramp, the strongest last
HUES = 8  # ramps on which a text can be read
GREY, BLUE, ORANGE = HUES, HUES + 1, HUES + 2  # ramps of full strength
RAMPS = HUES + 3
GROUND, NOT_FINITE, FIRST = 0, 1, 2  # the first indices of COLOURS; the ramps follow
COLOURS = ("ground", "not finite", *(f"ramp{ramp}.{level}" for ramp in range(RAMPS) for level in range(LEVELS)))
INKS = ("ink", "faint", "pointed", *(f"mark{hue}" for hue in range(HUES)))
NAMES = (*COLOURS, *INKS)
INK, FAINT, POINTED, MARK = (len(COLOURS) + place for place in range(4))
ON = " on "
DARK = ("#57b6ff", "#ff9a57", "#f2ee3a", "#ff4477", "#00f0d0", "#aaffaa", "#7777ff", "#dd55aa")
LIGHT = ("#0050b0", "#a83c00", "#661144", "#0099bb", "#8800ff", "#bb7766", "#2200aa", "#770011")
AMBER, RED = ("#ffc94d", "#7a5200"), ("#ff6b78", "#b00020")  # on a dark ground, and on a light one
LEAST_SHARE, STRONGEST = 0.22, 0.62  # of a hue in the weakest and in the strongest colour of its ramp
EQUAL_STEPS = 20  # in which a ramp gives way until a text can be read on it


def ramp(hue: int, level: int) -> int:
    """The colour of a ramp at one of its levels."""
    return FIRST + hue * LEVELS + level


def colours(dark: bool, ground: Color, ink: Color) -> dict[str, Color]:
    """Every colour by its name, on this ground."""
    hues = [Color.parse(hue) for hue in (DARK if dark else LIGHT)]
    amber, red = (Color.parse(color[not dark]) for color in (AMBER, RED))
    found = {"ground": ground, "not finite": ground.blend(red, 0.8), "ink": ink}
    texts = {"faint": ground.blend(ink, 0.5), "pointed": amber}
    texts |= {f"mark{number}": hue for number, hue in enumerate(hues)}
    found |= {name: readable(color, ground, ink) for name, color in texts.items()}
    for number, hue in enumerate(hues):
        strongest = _strongest(hue, ground, ink)
        for level in range(LEVELS):
            share = strongest * (LEAST_SHARE + (1 - LEAST_SHARE) * level / (LEVELS - 1))
            found[f"ramp{number}.{level}"] = ground.blend(hue, share)
    for number, full in ((GREY, ink), (BLUE, hues[0]), (ORANGE, hues[1])):
        for level in range(LEVELS):
            found[f"ramp{number}.{level}"] = ground.blend(full, (level + 1) / LEVELS)
    return found


def _strongest(hue: Color, ground: Color, ink: Color) -> float:
    """The largest share of a hue on which the ink can be read."""
    shares = (STRONGEST * step / EQUAL_STEPS for step in range(EQUAL_STEPS, 0, -1))
    return next((share for share in shares if contrast(ink, ground.blend(hue, share)) >= LEAST_CONTRAST), 0.0)
