{#
    What an incremental model brings tonight has the columns of its table, which held the contract when it was made. dbt
    compares both with each other, both with the contract and reads the columns again: five looks where two suffice,
    for each of the many tables of a night.
#}
{% macro duckdb__process_schema_changes(on_schema_change, source_relation, target_relation) -%}
    {%- set brought = adapter.get_column_schema_from_query('select * from ' ~ source_relation) -%}
    {%- set there = adapter.get_column_schema_from_query('select * from ' ~ target_relation) -%}
    {%- if _names_and_types(brought) != _names_and_types(there) -%}
        {{ return(default__process_schema_changes(on_schema_change, source_relation, target_relation)) }}
    {%- endif -%}
    {{ return(there) }}
{%- endmacro %}


{% macro _names_and_types(columns) -%}
    {%- set found = [] -%}
    {%- for column in columns -%}
        {%- do found.append([column.name, column.dtype]) -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}


{# Fails where a query does not hold the contract of its model, unless its rows are about to be compared with a table that does. #}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- if not (is_incremental() and config.get('on_schema_change') == 'fail') -%}
        {{ default__get_assert_columns_equivalent(sql) }}
    {%- endif -%}
{%- endmacro %}
