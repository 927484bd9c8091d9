-- grain: one row per subject, business date and reason, from reference rows and assignments that changed
{{ config(materialized='ephemeral') }}

with queue_images as (

    {{ changes('queues') }}

),

spell_images as (

    {{ changes('employment_spells') }}

),

site_images as (

    {{ changes('sites') }}

),

reason_images as (

    {{ changes('contact_reasons') }}

),

agent_ranges as (

    select * from {{ ref('changed_agent_range') }}

),

spell_ranges as (

    select
        employee_id,
        case when count(*) > 1 and count(distinct started_on) = 1 then min(ended_on) else min(started_on) end as first_day,
        max(coalesce(ended_on, {{ latest_running_date() }})) as last_day
    from spell_images
    group by employee_id, spell_id

),

queue_ranges as (

    -- a queue's first promises reach back to the beginning
    select
        min(
            case
                when queue_images.valid_from <= (
                    select min(queues.valid_from) from {{ ref('queues') }} as queues where queues.queue_id = queue_images.queue_id
                ) then date '1900-01-01'
                else queue_images.valid_from
            end
        ) as first_day
    from queue_images
    having count(*) > 0

),

-- a time zone or a reason's meaning reaches back to the first contact
everything as (

    select cast(unnest(generate_series(
        least(
            coalesce((select min(started_at) from {{ ref('contacts') }}), {{ as_of() }}),
            coalesce((select min(created_at) from {{ ref('tickets') }}), {{ as_of() }})
        ) - interval 1 day,
        {{ as_of() }} + interval 1 day,
        interval 1 day
    )) as date) as business_date

),

-- who moves is seen on the day before and the day after an assignment, too
headcount_ranges as (

    select first_day - 1 as first_day, last_day + 1 as last_day from agent_ranges
    union all
    select first_day, last_day from spell_ranges

),

headcount_days as (

    select distinct cast(unnest(generate_series( -- ranges of several people overlap
        cast(coalesce(first_day, last_day) as timestamp), cast(least(last_day, {{ latest_running_date() }}) as timestamp), interval 1 day
    )) as date) as business_date
    from headcount_ranges

),

new_days as (

    select cast(unnest(generate_series(
        greatest({{ previous_as_of() }} - interval 2 day, {{ as_of() }} - interval 400 day),
        {{ as_of() }} + interval 1 day,
        interval 1 day
    )) as date) as business_date

)

select dated.subject, everything.business_date, 'a site changed' as reason, 1 as change_count
from everything
cross join (select unnest(['leg', 'survey', 'ticket_backlog']) as subject) as dated
where exists (select 1 from site_images)
union all
-- every queue has a row on every day, so a new queue reaches back to its first day of validity
select 'leg' as subject, everything.business_date, 'promises of a queue changed' as reason, 1 as change_count
from everything
cross join queue_ranges
where everything.business_date >= queue_ranges.first_day - 1 -- a queue's clock changes with the UTC date
union all
select 'contact' as subject, business_date, 'a contact reason changed' as reason, 1 as change_count
from everything
where exists (select 1 from reason_images)
union all
select 'headcount' as subject, business_date, 'employment or assignment changed' as reason, 1 as change_count
from headcount_days
union all
select 'calendar' as subject, business_date, 'new day' as reason, 1 as change_count
from new_days
