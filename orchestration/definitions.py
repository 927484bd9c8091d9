"""What Dagster loads: ``dg dev`` or ``dagster dev -m orchestration.definitions``. Assembles, and holds no logic."""

import dagster as dg

from orchestration.assets.assemble import build_definitions
from orchestration.night import dbt_paths
from orchestration.settings import get_settings
from orchestration.transform.runner import current_manifest


@dg.definitions
def definitions() -> dg.Definitions:
    """Return the definitions of this installation; parses the dbt project first if it changed."""
    settings = get_settings()
    return build_definitions(settings, current_manifest(dbt_paths(settings), settings.home))
