"""The Dagster side: thin assets over ``orchestration.night``; no logic that could not run without Dagster."""
