-- grain: one row per extract, rule and column that rows were ever rejected for
{{ config(materialized='view', meta={'published': true}) }}

with rejected as (

    select * from {{ source('meta', 'rejected_row') }}

),

files as (

    select * from {{ source('meta', 'loaded_file') }}

)

select
    cast(files.system as varchar) as system,
    cast(files.entity as varchar) as entity,
    cast(rejected.rule as varchar) as rule,
    cast(rejected.column_name as varchar) as column_name,
    cast(count(*) as bigint) as rows_rejected,
    cast(max(rejected.refresh_id) as bigint) as newest_refresh_id
from rejected
inner join files -- loses nobody: a row is rejected on loading a file
    on rejected.file_id = files.file_id
group by files.system, files.entity, rejected.rule, rejected.column_name
