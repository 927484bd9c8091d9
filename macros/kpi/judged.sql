{#
    Predicate of `kpi_value`: this row is computed or judged anew tonight.

    That is: its subject's table of values rebuilds the period; or what every value is held against changed (targets,
    benchmarks, zones of sites, public holidays); or days were delivered from before a KPI's data began, which changes what share of a
    period its data cover; or a KPI began whose later periods were called not delivered, or whose earlier ones were called covered.
    Those are rare, and judge everything again. A KPI that is missing follows every table.
    `subject` is the expression that gives a row its table.
#}
{% macro judged_tonight(subject='subject') -%}
    {%- if execute and _everything_is_judged() -%}
        true
    {%- else -%}
        ({{ subject }}, period_type, period_start) in (
            select (table_name, period_type, period_start)
            from ({{ periods_of_tables(_tables_of_values(), 'subject') }}) as judged
        )
    {%- endif -%}
{%- endmacro %}


{# The tables of values by subject, with the periods and touched subjects of each; `missing` has those of all. #}
{% macro _tables_of_values() -%}
    {%- set tables = {} -%}
    {%- set subjects = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.name.startswith('kpi_value_') and node.config.meta.touched -%}
            {%- set touched = node.config.meta.touched -%}
            {%- do tables.update({node.name.removeprefix('kpi_value_'): {'periods': model_periods(touched), 'subjects': touched.subjects}}) -%}
            {%- do subjects.extend(touched.subjects) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do tables.update({'missing': {'periods': model_periods({}), 'subjects': subjects | unique | list}}) -%}
    {{ return(tables) }}
{%- endmacro %}


{# Whether something changed that every value is held against. #}
{% macro _everything_is_judged() -%}
    {%- set answer = run_query(
        "select exists (
            select 1 from " ~ ref('touched_day') ~ " as day
            where day.refresh_id > " ~ last_complete_refresh() ~ "
                and day.business_date <= (
                    select max(greatest(begun.first_day, begun.delivered_from)) from (" ~ kpi_beginnings(this) ~ ") as begun
                )
        ) or exists (
            select 1
            from (" ~ kpi_beginnings(ref('kpi_value_computed')) ~ ") as begun
            inner join " ~ this ~ " as known on begun.kpi_id = known.kpi_id and begun.variant = known.variant
            where (known.no_data_reason = 'not_delivered' and known.period_end >= begun.delivered_from)
                or (known.coverage_share > 0 and known.period_end < begun.first_day)
        ) or exists (
            select 1 from " ~ source('meta', 'public_holiday') ~ "
            where refresh_id > " ~ last_complete_refresh() ~ " and holiday_date < " ~ as_of() ~ "
        )" ~ _any_change_of(judged_by())
    ) -%}
    {{ return(answer.columns[0].values()[0]) }}
{%- endmacro %}


{#
    Where the data of each KPI begin: `first_day` is that of its first value, `delivered_from` that of its first row,
    which may have found nothing to measure; of any member, as one KPI is of teams only. Both are a day, or the first of
    a month where the KPI has no days.
#}
{% macro kpi_beginnings(relation) -%}
    select
        kpi_id,
        variant,
        {{ _first_period('value') }} as first_day,
        {{ _first_period('numerator') }} as delivered_from
    from {{ relation }}
    where period_type not in ('interval', 'trailing_12m')
    group by kpi_id, variant
{%- endmacro %}


{% macro _first_period(column) -%}
    coalesce(
            min(period_start) filter (where period_type = 'day' and {{ column }} is not null),
            min(period_start) filter (where period_type = 'month' and {{ column }} is not null),
            min(period_start) filter (where {{ column }} is not null)
        )
{%- endmacro %}


{% macro _any_change_of(entities) -%}
    {%- for entity in entities %} or exists ({{ changes(entity) }}){%- endfor -%}
{%- endmacro %}


{# The contract entities that every value is held against. A model that follows them must name them while parsing. #}
{% macro judged_by() -%}
    {{ return(['kpi_targets', 'benchmarks', 'sites']) }}
{%- endmacro %}
