{#
    How a change of a KPI against the period before is judged. By unit: `minimum`, the smallest change that is worth a
    word, as a `share` of the value before or as a `difference` in the unit itself; and `chance`, from what the change
    that chance alone explains is estimated where the KPI declares no confidence interval:

    proportion    the numerator is a part of the denominator: Wilson intervals
    numerator     the numerator counts cases: a Poisson count
    denominator   the denominator counts cases, whose values have a variance of the squared mean (exponential)

    `dispersion` is how many times more than that the cases vary: 365 where each leaver adds 365, or the squared
    coefficient of variation of durations. In a month of a bank's call log (February 1999) it is 1.5 of
    service times and 2.9 of waits. A KPI overrides keys with `change` in its config.meta.
#}
{% macro kpi_change_rule(kpi) -%}
    {%- set by_unit = {
        'percent': {'minimum': 1, 'kind': 'difference', 'chance': 'proportion'},
        'net_points': {'minimum': 1, 'kind': 'difference'},
        'points': {'minimum': 0.5, 'kind': 'difference'},
        'score': {'minimum': 0.01, 'kind': 'share'},
        'seconds': {'minimum': 0.02, 'kind': 'share', 'chance': 'denominator', 'dispersion': 2},
        'count': {'minimum': 0.02, 'kind': 'share', 'chance': 'numerator'},
        'per_hour': {'minimum': 0.02, 'kind': 'share', 'chance': 'numerator'},
        'per_interval': {'minimum': 0.02, 'kind': 'share', 'chance': 'numerator'},
        'hours': {'minimum': 0.02, 'kind': 'share'},
        'currency': {'minimum': 0.02, 'kind': 'share', 'chance': 'denominator'},
    } -%}
    {%- set general = {'minimum': 0.02, 'kind': 'share', 'chance': none, 'dispersion': 1} -%}
    {{ return(dict(general, **dict(by_unit.get(kpi.unit, {}), **(kpi.change or {})))) }}
{%- endmacro %}


{#
    The verdict on every change, as CTEs after `relation`; the last is `verdicts`, its rows with `change_status` and
    `change_reason`. Reads of each row value, parts, missing_parts, coverage_share, is_sample_small, holiday_names, additivity,
    direction, target bounds and the rule of dim_kpi, and the same of the period before under previous_*.

    The interval of a difference adds the squares of the arms that face each other of the intervals of both values (Zou
    and Donner 2008): of two Wilson intervals it is the hybrid score interval of Newcombe (1998, method 10), of two t
    intervals nearly Welch's. Totals of periods that are not equally long are compared by day.
#}
{% macro kpi_verdicts(relation) -%}
{%- set z = 1.959963984540054 -%}
{%- set previous_days = '(' ~ period_shift('period_type', 'period_end + 1', -1) ~ ' - ' ~ period_shift('period_type', 'period_start', -1) ~ ')' -%}
bounded as (

    select
        *,
        case when additivity = 'additive' then (period_end - period_start + 1) / {{ previous_days }} else 1 end as longer
        {%- for of in ['', 'previous_'] %},
        {{ confidence_bound('-', of, 'chance_method') }} as {{ of }}likely_low,
        {{ confidence_bound('+', of, 'chance_method') }} as {{ of }}likely_high,
        case change_chance
            when 'numerator' then pow(multiplier / coalesce({{ of }}denominator, 1), 2) * change_dispersion * abs({{ of }}numerator)
            when 'denominator' then pow({{ of }}value, 2) * change_dispersion / {{ of }}denominator
        end as {{ of }}variance
        {%- endfor %}
    from (
        select
            *,
            coalesce(confidence_method, case when change_chance = 'proportion' then 'wilson' end) as chance_method
        from {{ relation }}
    ) as with_method

),

weighed as (

    select
        *,
        value - longer * previous_value as change,
        minimum_change * case when minimum_change_kind = 'share' then abs(longer * previous_value) else 1 end as least_change,
        coalesce(
            case
                when value > previous_value then sqrt(pow(value - likely_low, 2) + pow(previous_likely_high - previous_value, 2))
                else sqrt(pow(likely_high - value, 2) + pow(previous_value - previous_likely_low, 2))
            end,
            {{ z }} * sqrt(variance + pow(longer, 2) * previous_variance),
            0
        ) as chance_change
    from bounded

),

reasoned as (

    select
        *,
        case
            when value is null or previous_value is null then null
            when coverage_share < 1 then 'partial_period'
            when previous_coverage_share < 1 then 'partial_previous_period'
            when missing_parts is distinct from previous_missing_parts then 'other_parts'
            when period_type = 'day' and coalesce(holiday_names, previous_holiday_names) is not null
                then concat('holiday: ', concat_ws(
                    ', ',
                    holiday_names || ' (' || cast(period_start as varchar) || ')',
                    previous_holiday_names || ' (' || cast({{ period_shift('period_type', 'period_start', -1) }} as varchar) || ')'
                ))
            when additivity = 'max' then 'single_case'
            when is_sample_small or is_previous_sample_small then 'small_sample'
            when abs(change) <= least_change then 'below_minimum'
            when abs(change) <= chance_change then 'within_chance'
            else 'clear'
        end as change_reason
    from weighed

),

verdicts as (

    select
        *,
        case
            when change_reason is null then null
            when change_reason in ('partial_period', 'partial_previous_period', 'other_parts') or change_reason like 'holiday%' then 'not_comparable'
            when change_reason in ('single_case', 'small_sample', 'below_minimum', 'within_chance') then 'no_clear_change'
            when direction in ('higher', 'lower') then case when (change > 0) = (direction = 'higher') then 'better' else 'worse' end
            when direction = 'range' and {{ kpi_outside('value') }} < {{ kpi_outside('previous_value') }} then 'better'
            when direction = 'range' and {{ kpi_outside('value') }} > {{ kpi_outside('previous_value') }} then 'worse'
            else 'changed'
        end as change_status
    from reasoned

)
{%- endmacro %}


{# How far a value lies outside of its target range; 0 within, and where there is no range. #}
{% macro kpi_outside(value) -%}
    greatest(coalesce(lower_bound - {{ value }}, 0), coalesce({{ value }} - upper_bound, 0), 0)
{%- endmacro %}
