"""The problems that were opened last. Each is a file of its own in `recent`, below sgdb's folder of state: processes do
not get in each other's way, and a damaged file is one entry less.
"""

from __future__ import annotations

import tomllib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from core.errors import ProblemError
from core.files import read_bytes, spelled, write_lines
from core.loading.fields import TABLE, FieldReader, whole
from core.saving.reader import OPTIONS, PLACE
from core.source import Source
from core.toml import line

FOLDER, SUFFIX = "recent", ".toml"
MOST = 20  # entries that are kept
LARGEST = 16 * 1024  # bytes of an entry
ENTRY = {"problem": PLACE, "practice": whole(0), "options": TABLE}


class Recent(NamedTuple):
    """A problem that was opened: where it is from; a saved session is a file, too. `time` is when it was opened last,
    in nanoseconds since the epoch; `place` is its entry.
    """

    source: Source
    time: int
    place: Path


def recent_sources(folder: Path) -> tuple[Recent, ...]:
    """What was opened, the last one first. What cannot be read is passed over."""
    try:
        places = [place for place in (folder / FOLDER).iterdir() if place.suffix == SUFFIX]
    except OSError:
        return ()
    found = []
    for place in places:
        with suppress(ProblemError, OSError, ValueError):
            found.append(Recent(_read(place), place.stat().st_mtime_ns, place))
    return tuple(sorted(found, key=lambda one: (-one.time, one.source.name)))


def remember_source(folder: Path, source: Source) -> None:
    """That a source was opened now; where it was opened before, it comes first again. The oldest ones make room. Raises
    OSError.
    """
    place = folder / FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "\n".join(_lines(source)) + "\n"
    if len(text.encode()) > LARGEST:
        return
    entry = place / f"{sha256(text.encode()).hexdigest()[:16]}{SUFFIX}"
    write_lines(entry, [text])
    others = [one.place for one in recent_sources(folder) if one.place != entry]  # a clock may be set back
    for old in others[MOST - 1 :]:
        with suppress(OSError):
            old.unlink()


def _lines(source: Source) -> list[str]:
    lines = [line("problem", spelled(source.name))]
    if source.seed is not None:
        lines.append(line("practice", source.seed))
    options = [line(name, spelled(found) if isinstance(found, str) else found) for name, found in source.options]
    return [*lines, *(["", "[options]"] if options else []), *options]


def _read(place: Path) -> Source:
    """The source in an entry. Raises ProblemError, OSError or ValueError."""
    found = tomllib.loads(read_bytes(place, LARGEST).decode())
    reader = FieldReader()
    read = reader.table("", found, ENTRY)
    options = reader.table("options", read.get("options", {}), OPTIONS)
    if reader.mistakes or "problem" not in read:
        raise ProblemError(str(place), reader.mistakes or ["problem: missing"])
    return Source(read["problem"], tuple(sorted(options.items())), read.get("practice"))
