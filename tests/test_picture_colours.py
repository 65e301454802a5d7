"""The colours of pictures: what is written on them can be read, and everybody can tell the classes apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from textual.theme import BUILTIN_THEMES

from samples import exercise_2
from tui.app import SgdbApp
from tui.sheet.colours import DARK, HUES, INKS, LEVELS, LIGHT
from tui.sheet.styles import styles

# How people see red, green and blue light without one kind of cones, after Machado, Oliveira and Fernandes (2009).
SEEN: dict[str, Any] = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TOLD_APART = 18  # as CIE 1976 measures the difference of two colours, from 0 to 100


def linear(color: str) -> Any:
    parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: Any) -> Any:
    """CIE L*a*b* of linear sRGB under D65."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    )
    xyz = to_xyz @ np.clip(light, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("hues", [DARK, LIGHT], ids=["dark", "light"])
def test_people_with_colour_blindness_can_tell_the_classes_apart(hues: Sequence[str], eyes: str) -> None:
    assert len(hues) == HUES
    seen = [lab(np.array(SEEN[eyes]) @ linear(hue)) for hue in hues]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > TOLD_APART


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
def test_marks_can_be_read_on_every_colour_that_they_may_stand_on(theme: str) -> None:
    app = SgdbApp(exercise_2())
    app.theme = theme
    variables = app.theme_variables
    dark = app.current_theme.dark
    found = styles(dark, variables["surface"], variables["foreground"])
    soft = ["ground", *(f"ramp{hue}.{level}" for hue in range(HUES) for level in range(LEVELS))]
    for ink in INKS:
        for ground in soft:
            style = found[f"{ink} on {ground}"]
            assert style.color is not None
            assert style.bgcolor is not None
            assert contrast_of(style.color.get_truecolor(), style.bgcolor.get_truecolor()) >= 4.49
    assert (
        contrast_of(
            *(found["ground on pointed"].color.get_truecolor(), found["ground on pointed"].bgcolor.get_truecolor())
        )
        >= 4.49
    )  # type: ignore[union-attr]
    for hue in range(HUES + 3):
        ramp = [found[f"{name} on {name}"].bgcolor for level in range(LEVELS) if (name := f"ramp{hue}.{level}")]
        assert len(set(ramp)) == LEVELS


def contrast_of(a: Sequence[int], b: Sequence[int]) -> float:
    lights = []
    for levels in (a, b):
        parts = [v / 255 / 12.92 if v / 255 <= 0.04045 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in levels]
        lights.append(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)
