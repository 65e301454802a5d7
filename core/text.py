"""Text from outside, made fit to be shown on a terminal."""

from __future__ import annotations

MOST_DIGITS = 10**20


def clean(text: str) -> str:
    """`text` on one line and without control characters, so that no escape code reaches a terminal."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    return text.strip()


def exact(value: float) -> str:
    """A number as briefly as it can be written without being rounded: 0.5, 1, 1e-09."""
    text = f"{value:g}"
    return text if float(text) == value else repr(value)


def shown(value: object, width: int = 40) -> str:
    """A value from a file as an error message names it: short, clean, texts in quotation marks."""
    if isinstance(value, str):
        text = clean(value)
        return f'"{text}"' if len(text) <= width else f'"{text[: width - 3]}..."'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= MOST_DIGITS:
        return "a number of more than 20 digits"  # Python refuses to print the longest of them
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "an empty list" if not value else f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    return "nothing" if value is None else f"a {type(value).__name__}"
