{#
    Customers at the opening and at the close of periods: one row per period, horizon and customer who was active at
    one of the two. A subquery.

    `windows` names a CTE with period_type, period_start, horizon, opens_on (first day) and measured_on (last day);
    `balances` names one with the columns of `customer_balance`. The opening balance is the closing balance of the
    day before, so nobody falls between two periods. Amounts are monthly, in the reporting currency at the rate of the day of the
    opening balance, for both balances: a rate that moves is no expansion. A customer with an amount that has no rate has none at all.
    Most customers pay the same, in one currency, from the opening to the close: they have one row, which no grouping need find.
#}
{% macro customer_states(windows, balances) %}
    (
        with rates as (

            select
                days.opens_on,
                currencies.currency,
                {{ reporting_rate('currencies.currency', 'days.opens_on - 1') }} as rate
            from (select opens_on from {{ windows }} group by opens_on) as days
            cross join (select currency from {{ balances }} group by currency) as currencies

        ),

        paid as (

            select
                windows.period_type,
                windows.period_start,
                windows.horizon,
                balances.customer_id,
                balances.started_on < windows.opens_on as is_at_start,
                balances.last_day >= windows.measured_on as is_at_end,
                is_at_start and is_at_end and balances.is_only_currency as is_steady,
                rates.rate is null as is_unpriced,
                balances.mrr_amount * rates.rate as mrr_amount
            from {{ windows }} as windows
            inner join {{ balances }} as balances -- lost: balances before the opening or after the close
                on balances.started_on <= windows.measured_on
                    and balances.last_day >= windows.opens_on - 1
            inner join rates -- none lost: every currency of a balance has a row for every opening day
                on windows.opens_on = rates.opens_on
                    and balances.currency = rates.currency
            where is_at_start or is_at_end

        )

        select
            period_type,
            period_start,
            horizon,
            customer_id,
            true as is_active_at_start,
            true as is_active_at_end,
            is_unpriced,
            cast(mrr_amount as decimal(24, 6)) as mrr_start_amount,
            cast(mrr_amount as decimal(24, 6)) as mrr_end_amount
        from paid
        where is_steady
        union all
        select
            period_type,
            period_start,
            horizon,
            customer_id,
            bool_or(is_at_start) as is_active_at_start,
            bool_or(is_at_end) as is_active_at_end,
            bool_or(is_unpriced) as is_unpriced,
            case
                when not bool_or(is_unpriced)
                    then cast(coalesce(sum(mrr_amount) filter (where is_at_start), 0) as decimal(24, 6))
            end as mrr_start_amount,
            case
                when not bool_or(is_unpriced)
                    then cast(coalesce(sum(mrr_amount) filter (where is_at_end), 0) as decimal(24, 6))
            end as mrr_end_amount
        from paid
        where not is_steady
        group by period_type, period_start, horizon, customer_id
    )
{% endmacro %}
