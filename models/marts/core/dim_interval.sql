-- grain: one row per local interval of a day, and per time that the clock shows it: twice where it is put back
{{ config(meta={'published': true}) }}

with starts as (

    select unnest(range(0, 24 * 60, {{ var('interval_minutes') }})) as minute_of_day

),

shown as (

    select starts.minute_of_day, folds.fold_number
    from starts
    cross join (select unnest([1, 2]) as fold_number) as folds

),

clock as (

    select
        fold_number,
        minute_of_day,
        strftime(timestamp '2000-01-01 00:00:00' + minute_of_day * interval 1 minute, '%H:%M') as start_time,
        strftime(timestamp '2000-01-01 00:00:00' + (minute_of_day + {{ var('interval_minutes') }}) * interval 1 minute, '%H:%M') as end_time
    from shown

)

select
    concat(start_time, case when fold_number = 2 then ' again' else '' end) as interval_id,
    start_time,
    end_time,
    cast(fold_number as integer) as fold_number,
    case
        when minute_of_day < 6 * 60 then 'night'
        when minute_of_day < 12 * 60 then 'morning'
        when minute_of_day < 18 * 60 then 'afternoon'
        else 'evening'
    end as day_part,
    list_contains({{ var('peak_hours') }}, minute_of_day // 60) as is_peak
from clock
