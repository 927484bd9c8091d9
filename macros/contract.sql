{#
    The newest copy of every record of a standard extract, in the contract's own shape.

    Columns come from the extract's declaration, the key from the model's `unique_key`. `defaults` maps a column to the
    SQL that stands where nothing was delivered, `newest` is the source's own clock where it has one, `excluded` the
    condition under which a record leaves every KPI: it is flagged, not dropped.
#}
{% macro standard_extract(entity, defaults={}, newest=none, excluded='false') %}
    {%- set key = config.get('unique_key') or _declared_key('standard', entity) -%}
    {%- set filled = [] -%}
    {%- for column in key -%}
        {%- do filled.append('coalesce(' ~ column ~ ', ' ~ defaults[column] ~ ')' if column in defaults else column) -%}
    {%- endfor -%}
    {%- set columns = _declared_columns('standard', entity) %}
with delivered as (

    select * from {{ delivered('standard', entity, key=filled) }}

),

completed as (

    select
        {%- for column in columns %}
        {{ 'coalesce(' ~ column ~ ', ' ~ defaults[column] ~ ') as ' ~ column if column in defaults else column }},
        {%- endfor %}
        {%- if 'source_system' not in columns %}
        'standard' as source_system,
        {%- endif %}
        {{ excluded }} as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('completed', key=key, newest=newest) }}

)

select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    {%- if 'source_system' not in columns %}
    source_system,
    {%- endif %}
    _is_excluded,
    _file_id,
    _line_number
from latest
{% endmacro %}


{# A contract entity: the union of every system that fills it, in the columns of its contract, without what is excluded. #}
{% macro conformed(entity) %}
with every_system as (

    {{ union_systems(entity) }}

)

select
    {%- for column in model.columns %}
    {{ column }}{{ ',' if not loop.last }}
    {%- else %}
    *
    {%- endfor %}
from every_system
where not _is_excluded
{% endmacro %}


{# Names of the columns that an extract declares, in their order; empty while parsing, when the graph is not known yet. #}
{% macro _declared_columns(system, entity) -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name == system and node.name == entity -%}
            {{ return(node.columns.keys() | list) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}


{# The key that an extract declares; empty while parsing. dbt's unit tests know no `unique_key`. #}
{% macro _declared_key(system, entity) -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name == system and node.name == entity -%}
            {{ return(node.config.meta.extract.key) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}
