-- Two targets in force for the same KPI, role and scope would double its values.
select earlier.kpi_id, earlier.variant, earlier.role, earlier.scope_type, earlier.scope_id, later.valid_from
from {{ ref('dim_kpi_target') }} as earlier
inner join {{ ref('dim_kpi_target') }} as later -- lost: targets that never changed
    on earlier.kpi_id = later.kpi_id
        and earlier.variant = later.variant
        and earlier.role = later.role
        and earlier.scope_type = later.scope_type
        and earlier.scope_id is not distinct from later.scope_id
        and earlier.valid_from < later.valid_from
where earlier.valid_to >= later.valid_from
