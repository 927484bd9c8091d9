"""A Superset of its own for a test: installed, set up and started in folders that are its own, and asked over HTTP."""

import io
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT_DIR

BUNDLE = PROJECT_DIR / "bi" / "superset"
ENVIRONMENT = PROJECT_DIR / ".venv-superset"
MISSING = ("rich", "cachetools", "flask-caching<2.5")
"""What Superset 6.1.0 imports and does not ask for, or not for the version that works."""

PACKAGES = ("apache-superset==6.1.0", "duckdb-engine", "duckdb>=2.0,<2.1", "psycopg2-binary", *MISSING)

WRITTEN_PATH = "duckdb:////srv/contact-center/published/kpi.duckdb"
PORT = 18099
ADDRESS = f"http://127.0.0.1:{PORT}"
CONFIG = """
SECRET_KEY = "only for a test on this machine, 0123456789"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
"""
ACCOUNT = "admin"


def install() -> Path:
    """Install Superset (700 MB, once) and return the folder of its programs."""
    programs = ENVIRONMENT / "bin"
    if not (programs / "superset").exists():
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(ENVIRONMENT)], check=True)
        python = str(programs / "python")
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode", *PACKAGES], check=True
        )
    return programs


def bundle(publication: Path) -> bytes:
    """Return the repository's bundle as the zip that Superset imports, over a publication's ``kpi.duckdb``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in sorted(BUNDLE.rglob("*.yaml")):
            text = file.read_text(encoding="utf-8").replace(WRITTEN_PATH, f"duckdb:///{publication}")
            archive.writestr(f"contact_center/{file.relative_to(BUNDLE).as_posix()}", text)
    return stream.getvalue()


@contextmanager
def running(folder: Path) -> Iterator["Superset"]:
    """Set up and start a Superset whose books lie in ``folder``; stop it after."""
    programs = install()
    (folder / "superset_config.py").write_text(CONFIG.format(folder=folder))
    environment = {
        **os.environ,
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
        "SUPERSET_HOME": str(folder),
        "FLASK_APP": "superset",
        "SCARF_ANALYTICS": "false",
    }
    program = str(programs / "superset")
    account = [
        "--username",
        ACCOUNT,
        "--password",
        ACCOUNT,
        "--firstname",
        "A",
        "--lastname",
        "B",
        "--email",
        "a@b.example",
    ]
    with (folder / "log").open("w") as log:
        for arguments in (["db", "upgrade"], ["fab", "create-admin", *account], ["init"]):
            subprocess.run([program, *arguments], env=environment, cwd=folder, stdout=log, stderr=log, check=True)
        command = [program, "run", "-p", str(PORT)]
        with subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log) as server:
            try:
                yield _logged_in()
            finally:
                server.terminate()


def _logged_in() -> "Superset":
    until = time.monotonic() + 180
    credentials = {"username": ACCOUNT, "password": ACCOUNT, "provider": "db"}
    while True:
        try:
            answer = Superset("").post("/api/v1/security/login", credentials)
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(2)
        else:
            return Superset(str(answer["access_token"]))


@dataclass(frozen=True)
class Superset:
    """A running Superset, asked as its administrator."""

    token: str

    def _call(self, path: str, body: bytes | None, kind: str) -> Any:
        headers = {"Content-Type": kind}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(ADDRESS + path, data=body, headers=headers)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()[:2000]}") from error

    def get(self, path: str) -> Any:
        """Return the answer to a GET."""
        return self._call(path, None, "application/json")

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        """Return the answer to a POST of a JSON document."""
        return self._call(path, json.dumps(document).encode(), "application/json")

    def import_dashboard(self, archive: bytes) -> None:
        """Import a bundle; what is there already is overwritten."""
        mark = b"--part"
        parts = (
            b'Content-Disposition: form-data; name="overwrite"\r\n\r\ntrue',
            b'Content-Disposition: form-data; name="formData"; filename="bundle.zip"\r\n'
            b"Content-Type: application/zip\r\n\r\n" + archive,
        )
        body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
        self._call("/api/v1/dashboard/import/", body, "multipart/form-data; boundary=part")

    def charts(self) -> dict[str, int]:
        """Return the ids of all charts by name."""
        return {
            chart["slice_name"]: int(chart["id"]) for chart in self.get("/api/v1/chart/?q=(page_size:100)")["result"]
        }

    def rows(self, chart_id: int) -> list[dict[str, Any]]:
        """Run a chart's query, as its stored parameters say, and return the rows."""
        params = json.loads(self.get(f"/api/v1/chart/{chart_id}")["result"]["params"])
        dataset, kind = params["datasource"].split("__")
        document = {"datasource": {"id": int(dataset), "type": kind}, "queries": [query(params)], "force": True}
        [result] = self.post("/api/v1/chart/data", document)["result"]
        assert result["status"] == "success", result.get("error")
        found: list[dict[str, Any]] = result["data"]
        return found


def query(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query that a chart's parameters ask for, in the form of Superset's chart data API."""
    groups = params.get("groupby", [])
    columns: list[Any] = list(params.get("all_columns") or ([groups] if isinstance(groups, str) else groups))
    if "x_axis" in params:
        axis = {"columnType": "BASE_AXIS", "expressionType": "SQL", "label": params["x_axis"]}
        grain = {"timeGrain": params["time_grain_sqla"]} if "time_grain_sqla" in params else {}
        columns.insert(0, {**axis, "sqlExpression": params["x_axis"], **grain})
    metrics = [] if "all_columns" in params else params.get("metrics") or [params["metric"]]
    filters = [{"col": f["subject"], "op": f["operator"], "val": f["comparator"]} for f in params["adhoc_filters"]]
    return {"columns": columns, "metrics": metrics, "filters": filters, "row_limit": params["row_limit"]}
