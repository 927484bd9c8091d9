-- grain: one row per period and scope, with sentiment as the newest model of the period scored it
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'resolution'], 'counted': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

{%- set periods = ['day', 'week', 'month', 'quarter', 'year'] %}
{%- set scopes = {'site': ['site_id'], 'queue': ['queue_id'], 'channel': ['channel'], 'team': ['team_id'], 'agent': ['agent_id']} %}

with daily as (

    select * from {{ ref('kpi_component_resolution') }} where sentiment_model_version is not null

),

parts as (

    {%- for period in periods %}
    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', business_date) as date) as period_start,
        daily.*
    from daily
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

touched_parts as (

    select * from parts where {{ touched() }}

),

-- one version for all scopes of a period, so that teams can be compared
newest as (

    select
        period_type,
        period_start,
        max_by(sentiment_model_version, (business_date, sentiment_model_version)) as sentiment_model_version
    from touched_parts
    group by period_type, period_start

),

scored as (

    select touched_parts.*
    from touched_parts
    inner join newest -- lost: scores of older models, which are not comparable
        on touched_parts.period_type = newest.period_type
            and touched_parts.period_start = newest.period_start
            and touched_parts.sentiment_model_version = newest.sentiment_model_version

),

summed as (

    select
        period_type,
        period_start,
        {{ grouped_scope(scopes, ids=false) }} as scope_type,
        {{ grouped_scope(scopes, ids=true) }} as scope_id,
        min(sentiment_model_version) as sentiment_model_version,
        sum(sentiment_contacts) as sentiment_contacts,
        sum(sentiment_sum) as sentiment_sum,
        sum(sentiment_squares) as sentiment_squares,
        sum(sentiment_positive) as sentiment_positive,
        sum(sentiment_negative) as sentiment_negative
    from scored
    group by grouping sets (
        (period_type, period_start)
        {%- for columns in scopes.values() %},
        (period_type, period_start, {{ columns[0] }})
        {%- endfor %}
    )

)

select
    period_type,
    period_start,
    scope_type,
    scope_id,
    sentiment_model_version,
    cast(sentiment_contacts as bigint) as sentiment_contacts,
    cast(sentiment_sum as decimal(18, 3)) as sentiment_sum,
    cast(sentiment_squares as decimal(18, 6)) as sentiment_squares,
    cast(sentiment_positive as bigint) as sentiment_positive,
    cast(sentiment_negative as bigint) as sentiment_negative
from summed
