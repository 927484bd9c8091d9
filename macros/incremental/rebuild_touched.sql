{#
    Incremental strategy of facts and marts: rebuild what tonight's deliveries touched, and nothing else.

    The model says in `config(meta={'touched': {...}})` which subjects of `touched_day` concern it, and filters
    itself with `{{ touched() }}`. The same predicate empties the target first, so a day that lost its last row
    ends empty, which a merge or a partition overwrite driven by the new rows would miss.
#}
{% macro get_incremental_rebuild_touched_sql(arg_dict) %}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}

    delete from {{ target }} where {{ touched() }};

    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}


{#
    Predicate: this row belongs to what tonight rebuilds. On a full refresh everything does.

    Shapes of `meta.touched`:
      {subjects: [leg, contact]}                          days, column business_date
      {subjects: [...], column: month_start, period: month}   the months of those days, and of the days after them
      {subjects: [...], periods: [day, month]}            KPI values: those periods, their successors, and what is provisional
      {customers: true, column: month_start}              touched customers, and months still open at the last refresh
      {customers: true}                                   touched customers
      {tickets: true}                                     touched tickets
      {values_of_every_subject: true}                     all KPI values: what their subject's table rebuilds, see judged_tonight
      {subjects: [...], counted: [month, trailing_12m]}   rows that count a period: those that hold a touched day
#}
{% macro touched(expression=none) -%}
    {%- do ref('touched_day') -%}
    {%- do ref('touched_customer') -%}
    {%- do ref('touched_ticket') -%}
    {%- if not is_incremental() -%}
        true
    {%- else -%}
        {%- set by = config.get('meta').touched -%}
        {%- set column = expression or by.column or 'business_date' -%}
        {%- if by.customers -%}
            (
                customer_id in (
                    select customer_id from {{ ref('touched_customer') }} where refresh_id > {{ last_complete_refresh() }}
                )
                {%- if by.column %}
                or {{ column }} >= (select date_trunc('month', {{ previous_as_of() }} - interval 2 day)::date)
                {%- endif %}
            )
        {%- elif by.tickets -%}
            {{ expression or 'ticket_id' }} in (
                select ticket_id from {{ ref('touched_ticket') }} where refresh_id > {{ last_complete_refresh() }}
            )
        {%- elif by.values_of_every_subject -%}
            {{ judged_tonight(expression or 'subject') }}
        {%- elif by.periods -%}
            (period_type, period_start) in (select (period_type, period_start) from ({{ periods_to_compute(model_periods()) }}))
        {%- elif by.counted -%}
            (period_type, period_start) in {{ counted_periods(by.subjects, by.counted) }}
        {%- elif by.period -%}
            {{ column }} in {{ touched_periods(by.subjects, by.period) }}
        {%- else -%}
            {{ column }} in {{ touched_days(by.subjects) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# The days that tonight rebuilds for the given subjects, as a subquery of one column. #}
{% macro touched_days(subjects, spread=0) -%}
    (
        select day.business_date + shift.days::integer
        from {{ ref('touched_day') }} as day
        cross join (select unnest(range(-{{ spread }}, {{ spread }} + 1)) as days) as shift
        where day.refresh_id > {{ last_complete_refresh() }}
            and day.subject in ('{{ subjects | join("', '") }}')
    )
{%- endmacro %}


{# First days of the weeks, months, quarters or years that hold a touched day or the day after one (opening balances). #}
{% macro touched_periods(subjects, period) -%}
    (
        select cast(date_trunc('{{ period }}', day.business_date + shift.days::integer) as date)
        from {{ ref('touched_day') }} as day
        cross join (select unnest([0, 1]) as days) as shift
        where day.refresh_id > {{ last_complete_refresh() }}
            and day.subject in ('{{ subjects | join("', '") }}')
    )
{%- endmacro %}


{# Periods that hold a touched day, as a subquery of period_type and period_start; a trailing window ends with its month. #}
{% macro counted_periods(subjects, periods) -%}
    (
        {%- for period in periods %}
        {%- if period == 'trailing_12m' %}
        select ('trailing_12m', cast(date_trunc('month', business_date) - interval 11 month as date))
        {%- else %}
        select ('{{ period }}', cast(date_trunc('{{ period }}', business_date) as date))
        {%- endif %}
        from {{ ref('touched_day') }}
        where refresh_id > {{ last_complete_refresh() }} and subject in ('{{ subjects | join("', '") }}')
        {{ 'union' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{#
    Cheap first filter on an instant before zones are known: its UTC date lies within a day of a touched day.
    True on a full refresh. Always followed by `touched()` on the exact local date.
#}
{% macro near_touched(instant) -%}
    {%- if not is_incremental() -%}
        true
    {%- else -%}
        cast({{ instant }} as date) in {{ touched_days(config.get('meta').touched.subjects, spread=1) }}
    {%- endif -%}
{%- endmacro %}
