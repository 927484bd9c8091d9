{#
    A wide mart: the values of some KPIs side by side, one row per period and scope, for people who think in columns.

    Every KPI gives three columns: its value, `<kpi>_numerator` and `<kpi>_denominator`, so that whoever goes on adding
    up adds the parts and divides last. With `told_apart`, KPIs with a confidence interval have `<kpi>_differs_from_peers`
    beside them: where it is true for nobody, the spread of the members can be chance. Nothing is computed here: the values are those of `kpi_value`, default variants.
#}
{% macro wide_mart(kpis, scopes, periods, only="true", told_apart=false) %}
{%- set apart = [] -%}
{%- for kpi in kpi_definitions() if told_apart and kpi.variant == 'default' and kpi.confidence -%}
    {%- do apart.append(kpi.kpi_id) -%}
{%- endfor -%}
select
    period_type,
    period_start,
    period_end,
    scope_type,
    scope_id,
    {%- if 'interval' in periods %}
    interval_start_at,
    interval_local_start,
    {%- endif %}
    {%- for kpi in kpis %}
    max(value) filter (where kpi_id = '{{ kpi }}') as {{ kpi }},
    max(numerator) filter (where kpi_id = '{{ kpi }}') as {{ kpi }}_numerator,
    max(denominator) filter (where kpi_id = '{{ kpi }}') as {{ kpi }}_denominator,
    {%- if kpi in apart %}
    bool_or(differs_from_peers) filter (where kpi_id = '{{ kpi }}') as {{ kpi }}_differs_from_peers,
    {%- endif %}
    {%- endfor %}
    case when bool_or(state = 'provisional') then 'provisional' else 'final' end as state,
    max(data_watermark) as data_watermark
from {{ ref('kpi_value') }}
where variant = 'default'
    and kpi_id in ('{{ kpis | join("', '") }}')
    and scope_type in ('{{ scopes | join("', '") }}')
    and period_type in ('{{ periods | join("', '") }}')
    and {{ only }}
group by
    period_type,
    period_start,
    period_end,
    scope_type,
    scope_id
    {%- if 'interval' in periods %},
    interval_start_at,
    interval_local_start
    {%- endif %}
{% endmacro %}
