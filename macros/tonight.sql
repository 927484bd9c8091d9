{#
    For tests: the rows that the newest refresh could have written, so that the cost of a night's tests follows
    the night. Right while a refresh runs and after it has ended; everything after a full refresh, before the
    first complete one, and with the variable `test_everything`.
#}
{% macro rebuilt_tonight(subjects, column='business_date') -%}
    {%- do ref('touched_day') -%}
    {%- if not execute or _newest_refresh_wrote_everything() -%}
        true
    {%- else -%}
        {{ column }} in (
            select day.business_date
            from {{ ref('touched_day') }} as day
            where day.refresh_id > {{ _refresh_before_newest() }} and day.subject in ('{{ subjects | join("', '") }}')
        )
    {%- endif -%}
{%- endmacro %}


{#
    For tests of customers by month: months of customers whose subscriptions changed, and months that were still open
    at the refresh before; `month` is a date.
#}
{% macro customer_months_tonight(month='month_start') -%}
    {%- do ref('touched_customer') -%}
    {%- if not execute or _newest_refresh_wrote_everything() -%}
        true
    {%- else -%}
        (
            customer_id in (
                select customer.customer_id
                from {{ ref('touched_customer') }} as customer
                where customer.refresh_id > {{ _refresh_before_newest() }}
            )
            or {{ month }} >= (
                select cast(date_trunc('month', max(as_of) - interval 2 day) as date)
                from {{ source('meta', 'refresh') }}
                where refresh_id = {{ _refresh_before_newest() }}
            )
        )
    {%- endif -%}
{%- endmacro %}


{# For tests of KPI values: the values that the newest refresh computed; every row carries its run. #}
{% macro computed_tonight(column='_run_id') -%}
    {%- if not execute or _newest_refresh_wrote_everything() -%}
        true
    {%- else -%}
        {{ column }} = {{ of_this_refresh('run_id') }}
    {%- endif -%}
{%- endmacro %}


{# What `meta.refresh` says of the refresh that is running, or ran last: a scalar subquery. #}
{% macro of_this_refresh(column) -%}
    (select max_by({{ column }}, refresh_id) from {{ source('meta', 'refresh') }})
{%- endmacro %}


{# The last refresh that was complete when the newest began; 0 when there was none. #}
{% macro _refresh_before_newest() -%}
    (
        select coalesce(max(refresh_id), 0)
        from {{ source('meta', 'refresh') }}
        where status = 'complete' and refresh_id < (select max(refresh_id) from {{ source('meta', 'refresh') }})
    )
{%- endmacro %}


{# True also where some models were built anew, because a test does not know which of them it reads. #}
{% macro _newest_refresh_wrote_everything() -%}
    {%- if var('test_everything', false) or is_by_hand() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set answer = run_query(
        "select coalesce(max_by(is_full, refresh_id), true) or " ~ _refresh_before_newest() ~ " = 0"
        ~ " or exists (select 1 from meta.planned_model where is_rebuilt and refresh_id = " ~ this_refresh() ~ ")"
        ~ " from " ~ source('meta', 'refresh')
    ) -%}
    {{ return(answer.columns[0].values()[0]) }}
{%- endmacro %}
