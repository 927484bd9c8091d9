-- grain: one row per team and first day of validity
{{ config(unique_key=["team_id", "valid_from"]) }}

{{ standard_extract('teams', defaults={'valid_from': "date '1900-01-01'"}) }}
