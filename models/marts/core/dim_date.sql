-- grain: one row per local calendar date, from the year of the first contact, ticket or hire to the end of next year
{{ config(meta={'published': true}) }}

with bounds as (

    select date_trunc('year', least(
        -- in the west the day before, where it is the day of the instant
        coalesce((select min(started_at) from {{ ref('contacts') }}), {{ as_of() }}) - interval 1 day,
        greatest(coalesce((select min(created_at) from {{ ref('tickets') }}), {{ as_of() }}), timestamp '2000-01-02 00:00:00')
        - interval 1 day,
        coalesce((select min(started_on) from {{ ref('subscriptions') }})::timestamp, {{ as_of() }}),
        coalesce((select min(started_on) from {{ ref('employment_spells') }})::timestamp, {{ as_of() }})
    )) as first_day

),

days as (

    select
        cast(unnest(generate_series(
            first_day, date_trunc('year', {{ as_of() }}) + interval 2 year - interval 1 day, interval 1 day
        )) as date) as date_day
    from bounds

)

select
    date_day,
    cast(date_trunc('week', date_day) as date) as week_start,
    cast(date_trunc('month', date_day) as date) as month_start,
    cast(date_trunc('quarter', date_day) as date) as quarter_start,
    cast(date_trunc('year', date_day) as date) as year_start,
    cast(isodow(date_day) as integer) as iso_day_of_week,
    cast(week(date_day) as integer) as iso_week
from days
