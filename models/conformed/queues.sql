-- grain: one row per queue and first day of validity
with every_system as (

    {{ union_systems('queues') }}

)

select
    queue_id,
    queue_name,
    channel,
    site_id,
    service_level_threshold_seconds,
    short_abandon_seconds,
    valid_from,
    source_system
from every_system
where not _is_excluded
