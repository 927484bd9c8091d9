-- On any day an agent belongs to one team: a second assignment would double legs and headcount.
select earlier.agent_id, earlier.valid_from, earlier.valid_to, later.valid_from as later_from
from {{ ref('dim_agent') }} as earlier
inner join {{ ref('dim_agent') }} as later -- lost: agents with one assignment
    on earlier.agent_id = later.agent_id
        and earlier.valid_from < later.valid_from
where earlier.valid_to >= later.valid_from
