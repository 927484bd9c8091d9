{#
    Predicate of `kpi_value`: this row is computed or judged anew tonight.

    That is: its subject's table of values rebuilds the period; or what every value is held against changed (targets,
    benchmarks, zones of sites, public holidays); or days were delivered from before a KPI's data began, which changes what share of a
    period its data cover; or a KPI began whose later periods were called not delivered. Those are rare, and judge everything again. A KPI that is missing follows every table.
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
                    select max(begun.first_day) from (" ~ kpi_beginnings(this) ~ ") as begun
                )
        ) or exists (
            select 1
            from (" ~ kpi_beginnings(ref('kpi_value_computed')) ~ ") as begun
            inner join " ~ this ~ " as missing on begun.kpi_id = missing.kpi_id and begun.variant = missing.variant
            where missing.no_data_reason = 'not_delivered' and missing.period_end >= begun.first_day
        ) or exists (
            select 1 from " ~ source('meta', 'public_holiday') ~ "
            where refresh_id > " ~ last_complete_refresh() ~ " and holiday_date < " ~ as_of() ~ "
        )" ~ _any_change_of(judged_by())
    ) -%}
    {{ return(answer.columns[0].values()[0]) }}
{%- endmacro %}


{# Where the data of each KPI begin: its first day, or its first month where it has no days. #}
{% macro kpi_beginnings(relation) -%}
    select
        kpi_id,
        variant,
        coalesce(
            min(period_start) filter (where period_type = 'day'),
            min(period_start) filter (where period_type = 'month'),
            min(period_start)
        ) as first_day
    from {{ relation }}
    where scope_type = 'enterprise' and period_type <> 'trailing_12m' and numerator is not null
    group by kpi_id, variant
{%- endmacro %}


{% macro _any_change_of(entities) -%}
    {%- for entity in entities %} or exists ({{ changes(entity) }}){%- endfor -%}
{%- endmacro %}


{# The contract entities that every value is held against. A model that follows them must name them while parsing. #}
{% macro judged_by() -%}
    {{ return(['kpi_targets', 'benchmarks', 'sites']) }}
{%- endmacro %}
