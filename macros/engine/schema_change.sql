{#
    What an incremental model brings tonight has the columns of its table, which held the contract when it was made. dbt
    compares both with each other, both with the contract and reads the columns again: five looks where one suffices,
    for each of the many tables of a night. What the tables have is read once a run: only a table's own model alters it.
#}
{% macro duckdb__process_schema_changes(on_schema_change, source_relation, target_relation) -%}
    {%- set brought = adapter.get_column_schema_from_query('select * from ' ~ source_relation) -%}
    {%- if _names_and_types(brought) != _columns_of_tables().get(target_relation.schema ~ '.' ~ target_relation.identifier) -%}
        {{ return(default__process_schema_changes(on_schema_change, source_relation, target_relation)) }}
    {%- endif -%}
    {{ return(brought) }}
{%- endmacro %}


{# Names and types of columns, in the order of the names, as one text. #}
{% macro _names_and_types(columns) -%}
    {%- set found = [] -%}
    {%- for column in columns -%}
        {%- do found.append(column.name ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {{ return(found | sort(case_sensitive=true) | join(', ')) }}
{%- endmacro %}


{# The same of every table, by schema and name; kept beside the graph. #}
{% macro _columns_of_tables() -%}
    {%- if '_columns' not in graph -%}
        {%- set found = run_query(
            "select schema_name || '.' || table_name, string_agg(column_name || ' ' || data_type, ', '"
            ~ " order by column_name || ' ' || data_type)"
            ~ " from duckdb_columns() where database_name = current_database() and not internal group by all"
        ) -%}
        {%- do graph.update({'_columns': dict(zip(found.columns[0].values(), found.columns[1].values()))}) -%}
    {%- endif -%}
    {{ return(graph['_columns']) }}
{%- endmacro %}


{# Fails where a query does not hold the contract of its model, unless its rows are about to be compared with a table that does. #}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- if not (is_incremental() and config.get('on_schema_change') == 'fail') -%}
        {{ default__get_assert_columns_equivalent(sql) }}
    {%- endif -%}
{%- endmacro %}
