-- grain: one row per refresh, subject, business date and reason: what each night rebuilds, and why
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false,
    pre_hook="{{ forget_unfinished() }}"
) }}

with days as (

    {%- for model in [
        'changed_access_day',
        'changed_contact_day',
        'changed_reference_day',
        'changed_record_day',
        'changed_people_day',
        'changed_quality_day',
        'changed_workforce_day',
        'changed_survey_day',
        'changed_business_day',
        'changed_ticket_day',
        'changed_system_day',
    ] %}
    select subject, business_date, reason, change_count from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    {{ this_refresh() }} as refresh_id,
    cast(subject as varchar) as subject,
    cast(business_date as date) as business_date,
    cast(reason as varchar) as reason,
    cast(sum(change_count) as bigint) as change_count
from days
-- built by hand after a refresh has ended, nothing is touched
where {{ this_refresh() }} > {{ last_complete_refresh() }}
group by subject, business_date, reason
