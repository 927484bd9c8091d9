-- grain: one row per calendar, UTC date and stretch of it, with the business seconds that lie before the stretch
-- a plain table: it grows with queues, sites and days, never with contacts or tickets

with hours as (

    select * from {{ ref('operating_hours') }}

),

queues as (

    select queue_id, site_id from {{ ref('dim_queue') }} where valid_to = date '9999-12-31'

),

sites as (

    select
        site_id,
        country,
        case site_id when 'unknown' then {{ reporting_zone() }} else time_zone end as time_zone
    from {{ ref('dim_site') }}

),

schedule as (

    select * from {{ ref('business_schedule') }}

),

holidays as (

    select country, holiday_date
    from {{ source('meta', 'public_holiday') }}
    where is_current

),

-- from the first thing that happened to a ticket to the last; clocks that are wrong by many years do not stretch the calendar
bounds as (

    select
        cast(greatest(timestamp '2000-01-01 00:00:00', least(
            coalesce((select min(created_at) from {{ ref('tickets') }}), {{ as_of() }}),
            coalesce((select min(sent_at) from {{ ref('ticket_messages') }}), {{ as_of() }}),
            {{ as_of() }}
        )) as date) - 2 as first_date,
        cast(least(
            {{ as_of() }} + interval 400 day,
            greatest(
                {{ as_of() }},
                coalesce((select max(sent_at) from {{ ref('ticket_messages') }}), {{ as_of() }}),
                coalesce((select max(event_at) from {{ ref('ticket_events') }}), {{ as_of() }})
            )
        ) as date) + 1 as last_date

),

dates as (

    select cast(unnest(generate_series(
        cast(first_date as timestamp), cast(last_date as timestamp), interval 1 day
    )) as date) as utc_date
    from bounds

),

-- a queue has a calendar of its own; a site is open while any of its queues is
calendars as (

    select concat('queue:', queues.queue_id) as calendar_id, queues.queue_id, queues.site_id from queues
    union all
    select concat('site:', sites.site_id) as calendar_id, null as queue_id, sites.site_id from sites

),

delivered as (

    {%- for calendar in ["concat('queue:', queues.queue_id)", "concat('site:', queues.site_id)"] %}
    select {{ calendar }} as calendar_id, hours.local_date, hours.open_at as opens_at, hours.close_at as closes_at
    from hours
    inner join queues -- lost: hours of queues that were never delivered
        on hours.queue_id = queues.queue_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- hours are delivered by the week: a day without hours in a week that has some is closed
delivered_weeks as (

    select calendar_id, cast(date_trunc('week', local_date) as date) as week_start
    from delivered
    group by calendar_id, cast(date_trunc('week', local_date) as date)

),

-- elsewhere the weekly schedule holds, but not on public holidays; a site with rows of its own follows only these
scheduled as (

    select
        calendars.calendar_id,
        dates.utc_date as local_date,
        {{ utc_instant('dates.utc_date + cast(schedule.opens_at as time)', 'sites.time_zone') }} as opens_at,
        -- closing at or before opening is closing on the next day; at 00:00 this is midnight
        {{ utc_instant(
            'dates.utc_date + cast(schedule.closes_at <= schedule.opens_at as integer) + cast(schedule.closes_at as time)',
            'sites.time_zone'
        ) }} as closes_at
    from calendars
    inner join sites -- every calendar has a site
        on calendars.site_id = sites.site_id
    cross join dates
    inner join schedule -- lost: days on which the schedule is closed
        on isodow(dates.utc_date) = schedule.iso_day_of_week
            and dates.utc_date >= coalesce(schedule.valid_from, date '1900-01-01')
            and dates.utc_date <= coalesce(schedule.valid_to, date '9999-12-31')
            and (
                schedule.site_id = sites.site_id
                or (
                    schedule.site_id is null
                    and sites.site_id not in (select own.site_id from schedule as own where own.site_id is not null)
                )
            )
    left join holidays
        on upper(trim(sites.country)) = holidays.country
            and dates.utc_date = holidays.holiday_date
    left join delivered_weeks
        on calendars.calendar_id = delivered_weeks.calendar_id
            and cast(date_trunc('week', dates.utc_date) as date) = delivered_weeks.week_start
    where holidays.holiday_date is null and delivered_weeks.calendar_id is null

),

windows as (

    select calendar_id, opens_at, closes_at from delivered
    union all
    select calendar_id, opens_at, closes_at from scheduled

),

-- windows that overlap or meet are one
begun as (

    select
        *,
        coalesce(
            opens_at > max(closes_at) over (
                partition by calendar_id order by opens_at, closes_at
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_new
    from windows
    where closes_at > opens_at

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by calendar_id order by opens_at, closes_at
            rows between unbounded preceding and current row
        ) as opening
    from begun

),

merged as (

    select calendar_id, min(opens_at) as opens_at, max(closes_at) as closes_at
    from numbered
    group by calendar_id, opening

),

-- every UTC date begins a stretch, so that an instant finds its stretch by its date
stretches as (

    select
        merged.calendar_id,
        greatest(merged.opens_at, cast(dates.utc_date as timestamp)) as starts_at,
        least(merged.closes_at, cast(dates.utc_date + 1 as timestamp)) as open_until
    from merged
    inner join dates -- lost: hours outside the calendar
        on merged.opens_at < cast(dates.utc_date + 1 as timestamp)
            and merged.closes_at > cast(dates.utc_date as timestamp)
    union all
    select calendars.calendar_id, cast(dates.utc_date as timestamp) as starts_at, cast(dates.utc_date as timestamp) as open_until
    from calendars
    cross join dates

),

begun_once as (

    select calendar_id, starts_at, max(open_until) as open_until
    from stretches
    group by calendar_id, starts_at

)

select
    calendar_id,
    cast(starts_at as date) as utc_date,
    starts_at,
    open_until,
    lead(starts_at, 1, cast(cast(starts_at as date) + 1 as timestamp)) over (partition by calendar_id order by starts_at) as ends_at,
    cast(coalesce(sum({{ seconds_between('starts_at', 'open_until') }}) over (
        partition by calendar_id order by starts_at
        rows between unbounded preceding and 1 preceding
    ), 0) as bigint) as business_seconds_before
from begun_once
