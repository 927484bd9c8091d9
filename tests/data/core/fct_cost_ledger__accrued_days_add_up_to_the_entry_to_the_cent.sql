-- An entry in the reporting currency accrues whole: its days add up to its amount.
select entries.entry_id, entries.amount, sum(days.reporting_amount) as accrued_amount
from {{ ref('cost_ledger') }} as entries
left join {{ ref('fct_cost_ledger') }} as days
    on entries.entry_id = days.entry_id
where entries.currency = '{{ var("reporting_currency") }}'
group by entries.entry_id, entries.amount
having coalesce(abs(entries.amount - sum(days.reporting_amount)), 1) >= 0.01
