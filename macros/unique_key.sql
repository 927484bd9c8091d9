{#
    Generic test: no two rows share the columns that the grain names, and none of them is NULL.

    `optional` lists those of the columns that may be NULL, as a queue that a contact never saw; NULLs are then
    equal to each other. `tonight` limits the test to keys that the newest refresh could have written: a list of the
    subjects of `touched_day` that the model follows by its business_date, or the column that names a row's run, or
    `customer_months`. `changed` does so for a contract entity, by name: to keys of rows that came or changed.
#}
{% test unique_key(model, columns, optional=[], tonight=[], changed=none) %}

{%- set images = changes(changed, _refresh_before_newest()) if changed %}

{%- set required = columns | reject('in', optional) | list %}

select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
{%- if changed and execute and not _newest_refresh_wrote_everything() %}
where ({{ columns | join(', ') }}) in (select ({{ columns | join(', ') }}) from ({{ images }}) as images)
{%- elif tonight == 'customer_months' %}
where {{ customer_months_tonight() }}
{%- elif tonight is string %}
where {{ computed_tonight(tonight) }}
{%- elif tonight and 'business_date' in columns %}
where {{ rebuilt_tonight(tonight) }}
{%- elif tonight %}
where ({{ columns | join(', ') }}) in (
    select ({{ columns | join(', ') }}) from {{ model }} where {{ rebuilt_tonight(tonight) }}
)
{%- endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
    {%- for column in required %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
