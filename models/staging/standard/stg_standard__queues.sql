-- grain: one row per queue and first day of validity
{{ config(unique_key=["queue_id", "valid_from"]) }}

{{ standard_extract('queues', defaults={'short_abandon_seconds': '5', 'valid_from': "date '1900-01-01'"}) }}
