-- Every scheduled second is spent in one state, and nobody is excused or absent for longer than it lasts.
with spent as (

    select
        schedule_segment_id,
        business_date,
        sum(spent_seconds) as spent_seconds,
        bool_or(excused_seconds > spent_seconds or planned_absence_seconds + unplanned_absence_seconds > spent_seconds) as is_exceeded
    from {{ ref('fct_adherence_segment') }}
    where {{ rebuilt_tonight(['workforce', 'calendar']) }}
    group by schedule_segment_id, business_date

),

scheduled as (

    select schedule_segment_id, business_date, scheduled_seconds
    from {{ ref('fct_schedule_segment') }}
    where {{ rebuilt_tonight(['workforce', 'calendar']) }}

)

select scheduled.schedule_segment_id, scheduled.business_date, scheduled.scheduled_seconds, spent.spent_seconds
from scheduled
full join spent
    on scheduled.schedule_segment_id = spent.schedule_segment_id
        and scheduled.business_date = spent.business_date
where scheduled.scheduled_seconds is distinct from spent.spent_seconds or spent.is_exceeded
