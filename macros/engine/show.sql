{#
    What `dbt show` asks. DuckDB 2.0.0 never answers some queries with a `limit` behind joins of a CTE that is read
    twice: it waits for a task that nobody starts. So the rows are made first, and limited then.
#}
{% macro duckdb__get_limit_sql(sql, limit) -%}
    {%- if limit is none -%}
        {{ sql }}
    {%- else -%}
        with shown as materialized (
        {{ sql }}
        )
        select * from shown limit {{ limit }}
    {%- endif -%}
{%- endmacro %}
