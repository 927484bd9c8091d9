{#
    The period types: `start` is the unit that a day is cut to, `length` what a period lasts, `step` how far the
    period lies that it is compared with. A day is compared with the same weekday of the week before, a trailing window
    with the one that ended a month earlier. Intervals go by their day, and are not compared with others.
#}
{% macro period_types() -%}
    {{ return({
        'interval': {'start': 'day', 'length': '1 day', 'step': '0 day'},
        'day': {'start': 'day', 'length': '1 day', 'step': '7 day'},
        'week': {'start': 'week', 'length': '7 day', 'step': '7 day'},
        'month': {'start': 'month', 'length': '1 month', 'step': '1 month'},
        'quarter': {'start': 'quarter', 'length': '3 month', 'step': '3 month'},
        'year': {'start': 'year', 'length': '12 month', 'step': '12 month'},
        'trailing_12m': {'start': 'month', 'length': '12 month', 'step': '1 month'},
    }) }}
{%- endmacro %}


{# First day of the period of a type, known when the model is written, that holds a day. #}
{% macro period_of(period, day) -%}
    cast(date_trunc('{{ period_types()[period].start }}', {{ day }}) as date)
{%- endmacro %}


{# Last day of a period, from its type and first day. #}
{% macro period_end(period_type, period_start) -%}
    cast(case {{ period_type }}
        {%- for name, period in period_types().items() %}
        when '{{ name }}' then {{ period_start }} + interval '{{ period.length }}'
        {%- endfor %}
    end as date) - 1
{%- endmacro %}


{# First day of the period that a period is compared with lies one step back; `count` steps further here. #}
{% macro period_shift(period_type, period_start, count) -%}
    cast(case {{ period_type }}
        {%- for name, period in period_types().items() %}
        when '{{ name }}' then {{ period_start }} + {{ count }} * interval '{{ period.step }}'
        {%- endfor %}
    end as date)
{%- endmacro %}


{# Last day that is complete, of a period that may still run; its first day while that one runs. #}
{% macro last_complete_day(period_type, period_start) -%}
    greatest({{ period_start }}, least({{ period_end(period_type, period_start) }}, {{ last_complete_date() }}))
{%- endmacro %}


{# Whether a value can still change: until so many days after its period are over, in the reporting zone. #}
{% macro period_state(period_end, final_after_days) -%}
    case when {{ period_end }} + {{ final_after_days }} <= {{ last_complete_date() }} then 'final' else 'provisional' end
{%- endmacro %}


{#
    Periods that an incremental night computes: those of touched days (a month lies in twelve trailing windows) and
    those still provisional, and their successors, whose previous value moves.
#}
{% macro periods_to_compute(periods) -%}
    select period_type, period_start
    from ({{ periods_of_tables({'this': {'periods': periods, 'subjects': config.get('meta').touched.subjects}}, "'this'") }}) as of_this
{%- endmacro %}


{#
    The same for several tables of values at once: `table_name`, `period_type` and `period_start`. `tables` maps a name
    to the table's periods and the subjects it follows; `table_name` is the expression that gives a row of this model its table.
#}
{% macro periods_of_tables(tables, table_name) -%}
    select distinct -- a period may hold touched days and succeed such a period
        started.table_name,
        started.period_type,
        {{ period_shift('started.period_type', 'started.period_start', 'shift.steps') }} as period_start
    from (
        {%- for period in period_types() %}
        {%- set followed = [] %}
        {%- for name, table in tables.items() if period in table.periods %}
        {%- for subject in table.subjects %}
        {%- do followed.append("('" ~ name ~ "', '" ~ subject ~ "')") %}
        {%- endfor %}
        {%- endfor %}
        {%- if followed %}
        select
            followed.table_name,
            '{{ period }}' as period_type,
            {%- if period == 'trailing_12m' %}
            cast(unnest(generate_series(
                {{ period_of(period, 'day.business_date') }} - interval 11 month,
                {{ period_of(period, 'day.business_date') }},
                interval 1 month
            )) as date) as period_start
            {%- else %}
            {{ period_of(period, 'day.business_date') }} as period_start
            {%- endif %}
        from {{ ref('touched_day') }} as day
        inner join (values {{ followed | join(', ') }}) as followed(table_name, subject) -- lost: subjects that no table follows
            on day.subject = followed.subject
        where day.refresh_id > {{ last_complete_refresh() }}
        union
        {%- endif %}
        {%- endfor %}
        -- what can still change, and what a zone may have called incomplete at the last refresh
        select {{ table_name }} as table_name, period_type, period_start
        from {{ this }}
        where state = 'provisional' or period_end >= {{ local_date(previous_as_of(), "'UTC'") }} - 2
        {%- if 'trailing_12m' in tables.values() | map(attribute='periods') | sum(start=[]) %}
        union
        -- windows that begin or cease to end with a month, because the newest month of the center is another one
        select
            newest.table_name,
            'trailing_12m' as period_type,
            cast(unnest(generate_series(
                least(newest.period_start, reported.last_month - interval 11 month),
                greatest(newest.period_start, reported.last_month - interval 11 month),
                interval 1 month
            )) as date) as period_start
        from (
            select {{ table_name }} as table_name, max(period_start) as period_start
            from {{ this }}
            where period_type = 'trailing_12m'
            group by {{ table_name }}
        ) as newest
        cross join {{ ref('reported_through') }} as reported
        {%- endif %}
    ) as started
    cross join (select unnest([0, 1]) as steps) as shift
{%- endmacro %}


{#
    The period types of a model of values: those that its `meta.touched` follows, and trailing windows where there are
    months. None while parsing.
#}
{% macro model_periods(touched=none) -%}
    {%- set every = ['interval', 'day', 'week', 'month', 'quarter', 'year'] -%}
    {%- set periods = (touched or config.get('meta').touched).periods or every if execute else [] -%}
    {{ return(periods + (['trailing_12m'] if 'month' in periods else [])) }}
{%- endmacro %}


{#
    The period types of a KPI: those it lists, else those `offered`. Trailing windows only where months can be added
    up: not for cohorts, maxima, snapshots and recounts.
#}
{% macro kpi_periods(kpi, offered) -%}
    {%- set wanted = (kpi.periods or offered) | list -%}
    {%- set adds_up = 'month' in wanted and (kpi.additivity in ['additive', 'ratio_of_sums'] or 'trailing_12m' in (kpi.periods or [])) -%}
    {{ return(wanted if adds_up else wanted | reject('equalto', 'trailing_12m') | list) }}
{%- endmacro %}
