-- grain: one row per subject, business date and reason, from evaluations and what they refer to that changed
{{ config(materialized='ephemeral') }}

with evaluations as (

    select * from {{ ref('qa_evaluations') }}

),

evaluation_images as (

    {{ changes('qa_evaluations') }}

),

section_images as (

    {{ changes('qa_section_scores') }}

),

calibration_images as (

    {{ changes('calibration_scores') }}

),

defect_images as (

    {{ changes('qa_defects') }}

),

contact_images as (

    {{ changes('contacts') }}

),

segment_images as (

    {{ changes('contact_segments') }}

),

ticket_images as (

    {{ changes('tickets') }}

),

site_images as (

    {{ changes('sites') }}

),

agent_ranges as (

    select * from {{ ref('changed_agent_range') }}

),

parts as (

    select evaluation_id from section_images
    union
    select evaluation_id from calibration_images
    union
    select evaluation_id from defect_images

),

-- an evaluation is dated by its own day, but names the team of the day of what it judges
evaluation_days as (

    select evaluated_on as business_date, 'evaluation changed' as reason from evaluation_images
    union all
    select evaluated_on as business_date, 'section, calibration or error of an evaluation changed' as reason
    from evaluations
    where evaluation_id in (select parts.evaluation_id from parts)
    union all
    select evaluated_on as business_date, 'contact or ticket of an evaluation changed' as reason
    from evaluations
    where contact_id in (
            select contact_images.contact_id from contact_images
            union
            select segment_images.contact_id from segment_images
        )
        or ticket_id in (select ticket_images.ticket_id from ticket_images)
        or exists (select 1 from site_images)
    union all
    select evaluated_on as business_date, 'assignment of an agent changed' as reason
    from evaluations
    where agent_id in (select agent_ranges.agent_id from agent_ranges)
        or evaluator_id in (select agent_ranges.agent_id from agent_ranges)

),

calibrated_days as (

    select evaluations.evaluated_on as business_date, 'assignment of an agent changed' as reason
    from {{ ref('calibration_scores') }} as calibrations
    inner join evaluations -- lost: calibrations of evaluations that were not delivered
        on calibrations.evaluation_id = evaluations.evaluation_id
    where calibrations.evaluator_id in (select agent_ranges.agent_id from agent_ranges)

),

-- errors that surveys found are dated by the contact (see changed_contact), or by the invitation where none is known
surveyed_days as (

    select cast(invitations.sent_at as date) + cast(shift.days as integer) as business_date, 'error of a response changed' as reason
    from {{ ref('survey_invitations') }} as invitations
    inner join {{ ref('survey_responses') }} as responses
        on invitations.invitation_id = responses.invitation_id
    cross join (select unnest(range(-1, 2)) as days) as shift
    where responses.response_id in (select defect_images.response_id from defect_images)

),

days as (

    select * from evaluation_days
    union all
    select * from calibrated_days
    union all
    select * from surveyed_days

)

select 'quality' as subject, business_date, reason, count(*) as change_count
from days
group by business_date, reason
