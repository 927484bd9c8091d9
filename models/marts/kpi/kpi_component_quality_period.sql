-- grain: one row per period and scope, with counts of agents and of agreement, which do not add up over time
-- a view: agents and pairs are counted anew from daily parts, which are few, and only the periods asked for are read
{{ config(materialized='view') }}

{%- set periods = ['month', 'quarter', 'year'] %}

with evaluated as (

    select * from {{ ref('kpi_component_quality') }} where qa_evaluations > 0 and agent_id <> 'unknown'

),

calibrated as (

    select * from {{ ref('kpi_component_calibration') }}

),

forms as (

    select * from {{ ref('dim_qa_form') }}

),

-- the pass mark of an agent with several forms is theirs, weighted by points; the fewest evaluations are the most asked
agents as (

    {%- for period in periods %}
    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', evaluated.business_date) as date) as period_start,
        case
            when grouping(evaluated.site_id) = 0 then 'site'
            when grouping(evaluated.team_id) = 0 then 'team'
            else 'enterprise'
        end as scope_type,
        coalesce(evaluated.site_id, evaluated.team_id) as scope_id,
        evaluated.agent_id,
        sum(evaluated.qa_evaluations) >= max(forms.min_evaluations) as is_evaluated,
        sum(evaluated.qa_points_earned) * 100 >= sum(evaluated.qa_points_possible * forms.pass_mark_pct) as is_passing
    from evaluated
    inner join forms -- every form that was used is there
        on evaluated.form_id = forms.form_id
            and evaluated.form_version = forms.form_version
    group by grouping sets (
        (date_trunc('{{ period }}', evaluated.business_date), evaluated.agent_id),
        (date_trunc('{{ period }}', evaluated.business_date), evaluated.agent_id, evaluated.site_id),
        (date_trunc('{{ period }}', evaluated.business_date), evaluated.agent_id, evaluated.team_id)
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

passing as (

    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        count(*) filter (where is_evaluated) as agents_evaluated,
        count(*) filter (where is_evaluated and is_passing) as agents_passing
    from agents
    group by period_type, period_start, scope_type, scope_id

),

pairs as (

    {%- for period in periods %}
    select
        '{{ period }}' as period_type,
        cast(date_trunc('{{ period }}', business_date) as date) as period_start,
        case when grouping(site_id) = 0 then 'site' else 'enterprise' end as scope_type,
        site_id as scope_id,
        sum(calibration_pairs) as pair_count,
        sum(calibration_both_pass + calibration_both_fail) as agreed,
        sum(calibration_both_pass + calibration_only_evaluator_passes)
        * sum(calibration_both_pass + calibration_only_reference_passes)
        + sum(calibration_both_fail + calibration_only_reference_passes)
        * sum(calibration_both_fail + calibration_only_evaluator_passes) as agreed_by_chance
    from calibrated
    group by grouping sets ((date_trunc('{{ period }}', business_date)), (date_trunc('{{ period }}', business_date), site_id))
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    coalesce(passing.period_type, pairs.period_type) as period_type,
    coalesce(passing.period_start, pairs.period_start) as period_start,
    coalesce(passing.scope_type, pairs.scope_type) as scope_type,
    coalesce(passing.scope_id, pairs.scope_id) as scope_id,
    coalesce(passing.agents_evaluated, 0) as agents_evaluated,
    coalesce(passing.agents_passing, 0) as agents_passing,
    -- observed less chance agreement, and perfect less chance agreement, both times the square of the pairs
    cast(coalesce(pairs.pair_count * pairs.agreed - pairs.agreed_by_chance, 0) as bigint) as kappa_agreement,
    cast(coalesce(pairs.pair_count * pairs.pair_count - pairs.agreed_by_chance, 0) as bigint) as kappa_possible
from passing
full join pairs
    on passing.period_type = pairs.period_type
        and passing.period_start = pairs.period_start
        and passing.scope_type = pairs.scope_type
        and passing.scope_id is not distinct from pairs.scope_id
