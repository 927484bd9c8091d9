"""Dagster's own home: ``<home>/.dagster``, silent, with one run and one writer at a time."""

import os
from pathlib import Path

from orchestration.settings import Settings

CONFIGURATION = """\
# Written once by the contact-center warehouse; edit freely, it is not overwritten.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
  runs:
    max_concurrent_runs: 1
"""


def dagster_home(settings: Settings) -> Path:
    """Return the folder of the Dagster instance, made and configured if it is missing.

    ``DAGSTER_HOME`` wins where it is set; otherwise it is set for this process.
    """
    home = Path(os.environ.setdefault("DAGSTER_HOME", str(settings.home / ".dagster")))
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION)
    return home
