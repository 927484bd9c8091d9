-- Headcount of a team today is that of yesterday and who was hired or moved in, less who left or moved out (X19).
with teams as (

    select
        business_date,
        team_id,
        count(*) as headcount,
        count(*) filter (where is_hire) as hires,
        count(*) filter (where is_move_in) as moves_in,
        count(*) filter (where is_leaver) as leavers,
        count(*) filter (where is_move_out) as moves_out
    from {{ ref('fct_headcount_day') }}
    group by business_date, team_id

),

last_days as (

    -- the last day that is complete at every site: days end at different times
    select min({{ last_complete_date('time_zone') }}) as last_day from {{ ref('dim_site') }}

)

select
    coalesce(today.business_date, yesterday.business_date + 1) as business_date,
    coalesce(today.team_id, yesterday.team_id) as team_id,
    yesterday.headcount as headcount_before,
    today.headcount
from teams as today
full join teams as yesterday
    on today.team_id = yesterday.team_id
        and today.business_date = yesterday.business_date + 1
cross join last_days
where coalesce(today.business_date, yesterday.business_date + 1) <= last_days.last_day
    and coalesce(today.headcount, 0)
    <> coalesce(yesterday.headcount - yesterday.leavers - yesterday.moves_out, 0) + coalesce(today.hires + today.moves_in, 0)
