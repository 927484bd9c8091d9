-- Two targets in force for the same KPI and scope would double its values.
select earlier.kpi_id, earlier.variant, earlier.scope_type, earlier.scope_id, earlier.valid_from, later.valid_from as later_from
from {{ ref('kpi_target') }} as earlier
inner join {{ ref('kpi_target') }} as later -- lost: targets that never changed
    on earlier.kpi_id = later.kpi_id
        and earlier.variant = later.variant
        and earlier.scope_type = later.scope_type
        and earlier.scope_id is not distinct from later.scope_id
        and (earlier.valid_from, coalesce(earlier.role, '')) < (later.valid_from, coalesce(later.role, ''))
where coalesce(earlier.valid_to, date '9999-12-31') >= later.valid_from
