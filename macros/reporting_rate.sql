{#
    Rate from a currency into the reporting currency on a day: the newest rate that is not later than it.
    1 for the reporting currency itself; NULL, and so no amount, where no rate was delivered.
#}
{% macro reporting_rate(currency, day) -%}
    case
        when {{ currency }} = '{{ var("reporting_currency") }}' then 1
        else (
            select max_by(rates.rate_to_reporting, rates.rate_date)
            from {{ ref('fx_rates') }} as rates
            where rates.currency = {{ currency }} and rates.rate_date <= {{ day }}
        )
    end
{%- endmacro %}
