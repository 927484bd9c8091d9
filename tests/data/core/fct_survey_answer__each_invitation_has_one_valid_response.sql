-- A customer who answers twice speaks once (X11).
select invitation_id, count(distinct response_id) as response_count
from {{ ref('fct_survey_answer') }}
group by invitation_id
having count(distinct response_id) > 1
