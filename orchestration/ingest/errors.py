"""What can go wrong while loading, and who has to act.

``DeclarationError`` and ``SchemaChangeError`` are for the analytics engineer and stop the load before any file is
read. ``RefusedFile`` is about one delivered file: it is written into the books and stops nothing else.
"""


class IngestError(Exception):
    """Anything the loading code raises on purpose."""


class DeclarationError(IngestError):
    """A declaration in a sources YAML is wrong; the message names file, source, column and what is wrong."""


class SchemaChangeError(IngestError):
    """A declared type differs from the type of the column that already exists in the raw table."""


class RefusedFile(IngestError):  # noqa: N818 - a verdict about a file, not a programming error
    """A file as a whole cannot be loaded; the text is the reason kept in ``meta.loaded_file``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NeedsCarefulReading(IngestError):  # noqa: N818 - a signal between reader and loader
    """The bulk reader cannot vouch for line numbers or fields; read the file again, record by record."""
