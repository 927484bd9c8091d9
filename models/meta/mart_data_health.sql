-- grain: one row per extract that was ever delivered: how new it is, what was loaded and what was turned away
{{ config(materialized='view', meta={'published': true}) }}

with files as (

    select * from {{ source('meta', 'loaded_file') }}

)

select
    cast(system as varchar) as system,
    cast(entity as varchar) as entity,
    cast(max(case when status = 'loaded' then extracted_at end) as timestamp) as newest_extract_at,
    cast(max(case when status = 'loaded' then loaded_at end) as timestamp) as newest_load_at,
    cast(sum(case when status = 'loaded' then 1 else 0 end) as bigint) as files_loaded,
    cast(coalesce(sum(case when status = 'loaded' then row_count end), 0) as bigint) as rows_loaded,
    cast(coalesce(sum(case when status = 'loaded' then rejected_count end), 0) as bigint) as rows_rejected,
    cast(sum(case when status = 'refused' then 1 else 0 end) as bigint) as files_refused
from files
group by system, entity
