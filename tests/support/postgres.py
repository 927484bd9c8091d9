"""A PostgreSQL of its own for a test: from the system's packages, in a scratch folder, on a socket, never as root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "nobody"
"""Who the server runs as when the test is root, because it refuses to be."""

DATABASE = "bi"


@dataclass(frozen=True)
class Server:
    """A running server; its socket and log lie in ``folder``."""

    folder: Path
    binaries: Path

    def url(self, user: str = "owner", database: str = DATABASE) -> str:
        """Return how libpq reaches it."""
        return f"postgresql:///{database}?host={self.folder}&user={user}"

    def psql(self, sql: str, user: str = "owner", database: str = DATABASE) -> "subprocess.CompletedProcess[str]":
        """Run SQL through psql: values without alignment, one row a line."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(user, database), "-c", sql]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def ask(self, sql: str, user: str = "owner") -> list[str]:
        """Return the rows that psql prints; the query must succeed."""
        done = self.psql(sql, user)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest version, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def missing() -> str:
    """Return why no server can be started here; empty when it can."""
    if binaries() is None or shutil.which("psql") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "PostgreSQL refuses to run as root, and there is no setpriv to change the account"
    return ""


@contextmanager
def server() -> Iterator[Server]:
    """Start a server with one superuser ``owner`` and the database ``bi``; stop it and remove everything after."""
    programs = binaries()
    assert programs is not None
    as_account = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={_group()}", "--clear-groups"] if not os.geteuid() else []
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # not pytest's: a socket's path has at most 107 bytes
    data, log = folder / "data", folder / "log"
    control = [*as_account, str(programs / "pg_ctl"), "-D", str(data), "-s", "-w"]
    try:
        if as_account:
            shutil.chown(folder, ACCOUNT)
        folder.chmod(0o755)
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C"]
        _run([*as_account, *initdb, "--no-sync"], folder)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        _run([*control, "-l", str(log), "-o", options, "start"], folder)
        running = Server(folder, programs)
        try:
            done = running.psql(f"create database {DATABASE}", database="postgres")
            assert done.returncode == 0, done.stderr
            yield running
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder)


def _group() -> str:
    return subprocess.run(["id", "-gn", ACCOUNT], capture_output=True, text=True, check=True).stdout.strip()


def _run(command: list[str], folder: Path) -> None:
    # The server goes on after pg_ctl has ended, and must hold no pipe of this process open.
    with (folder.parent / f"{folder.name}.out").open("w+") as out:
        try:
            done = subprocess.run(command, cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False)
            out.seek(0)
            assert done.returncode == 0, out.read()
        finally:
            Path(out.name).unlink()
