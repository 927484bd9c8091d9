"""Opening a delivered file: unpack gzip, recognise the encoding, refuse what is not text.

What does not belong here: formats (``read_*``). The result is UTF-8 text, in memory when it is small and as a path on
disk otherwise, so that DuckDB can read a large plain file in place.
"""

import codecs
import gzip
import io
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn, TextIO

from orchestration.ingest.errors import RefusedFile
from orchestration.ingest.limits import DEFAULT_LIMITS, Limits, size_text

_BLOCK = 1 << 20
_MARK = "\ufeff"
_GZIP = b"\x1f\x8b"
_GLOB_CHARACTERS = frozenset("*?[]{}")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TWO_MARKS = tuple(mark * 2 for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
_MAGIC = (
    (b"PAR1", "a Parquet file: end its name in .parquet"),
    (b"PK\x03\x04", "a zip archive (or spreadsheet): unpack it, or save it as CSV"),
    (_GZIP, "packed twice with gzip"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "a database"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it, or pack it with gzip"),
    (b"BZh", "packed with bzip2: unpack it, or pack it with gzip"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet: save it as CSV"),
)
_HTML = ("<!doctype html", "<html", "<head", "<?xml")


@dataclass(frozen=True)
class Content:
    """UTF-8 text of one file: ``text`` when small, else ``path`` (a byte-order mark may lead it)."""

    text: str | None
    path: Path | None
    is_packed: bool = False
    """Whether it came in gzip, whose check sum shows that it is whole."""
    limits: Limits = DEFAULT_LIMITS

    def open(self, newline: str = "") -> TextIO:
        """Open the text; ``newline`` as in ``io.open`` ('' splits at every kind of line end and keeps it)."""
        if self.text is not None:
            return io.StringIO(self.text, newline=newline)
        assert self.path is not None  # noqa: S101 - one of the two is always set
        return self.path.open(encoding="utf-8-sig", newline=newline)

    def lines(self, newline: str = "") -> Iterator[str]:
        """Yield the physical lines, line ends as delivered. Raises ``RefusedFile`` for one that is too long."""
        longest = self.limits.longest_line
        with self.open(newline) as file:
            number = 0
            while line := file.readline(longest + 1):
                number += 1
                if len(line) > longest:
                    raise RefusedFile(f"line {number} is longer than {longest} characters")
                yield line

    def is_ended(self) -> bool:
        """Whether the last line has a line end, or there is none."""
        if self.text is not None:
            return not self.text or self.text[-1] in "\r\n"
        assert self.path is not None  # noqa: S101 - one of the two is always set
        with self.path.open("rb") as file:
            file.seek(-1, io.SEEK_END)
            return file.read(1) in b"\r\n"

    def read(self) -> str:
        """Return the whole text, line ends as delivered. Raises ``RefusedFile`` when memory would not hold it."""
        if self.path is not None and (size := self.path.stat().st_size) > self.limits.most_document_bytes:
            most = size_text(self.limits.most_document_bytes)
            raise RefusedFile(f"a JSON document of {size_text(size)}, at most {most} can be read: deliver JSON lines")
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
def opened(path: Path, encoding: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Iterator[Content]:
    """Give the text of a delivered file; temporary copies are gone afterwards.

    ``encoding`` is the declared one; without it, byte-order marks decide and the rest must be UTF-8. Raises
    ``RefusedFile`` for broken gzip, for other kinds of file, for text that does not decode (with the byte offset), and
    for what is larger than ``limits`` allow.
    """
    with ExitStack() as stack:
        plain, is_packed = stack.enter_context(unpacked(path, limits))
        with plain.open("rb") as file:
            start = file.read(_BLOCK)
        for magic, kind in _MAGIC:
            if start.startswith(magic):
                raise RefusedFile(f"not what its name says: it is {kind}")
        if start.startswith(_TWO_MARKS):
            raise RefusedFile("two byte-order marks lead it, as when files are joined: deliver them one by one")
        name = encoding or _encoding(start)
        if plain.stat().st_size <= limits.small_bytes:
            content = Content(_decoded(plain.read_bytes(), name), None, is_packed, limits)
        elif name in ("utf-8", "utf-8-sig"):
            _check_utf8(plain)
            content = Content(None, plain, is_packed, limits)
        else:
            content = Content(None, _transcoded(plain, name, stack), is_packed, limits)
        yield content


@contextmanager
def unpacked(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[Path, bool]]:
    """Give the path of the file, or of a temporary unpacked copy when its first bytes say gzip, whatever its name.

    The second value says which of the two. A name that DuckDB would take for a glob is given as a temporary link.
    Raises ``RefusedFile`` when gzip is broken, or promised by the name and absent, or when the content is too large.
    """
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP
    if not is_gzip:
        if path.name.lower().endswith(".gz"):
            raise RefusedFile("broken gzip: the name ends in .gz but the content is not gzip")
        _check_size(path.stat().st_size, limits)
        if not _GLOB_CHARACTERS.intersection(str(path)):
            yield path, False
            return
        with tempfile.TemporaryDirectory() as folder:
            link = Path(folder, "delivered")
            link.symlink_to(path.resolve())
            yield link, False
        return
    with tempfile.NamedTemporaryFile(suffix=".unpacked") as target:
        try:
            with gzip.open(path, "rb") as packed:
                written = 0
                while block := packed.read(_BLOCK):
                    written += target.write(block)
                    _check_size(written, limits)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RefusedFile(f"broken gzip: {error}") from error
        target.flush()
        yield Path(target.name), True


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.most_bytes:
        most = f"at most {size_text(limits.most_bytes)} are read (CONTACT_CENTER_LARGEST_FILE_MB)"
        raise RefusedFile(f"too large: {most}; deliver it in parts")


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
    return text.removeprefix(_MARK)


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
            target.write((text.removeprefix(_MARK) if number == 0 else text).encode())
    return target_path
