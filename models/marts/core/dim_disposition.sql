-- grain: one row per disposition: what an agent says became of a contact
{{ config(meta={'published': true}) }}

select
    dispositions.disposition_id,
    dispositions.disposition_name,
    dispositions.is_resolved
from (
    values
    ('resolved', 'Resolved', true),
    ('unresolved', 'Not resolved', false),
    ('not_stated', 'Not stated', null)
) as dispositions (disposition_id, disposition_name, is_resolved)
