{#
    Predicate of `kpi_value`: this period's values are computed or judged anew tonight.

    That is: any subject's table rebuilds the period; or what every value is held against changed (targets, benchmarks,
    zones of sites); or days were delivered from before a KPI's data began, which changes what share of a period its
    data cover. The last two are rare, and judge everything again.
#}
{% macro judged_tonight() -%}
    (
        (period_type, period_start) in (select (period_type, period_start) from ({{ periods_to_compute(model_periods()) }}))
        {%- for entity in judged_by() %}
        or exists ({{ changes(entity) }})
        {%- endfor %}
        or exists (
            select 1 from {{ ref('touched_day') }} as day
            where day.refresh_id > {{ last_complete_refresh() }}
                and day.business_date <= (
                    select max(begun.first_day)
                    from (
                        select
                            kpi_id,
                            variant,
                            coalesce(
                                min(period_start) filter (where period_type = 'day'),
                                min(period_start) filter (where period_type = 'month')
                            ) as first_day
                        from {{ this }}
                        where scope_type = 'enterprise' and numerator is not null
                        group by kpi_id, variant
                    ) as begun
                )
        )
    )
{%- endmacro %}


{# The contract entities that every value is held against. A model that follows them must name them while parsing. #}
{% macro judged_by() -%}
    {{ return(['kpi_targets', 'benchmarks', 'sites']) }}
{%- endmacro %}
