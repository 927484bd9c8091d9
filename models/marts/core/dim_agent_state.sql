-- grain: one row per agent state
{{ config(meta={'published': true}) }}

-- handling and available make occupancy; `activity` is the scheduled activity that the state fulfils
select
    cast(listed.state as varchar) as state,
    cast(listed.state_group as varchar) as state_group,
    cast(listed.activity as varchar) as activity,
    cast(listed.shrinkage_category as varchar) as shrinkage_category,
    listed.state in ('break', 'meal') as is_break
from (
    values
    ('available', 'available', 'on_queue', null),
    ('ringing', 'ringing', 'on_queue', null),
    ('on_contact', 'handling', 'on_queue', null),
    ('acw', 'handling', 'on_queue', null),
    ('consult', 'handling', 'on_queue', null),
    ('break', 'shrinkage', 'break', 'internal_planned'),
    ('meal', 'shrinkage', 'meal', 'internal_planned'),
    ('training', 'shrinkage', 'training', 'internal_planned'),
    ('coaching', 'shrinkage', 'coaching', 'internal_planned'),
    ('meeting', 'shrinkage', 'meeting', 'internal_planned'),
    ('offline_work', 'shrinkage', 'offline_work', 'internal_planned'),
    ('system_down', 'shrinkage', null, 'internal_unplanned'),
    ('logged_out', 'logged_out', 'leave', 'external_unplanned')
) as listed (state, state_group, activity, shrinkage_category)
