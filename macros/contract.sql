{#
    The newest copy of every record of a standard extract, in the contract's own shape.

    Columns come from the extract's declaration, the key from the model's `unique_key`. `defaults` maps a column to the
    SQL that stands where nothing was delivered, `newest` is the source's own clock where it has one, `excluded` the
    condition under which a record leaves every KPI: it is flagged, not dropped.
#}
{% macro standard_extract(entity, defaults={}, newest=none, excluded='false') %}
    {#- while parsing, the graph is not known yet -#}
    {%- set declared = graph.sources['source.' ~ project_name ~ '.standard.' ~ entity] if execute else {} -%}
    {%- set key = config.get('unique_key') or declared.config.meta.extract.key if execute else [] -%}
    {%- set filled = [] -%}
    {%- for column in key -%}
        {%- do filled.append('coalesce(' ~ column ~ ', ' ~ defaults[column] ~ ')' if column in defaults else column) -%}
    {%- endfor -%}
    {%- set columns = declared.columns.keys() | list if execute else [] %}
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
