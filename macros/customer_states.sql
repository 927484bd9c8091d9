{#
    Customers at the opening and at the close of periods: one row per period, horizon and customer who was active at
    one of the two. A subquery.

    `windows` names a CTE with period_type, period_start, horizon, opens_on (first day) and measured_on (last day);
    `stretches` names one with the columns of `subscription_stretch`. The opening balance is the closing balance of the
    day before, so nobody falls between two periods. Amounts are monthly, in the reporting currency at the rate of the day of the
    opening balance, for both balances: a rate that moves is no expansion. Of overlapping periods of one product
    the one that began later counts. A customer with an amount that has no rate has none at all.
#}
{% macro customer_states(windows, stretches) %}
    (
        with balance_days as (

            select period_type, period_start, horizon, opens_on, opens_on - 1 as balance_on, 'start' as side from {{ windows }}
            union all
            select period_type, period_start, horizon, opens_on, measured_on as balance_on, 'end' as side from {{ windows }}

        ),

        rates as (

            select
                days.opens_on,
                currencies.currency,
                {{ reporting_rate('currencies.currency', 'days.opens_on - 1') }} as rate
            from (select opens_on from {{ windows }} group by opens_on) as days
            cross join (select currency from {{ stretches }} group by currency) as currencies

        ),

        held as (

            select
                balance_days.period_type,
                balance_days.period_start,
                balance_days.horizon,
                balance_days.opens_on,
                balance_days.side,
                stretches.customer_id,
                max_by(stretches.mrr_amount, (stretches.price_started_on, stretches.subscription_id)) as mrr_amount,
                max_by(stretches.currency, (stretches.price_started_on, stretches.subscription_id)) as currency
            from balance_days
            inner join {{ stretches }} as stretches -- lost: customers who were active at neither end
                on stretches.started_on <= balance_days.balance_on
                    and stretches.last_day >= balance_days.balance_on
            group by
                balance_days.period_type,
                balance_days.period_start,
                balance_days.horizon,
                balance_days.opens_on,
                balance_days.side,
                stretches.customer_id,
                coalesce(stretches.product_id, stretches.subscription_id)

        )

        select
            held.period_type,
            held.period_start,
            held.horizon,
            held.customer_id,
            bool_or(held.side = 'start') as is_active_at_start,
            bool_or(held.side = 'end') as is_active_at_end,
            bool_or(rates.rate is null) as is_unpriced,
            case
                when not bool_or(rates.rate is null)
                    then cast(coalesce(sum(held.mrr_amount * rates.rate) filter (where held.side = 'start'), 0) as decimal(24, 6))
            end as mrr_start_amount,
            case
                when not bool_or(rates.rate is null)
                    then cast(coalesce(sum(held.mrr_amount * rates.rate) filter (where held.side = 'end'), 0) as decimal(24, 6))
            end as mrr_end_amount
        from held
        inner join rates -- none lost: every currency of a stretch has a row for every opening day
            on held.opens_on = rates.opens_on
                and held.currency = rates.currency
        group by held.period_type, held.period_start, held.horizon, held.customer_id
    )
{% endmacro %}
