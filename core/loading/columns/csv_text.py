"""The encoding of a .csv file, and why it may be no text."""

from __future__ import annotations

import codecs
from pathlib import Path

from core.errors import ProblemError
from core.files import decode
from core.loading.reading import Reading
from core.text import clean

BINARY = {
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"PK\x03\x04": "a zip file: unpack it first, or call an Excel file .xlsx",
    b"PAR1": "a Parquet file: call it .parquet",
    b"\x89PNG": "a picture",
}
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_8 = "utf-8-sig"
NUL = b"\0"
SAMPLE = 4096  # bytes


def encoding_of(path: Path, data: bytes, reading: Reading) -> str:
    """The encoding that the whole of `data` can be decoded from. Raises ProblemError."""
    source, asked = clean(str(path)), reading.encoding
    binary = next((kind for mark, kind in BINARY.items() if data.startswith(mark)), "")
    if asked is None and not binary:
        if data.startswith(UTF_16):
            asked = "utf-16"
        elif data.isascii() and data.count(NUL, 0, SAMPLE) * 4 < min(len(data), SAMPLE):
            return UTF_8
        elif data.isascii():
            advice = f"{reading.spelled('encoding', 'utf-16-le' if data[1:2] == NUL else 'utf-16-be')} may read it"
            raise ProblemError(source, [f"expected UTF-8 text, found every other byte to be 0; {advice}"])
        else:
            try:
                decode(path, data)
                return UTF_8
            except ProblemError as error:
                mistakes = error.mistakes
            if NUL not in data:
                likely = "cp1252" if any(0x80 <= byte < 0xA0 for byte in data) else "latin-1"
                advice = f"; {reading.spelled('encoding', likely)} may read it"
                raise ProblemError(source, [f"{mistake}{advice}, or save it as UTF-8" for mistake in mistakes])
    if asked is None:
        raise ProblemError(source, [f"expected a table as text, found {binary or 'a binary file'}"])
    try:
        codecs.getincrementaldecoder(asked)().decode(data, final=True)  # as it is read, which is stricter
    except UnicodeError as error:
        place = ""
        if isinstance(error, UnicodeDecodeError):
            line = data.count(b"\n", 0, error.start) + 1
            place = f"line {line}: expected {clean(asked)} text, found the byte 0x{data[error.start]:02x}"
        raise ProblemError(source, [place or f"expected {clean(asked)} text"]) from None
    return UTF_8 if codecs.lookup(asked).name == "utf-8" else asked
