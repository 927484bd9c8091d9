-- Every KPI and variant has a row for the enterprise in every period that has contacts; a missing source shows as no_data.
with periods as (

    select period_type, period_start
    from {{ ref('kpi_value_service') }}
    where kpi_id = 'contacts_offered' and variant = 'default' and scope_type = 'enterprise' and {{ computed_tonight() }}

)

select kpis.kpi_id, kpis.variant, periods.period_type, periods.period_start
from {{ ref('dim_kpi') }} as kpis
inner join periods -- lost: KPIs that are published for none of these periods
    on list_contains(string_split(kpis.period_types, ','), periods.period_type)
left join {{ ref('kpi_value') }} as computed
    on kpis.kpi_id = computed.kpi_id
        and kpis.variant = computed.variant
        and periods.period_type = computed.period_type
        and periods.period_start = computed.period_start
        and computed.scope_type = 'enterprise'
where computed.kpi_id is null
    or (computed.value is null) <> (computed.status = 'no_data')
