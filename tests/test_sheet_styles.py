"""Colours of the sheet in every theme, its strips as a terminal reads them, and the sheet without colours."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich._palettes import EIGHT_BIT_PALETTE
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

import core
from screen import SIZES, app, cells, press, seek, settle, styled, texts, training
from tui.sheet.lines import Line, Span
from tui.sheet.strips import LeanStrip, strip
from tui.sheet.styles import SHADES, shade, styles
from tui.sheet.widget import Sheet

LEAST = 4.5  # WCAG 2.1, level AA
CODES = re.compile("\x1b\\[([0-9;]*)m")


def linear(part: int) -> float:
    value = part / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def contrast(style: Style) -> float:
    """Of a style's text against its own ground, by the definition of WCAG 2.1."""
    lights = []
    for color in (style.color, style.bgcolor):
        assert color is not None
        assert color.triplet is not None
        red, green, blue = map(linear, color.triplet)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
async def test_every_text_can_be_read_in_every_theme(theme: str) -> None:
    async with app().run_test() as pilot:
        pilot.app.theme = theme
        await settle(pilot)
        variables = pilot.app.theme_variables
        found = styles(pilot.app.current_theme.dark, variables["surface"], variables["foreground"])
        assert {name: round(contrast(style), 2) for name, style in found.items() if contrast(style) < LEAST} == {}
        await press(pilot, "n", "enter")
        painted = {s.style for s in _segments(pilot) if s.text.strip()}
        assert painted <= set(found.values())


@given(st.sampled_from(["#000000", "#ffffff", "#101010", "#fdf6e3", "#2e3440", "#777777"]), st.booleans())
def test_a_theme_of_ones_own_can_be_read_too(ground: str, dark: bool) -> None:
    ink = "#ffffff" if Color.parse(ground).brightness < 0.5 else "#000000"
    if contrast(Style(color=ink, bgcolor=ground)) >= LEAST:
        assert all(contrast(style) >= LEAST for style in styles(dark, ground, ink).values())


def test_a_number_is_blue_or_orange_by_its_sign_and_stronger_with_its_size() -> None:
    assert shade(0.0, 2.0) == shade(0.0, 0.0) == "zero"
    names = [shade(value, 2.0) for value in (0.001, 0.1, 0.5, 1.0, 1.5, 2.0)]
    assert names == sorted(names)
    assert names[-1] == f"positive{SHADES}"
    assert shade(-2.0, 2.0) == f"negative{SHADES}"
    found = styles(True, "#101010", "#e0e0e0")
    for name in ("positive", "negative"):
        shades = [found[f"{name}{level}"].color.triplet for level in range(1, SHADES + 1)]  # type: ignore[union-attr]
        spread = [max(triplet) - min(triplet) for triplet in shades]
        assert spread == sorted(spread)
        assert len(set(spread)) == SHADES


# Strips, read as a terminal reads them.


class Seen(NamedTuple):
    """A character on a terminal, its colours and its weight. What is reversed is told by its colours."""

    character: str
    ink: str
    ground: str
    bold: bool


def read(written: str) -> list[Seen]:
    """What a terminal shows of a text with escape codes."""
    ink, ground, bold, reverse = "39", "49", False, False
    seen = []
    for k, part in enumerate(CODES.split(written)):
        if k % 2 == 0:
            for character in part:
                colours = (ground, ink) if reverse else (ink, ground)
                seen += [Seen(character, *colours, bold)] + [Seen("", *colours, bold)] * (cell_len(character) - 1)
            continue
        codes = part.split(";") if part else ["0"]
        while codes:
            code = codes.pop(0)
            if code == "0":
                ink, ground, bold, reverse = "39", "49", False, False
            elif code in ("38", "48"):
                if codes.pop(0) == "2":
                    colour = ";".join(codes.pop(0) for _ in range(3))
                else:
                    colour = ";".join(map(str, EIGHT_BIT_PALETTE[int(codes.pop(0))]))
                ink, ground = (colour, ground) if code == "38" else (ink, colour)
            elif code in ("1", "22"):
                bold = code == "1"
            elif code in ("7", "27"):
                reverse = code == "7"
            elif code in ("39", "49"):
                ink, ground = (code, ground) if code == "39" else (ink, code)
            else:
                raise AssertionError(f"a code that no style of the sheet has: {code}")
    return seen


class Console:
    """As much of a console as Textual's own strips need to write themselves."""

    _color_system = ColorSystem.TRUECOLOR
    legacy_windows = False


def same(lean: Strip) -> bool:
    """Whether a strip looks like Textual's own of the same segments."""
    own = Strip(list(lean._segments), lean.cell_length)
    return read(lean.render(Console())) == read(own.render(Console()))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("keys", [[], ["n", "enter"], ["full_stop"] * 9, ["h", "n"]], ids=["rest", "cell", "walk", "h"])
