-- X14: backlog(d) = backlog(d-1) + created + reopened - closed, for every group; and it is what the open spans say.
with days as (

    select * from {{ ref('fct_ticket_backlog_day') }}

),

compared as (

    select
        days.business_date,
        days.site_id,
        days.team_id,
        days.queue_id,
        days.channel,
        days.priority,
        days.open_tickets,
        coalesce(earlier.open_tickets, 0) + days.created_tickets + days.reopened_tickets - days.closed_tickets as expected_tickets
    from days
    left join days as earlier
        on days.business_date = earlier.business_date + 1
            and days.site_id = earlier.site_id
            and days.team_id = earlier.team_id
            and days.queue_id is not distinct from earlier.queue_id
            and days.channel = earlier.channel
            and days.priority is not distinct from earlier.priority
    where {{ rebuilt_tonight(['ticket_backlog'], 'days.business_date') }}

),

last_day as (

    select business_date, sum(open_tickets) as open_tickets, sum(overdue_tickets) as overdue_tickets
    from days
    where business_date = (select max(newest.business_date) from days as newest)
    group by business_date

),

spans as (

    select count(*) as open_tickets
    from {{ ref('fct_ticket_open_span') }}
    where opened_on <= (select last_day.business_date from last_day)
        and (closed_on is null or closed_on > (select last_day.business_date from last_day))

)

select business_date, site_id, team_id, channel, open_tickets, expected_tickets
from compared
where open_tickets <> expected_tickets or open_tickets < 0
union all
select
    last_day.business_date,
    null as site_id,
    null as team_id,
    null as channel,
    last_day.open_tickets,
    spans.open_tickets as expected_tickets
from last_day
cross join spans
where last_day.open_tickets <> spans.open_tickets or last_day.overdue_tickets not between 0 and last_day.open_tickets
