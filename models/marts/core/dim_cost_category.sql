-- grain: one row per category of cost that the contract knows
{{ config(meta={'published': true}) }}

-- `driver` says what an activity-based calculation shares the category by: the work of people, or the number of contacts
select listed.cost_category, listed.cost_category_name, listed.driver
from (
    values
    ('labour', 'Labour', 'handle_seconds'),
    ('telecom', 'Telecommunication', 'handled_work'),
    ('software', 'Software', 'handled_work'),
    ('facilities', 'Facilities', 'handle_seconds'),
    ('training', 'Training', 'handle_seconds'),
    ('recruiting', 'Recruiting', 'handle_seconds'),
    ('other', 'Other', 'handled_work')
) as listed (cost_category, cost_category_name, driver)
