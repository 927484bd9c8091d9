{#
    The KPIs of a component that list `interval` among their periods, for every local half-hour (`interval_minutes`),
    from a model whose parts are named as in the component (`parts_from`) and whose columns name the members of `scopes`.

    An interval belongs to the wall clock of its site, as a day does; several sites' half-hours that the clocks called
    the same are one, and begin when the first of them did. In autumn an hour comes twice, and so do its intervals; where the
    second one at a site begins together with the only one at others, they are one.
    There is no value before: a board that wants the week before finds it by interval_local_start.
#}
{% macro kpi_interval_values(component, parts_from, scopes) %}
{%- do touched() -%}
{%- set parts = kpi_parts(component, 'interval') -%}
{%- set members = kpi_scopes(component) | dictsort | selectattr(0, 'in', scopes) | list -%}
{%- set instants = ['interval_start_at', 'interval_local_start'] -%}
with component as (

    select * from {{ ref(parts_from) }}
    {%- if is_incremental() %}
    where ('interval', business_date) in ({{ periods_to_compute(['interval']) }})
    {%- endif %}

),

by_clock as (

    select
        business_date as period_start,
        interval_local_start,
        min(interval_start_at) as interval_start_at,
        {{ grouped_scope(dict(members), ids=false) }} as scope_type,
        {{ grouped_scope(dict(members), ids=true) }} as scope_id
        {%- for name, part in parts.items() %},
        {{ part.aggregate }}({{ part.expression }}) as {{ name }}
        {%- endfor %}
    from component
    group by grouping sets (
        (business_date, interval_local_start, fold_number)
        {%- for scope, columns in members %},
        (business_date, interval_local_start, fold_number, {{ columns | join(', ') }})
        {%- endfor %}
    )

),

by_scope as (

    select
        period_start,
        interval_local_start,
        interval_start_at,
        scope_type,
        scope_id
        {%- for name, part in parts.items() %},
        {{ part.aggregate }}({{ name }}) as {{ name }}
        {%- endfor %}
    from by_clock
    group by period_start, interval_local_start, interval_start_at, scope_type, scope_id

),

summed as (

    select *, 'interval' as period_type from by_scope

),

{{ kpi_divided(component, ['interval'], 'interval', instants) }},

{{ kpi_valued('divided', component) }},

compared as (

    select
        *
        {%- for column, type in kpi_carried().items() %},
        cast(null as {{ type }}) as previous_{{ column }}
        {%- endfor %}
    from valued

)

select {{ kpi_value_columns(instants) }}
from compared
{% endmacro %}
