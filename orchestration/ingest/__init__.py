"""Loading: files below the landing folder become typed rows in schema ``raw`` and entries in the books (``meta``).

What does not belong here: orchestration (assets live in ``orchestration.definitions``), business rules and
de-duplication (``models/staging``), plausibility checks (``expectations/``). Nothing here imports Dagster or dbt:
the declarations come in as a parsed dbt manifest.
"""
