"""Values as TOML has them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
CONTROLS = {c: f"\\u{c:04x}" for c in (0x7F, *range(0x80, 0xA0))}


def text(value: str) -> str:
    """A text in quotation marks: JSON's escapes are TOML's, but for some characters that JSON leaves as they are."""
    return json.dumps(value, ensure_ascii=False).translate(CONTROLS)


def value(found: object) -> str:
    """A text, a number to its last bit, a switch, a list or a table of these, on one line."""
    if isinstance(found, str):
        return text(found)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int):
        return str(int(found))
    if isinstance(found, float):
        return repr(float(found))
    if isinstance(found, Mapping):
        return f"{{{', '.join(line(key, part) for key, part in found.items())}}}"
    assert isinstance(found, (list, tuple))
    return f"[{', '.join(map(value, found))}]"


def line(key: str, found: object) -> str:
    """A key with its value."""
    return f"{key if BARE_KEY.fullmatch(key) else text(key)} = {value(found)}"