async def test_a_lean_strip_looks_like_textual_s_own(keys: list[str], size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        strips = training(pilot).query_one(Sheet)._strips
        assert len(strips) == size[1]
        lean, own = 0, 0
        for y, found in enumerate(strips):
            assert isinstance(found, LeanStrip)
            assert found.cell_length == size[0]
            assert same(found)
            for part in (found.crop(3, size[0] - 5), *found.divide([7, 20, size[0]])):
                assert isinstance(part, LeanStrip)
                assert same(part)
            seen = read(found.render(Console()))
            assert "".join(s.character for s in seen) == texts(pilot)[y]
            lean += len(found.render(Console()))
            own += len(Strip(list(found._segments)).render(Console()))  # type: ignore[arg-type]
        assert lean < own


NAMES = sorted(styles(True, "#101010", "#e0e0e0"))


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, int]:
    """Spans side by side, with wide characters, and so many columns."""
    spans, column = [], 0
    for _ in range(draw(st.integers(0, 8))):
        column += draw(st.integers(0, 3))
        text = draw(st.text("ab▴◂■⠿漢 ", min_size=1, max_size=5))
        spans.append(Span(column, text, draw(st.sampled_from(NAMES))))
        column = spans[-1].end
    return tuple(spans), draw(st.integers(1, 40))


@example(drawn=((Span(0, "a", "slip"), Span(2, "a", "slip")), 3))  # the blank between is not red
@given(lines())
def test_a_strip_has_every_text_of_its_line_in_its_place_and_style(drawn: tuple[Line, int]) -> None:
    line, columns = drawn
    found = styles(True, "#101010", "#e0e0e0")
    made = strip(line, columns, found)
    assert made.cell_length == columns
    assert same(made)
    seen = read(made.render(Console()))
    assert len(seen) == columns
    inside = set()
    for span in line:
        if span.end <= columns:
            expected = read(Strip([_segment(span.text, found[span.style])]).render(Console()))  # type: ignore[arg-type]
            got = seen[span.column : span.end]
            assert [s[:1] + s[2:3] for s in got] == [s[:1] + s[2:3] for s in expected]
            visible = [k for k, s in enumerate(expected) if s.character.strip()]
            assert [got[k] for k in visible] == [expected[k] for k in visible]
        inside |= set(range(span.column, span.end))
    for k, s in enumerate(seen):
        if k not in inside:
            assert s.character == " "
            assert s.ground == seen_ground(found)


def seen_ground(found: dict[str, Style]) -> str:
    (one,) = read(Strip([_segment("x", found["text"])]).render(Console()))  # type: ignore[arg-type]
    return one.ground


def _segment(text: str, style: Style) -> Any:
    from rich.segment import Segment

    return Segment(text, style)


def _segments(pilot: Any) -> list[Any]:
    return [segment for found in training(pilot).query_one(Sheet)._strips for segment in found._segments]


# Without colours.

STATES = {
    "step": ["n", "n"],
    "cell": ["n", "enter"],
    "walk": ["n", *["full_stop"] * 7],
    "hinge": ["n", "h"],
    "differences": ["d"],
}


@pytest.mark.parametrize("keys", STATES.values(), ids=STATES)
async def test_without_colours_the_same_is_told(keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for plain in (False, True):
        if plain:
            monkeypatch.setenv("NO_COLOR", "1")
        async with app().run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            await press(pilot, *keys)
            found.append(texts(pilot))
            if not plain:
                continue
            for segment in _segments(pilot):
                for color in (segment.style.color, segment.style.bgcolor):
                    assert len(set(color.triplet)) == 1
    assert found[0] == found[1]


async def test_without_colours_squares_are_filled_or_hollow_and_the_cursor_is_in_reverse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app(cells()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        assert {"■", "▪", "□", "▫"} <= set("".join(texts(pilot)))
        await press(pilot, "enter")
        (cursor,) = styled(pilot, "cursor")
        strips = training(pilot).query_one(Sheet)._strips
        (found,) = [s for line in strips for s in line._segments if s.text.strip() == cursor.strip() and "◂" in s.text]
        light = found.style.bgcolor.triplet.red
        text = next(s for line in strips for s in line._segments if s.text.strip())
        assert abs(light - text.style.bgcolor.triplet.red) > 60
        assert contrast(found.style) >= LEAST


async def test_wrong_is_told_by_a_word_or_a_sign() -> None:
    for size, sign in (((120, 40), "wrong"), ((80, 24), "≠")):
        async with app().run_test(size=size) as pilot:
            await settle(pilot)
            await press(pilot, "n")
            step = training(pilot).step
            assert step is not None
            wrong = int((step.outputs[:, 0] * step.targets[:, 0] <= 0).sum())
            assert styled(pilot, "wrong").count(sign) == wrong > 0


async def test_another_theme_draws_the_sheet_anew() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 3)
        before, colours = texts(pilot), {s.style for s in _segments(pilot)}
        pilot.app.theme = "textual-light"
        await settle(pilot)
        assert texts(pilot) == before
        assert not colours & {s.style for s in _segments(pilot)}
