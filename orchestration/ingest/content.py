"""Opening a delivered file: unpack gzip, recognise the encoding, refuse what is not text.

What does not belong here: formats (``read_*``). The result is UTF-8 text, in memory when it is small and as a path on
disk otherwise, so that DuckDB can read a large plain file in place.
"""

import codecs
import gzip
import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn, TextIO

from orchestration.ingest.errors import RefusedFile

SMALL_BYTES = 1_000_000
"""Up to this size a file is read record by record in memory; above it, in bulk from disk where that is safe."""

_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_GLOB_CHARACTERS = frozenset("*?[]{}")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a zip archive (or spreadsheet)"),
    (_GZIP, "packed twice with gzip"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "a database"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"BZh", "packed with bzip2"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
)
_HTML = ("<!doctype html", "<html", "<head", "<?xml")


@dataclass(frozen=True)
class Content:
    """UTF-8 text of one file: ``text`` when small, else ``path`` (a byte-order mark may lead it)."""

    text: str | None
    path: Path | None

    def open(self, newline: str = "") -> TextIO:
        """Open the text; ``newline`` as in ``io.open`` ('' splits at every kind of line end and keeps it)."""
        if self.text is not None:
            return io.StringIO(self.text, newline=newline)
        assert self.path is not None  # noqa: S101 - one of the two is always set
        return self.path.open(encoding="utf-8-sig", newline=newline)

    def read(self) -> str:
        """Return the whole text, line ends as delivered."""
        with self.open() as file:
            return file.read()

    def head(self, characters: int = 200) -> str:
        """Return the first characters, without leading white space, for recognising what a file is."""
        with self.open() as file:
            return file.read(characters).lstrip()


def looks_like(head: str) -> str | None:
    """Say what a text that should be something else appears to be: HTML or JSON; None when there is no sign."""
    if head.lower().startswith(_HTML):
        return "an HTML or XML page"
    return "JSON" if head.startswith(("{", "[")) else None


@contextmanager
def opened(path: Path, encoding: str | None = None, small_bytes: int = SMALL_BYTES) -> Iterator[Content]:
    """Give the text of a delivered file; temporary copies are gone afterwards.

    ``encoding`` is the declared one; without it, byte-order marks decide and the rest must be UTF-8. Raises
    ``RefusedFile`` for broken gzip, for other kinds of file and for text that does not decode (with the byte offset).
    """
    with ExitStack() as stack:
        plain = stack.enter_context(unpacked(path))
        with plain.open("rb") as file:
            start = file.read(_BLOCK)
        for magic, kind in _MAGIC:
            if start.startswith(magic):
                raise RefusedFile(f"not what its name says: it is {kind}")
        name = encoding or _encoding(start)
        if plain.stat().st_size <= small_bytes:
            yield Content(_decoded(plain.read_bytes(), name), None)
        elif name in ("utf-8", "utf-8-sig"):
            _check_utf8(plain)
            yield Content(None, plain)
        else:
            yield Content(None, _transcoded(plain, name, stack))


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the path of the file, or of a temporary unpacked copy when its first bytes say gzip, whatever its name.

    A name that DuckDB would take for a glob is given as a temporary link.
    Raises ``RefusedFile`` when gzip is broken, or promised by the name and absent.
    """
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP
    if not is_gzip:
        if path.name.lower().endswith(".gz"):
            raise RefusedFile("broken gzip: the name ends in .gz but the content is not gzip")
        if not _GLOB_CHARACTERS.intersection(str(path)):
            yield path
            return
        with tempfile.TemporaryDirectory() as folder:
            link = Path(folder, "delivered")
            link.symlink_to(path.resolve())
            yield link
        return
    with tempfile.NamedTemporaryFile(suffix=".unpacked") as target:
        try:
            with gzip.open(path, "rb") as packed:
                shutil.copyfileobj(packed, target, _BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RefusedFile(f"broken gzip: {error}") from error
        target.flush()
        yield Path(target.name)


def _encoding(start: bytes) -> str:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    pair = start[:2]
    if len(pair) == 2 and (pair[0] == 0) != (pair[1] == 0):
        return "utf-16-be" if pair[0] == 0 else "utf-16-le"
    return "utf-8"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        _refuse_encoding(encoding, error.start, data[error.start : error.start + 1])
    return text.removeprefix("\ufeff")


def _refuse_encoding(encoding: str, offset: int, byte: bytes) -> NoReturn:
    shown = f" (0x{byte.hex()})" if byte else ""
    hint = "; declare `encoding:` if it is another" if encoding.startswith("utf-8") else ""
    raise RefusedFile(f"not valid {encoding.removesuffix('-sig')} at byte {offset}{shown}{hint}")


def _decode_blocks(source: IO[bytes], encoding: str) -> Iterator[str]:
    """Decode a stream block by block; the offset in a refusal counts from the start of the stream."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    while True:
        block = source.read(_BLOCK)
        pending = len(decoder.getstate()[0])
        try:
            yield decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            byte = error.object[error.start : error.start + 1]
            _refuse_encoding(encoding, position - pending + error.start, byte)
        if not block:
            return
        position += len(block)


def _check_utf8(path: Path) -> None:
    with path.open("rb") as source:
        for _ in _decode_blocks(source, "utf-8"):
            pass


def _transcoded(path: Path, encoding: str, stack: ExitStack) -> Path:
    target_path = Path(stack.enter_context(tempfile.TemporaryDirectory()), "delivered.utf8")
    with path.open("rb") as source, target_path.open("wb") as target:
        for number, text in enumerate(_decode_blocks(source, encoding)):
            target.write((text.removeprefix("\ufeff") if number == 0 else text).encode())
    return target_path
