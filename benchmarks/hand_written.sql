-- What one careful person would write for one report: load the telephony extracts, compute five KPIs by day and queue.
-- No rejects, no history, no incremental night, one zone a site. {landing} is the folder of the extracts.
create table contacts as
select *
from read_csv('{landing}/standard/contacts/*.csv', union_by_name = true)
where not coalesce(is_test, false)
qualify row_number() over (partition by contact_id order by last_updated_at desc) = 1;

create table segments as
select *
from read_csv('{landing}/standard/contact_segments/*.csv', union_by_name = true)
qualify row_number() over (partition by segment_id) = 1;

create table legs as
select
    segments.*,
    contacts.customer_id,
    contacts.contact_reason_id,
    contacts.direction,
    contacts.ended_at,
    cast(timezone(sites.timezone, timezone('UTC', coalesce(segments.queued_at, segments.answered_at))) as date) as business_date,
    date_diff('second', segments.queued_at, segments.dequeued_at) as wait_seconds,
    coalesce(queues.service_level_threshold_seconds, 20) as threshold,
    coalesce(queues.short_abandon_seconds, 5) as short_limit
from segments
inner join contacts on segments.contact_id = contacts.contact_id
left join read_csv('{landing}/standard/queues/*.csv') as queues on segments.queue_id = queues.queue_id
left join read_csv('{landing}/standard/sites/*.csv') as sites on contacts.site_id = sites.site_id;

create table handled as
select
    contact_id,
    any_value(customer_id) as customer_id,
    any_value(contact_reason_id) as contact_reason_id,
    min(business_date) as business_date,
    min(coalesce(queued_at, answered_at)) as started_at,
    max(ended_at) as ended_at,
    bool_or(answered_at is not null) as is_handled,
    bool_and(queue_outcome = 'abandoned' and wait_seconds < short_limit) as is_short
from legs
where direction = 'inbound'
group by contact_id;

create table first_contact_resolution as
select
    business_date,
    count(*) filter (where not is_repeated) as resolved,
    count(*) as observable
from (
    select
        business_date,
        ended_at,
        is_handled,
        coalesce(max(case when is_handled then started_at end) over earlier >= started_at - interval 7 day, false) as is_follow_up,
        coalesce(min(started_at) over later <= ended_at + interval 7 day, false) as is_repeated
    from handled
    where customer_id is not null and contact_reason_id is not null and not is_short
    window
        earlier as (
            partition by customer_id, contact_reason_id order by started_at rows between unbounded preceding and 1 preceding
        ),
        later as (partition by customer_id, contact_reason_id order by started_at rows between 1 following and 1 following)
)
where is_handled and not is_follow_up
    and ended_at + interval 7 day <= (select max(started_at) from handled)
group by business_date;

create table report as
select
    business_date,
    queue_id,
    count(*) filter (where queue_outcome = 'answered' and wait_seconds <= threshold) as within_threshold,
    count(*) filter (where queue_outcome = 'answered') as answered,
    count(*) filter (where queue_outcome = 'abandoned' and wait_seconds >= short_limit) as abandoned,
    count(*) filter (where queue_outcome in ('callback_requested', 'voicemail')) as left_otherwise,
    sum(wait_seconds) filter (where queue_outcome = 'answered') as wait_answered_seconds,
    sum(coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) + coalesce(acw_seconds, 0))
        filter (where answered_at is not null and leg_type in ('queue', 'direct', 'callback') and direction = 'inbound') as handle_seconds,
    count(*) filter (where answered_at is not null and leg_type in ('queue', 'direct', 'callback') and direction = 'inbound') as handled_legs
from legs
group by business_date, queue_id;
