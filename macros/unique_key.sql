{# Generic test: no two rows share the columns that the grain names, and none of them is NULL. #}
{% test unique_key(model, columns) %}

select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {{ columns | join(' is null or ') }} is null

{% endtest %}
