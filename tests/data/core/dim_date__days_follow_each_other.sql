-- No day is missing: a missing day would be missing from headcount and calendar alike.
select date_day, lead(date_day) over (order by date_day) as next_day
from {{ ref('dim_date') }}
qualify next_day <> date_day + 1
