"""Reading logs: every physical line is one row, kept as it is; empty lines are no rows."""

from collections.abc import Iterator

from orchestration.ingest.batch import BATCH_ROWS, Batch, Reading, Shape, as_batch
from orchestration.ingest.content import Content, looks_like
from orchestration.ingest.errors import RefusedFile


def read_lines(content: Content) -> Reading:
    """Start reading lines; a last line without a line end (perhaps half written) is loaded and noted.

    Raises ``RefusedFile`` for a text that is plainly a web page.
    """
    kind = looks_like(content.head())
    if kind is not None and "HTML" in kind:
        raise RefusedFile(f"not what its name says: it is {kind}")
    reading = Reading(Shape(("c0",)), iter(()))
    reading.batches = _batches(content, reading)
    return reading


def _batches(content: Content, reading: Reading) -> Iterator[Batch]:
    numbers: list[int] = []
    lines: list[str] = []
    line = "\n"
    for number, line in enumerate(content.lines(newline="\n"), start=1):
        text = line.rstrip("\r\n")
        if text:
            numbers.append(number)
            lines.append(text)
        if len(lines) == BATCH_ROWS:
            yield as_batch(numbers, {"c0": lines}, lines, [])
            numbers, lines = [], []
    if not line.endswith("\n"):
        reading.notes.append("the last line has no line end and may be half written")
    yield as_batch(numbers, {"c0": lines}, lines, [])
