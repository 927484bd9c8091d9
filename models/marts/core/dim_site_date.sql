-- grain: one row per site and local date, over the dates of dim_date
{{ config(meta={'published': true}) }}

with dates as (

    select date_day from {{ ref('dim_date') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

holidays as (

    select country, holiday_date, holiday_name
    from {{ source('meta', 'public_holiday') }}
    where is_current

)

select
    sites.site_id,
    dates.date_day,
    holidays.holiday_date is not null as is_public_holiday,
    holidays.holiday_name,
    -- 23 or 25 where the clocks change
    cast({{ seconds_between(
        utc_instant('cast(dates.date_day as timestamp)', 'sites.time_zone'),
        utc_instant('cast(dates.date_day + 1 as timestamp)', 'sites.time_zone')
    ) }} / 3600.0 as decimal(4, 2)) as hours_in_day
from dates
cross join sites
left join holidays
    on upper(trim(sites.country)) = holidays.country
        and dates.date_day = holidays.holiday_date
