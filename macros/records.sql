{#
    What systems record of the contract, declared once beside the staging model that fills an entity:

        models:
          - name: stg_asterisk__contact_segments
            config:
              meta:
                records:
                  hold_seconds: absent                          # never: the column is NULL in every row
                  talk_seconds: partly                          # where it is NULL nobody knows
                  transfer_out_type: [none, blind, consult]     # never one of the other accepted values

    A column that is not named is recorded wherever it applies. `standard` declares nothing: its rows say it themselves,
    NULL is not recorded, and an extract that lacks an optional column is NULL in all of them.
#}
{% macro recorded_by_system(entity, column) -%}
    {%- set found = {} -%}
    {#- a unit test has no graph #}
    {%- if execute and graph.get('nodes') -%}
        {%- for system in systems_with(entity) -%}
            {%- set node = graph.nodes['model.' ~ project_name ~ '.stg_' ~ system ~ '__' ~ entity] -%}
            {%- do found.update({system: (node.config.meta.records or {}).get(column, 'always')}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{# Condition: the system that `source_system` names can never say `value` in a column of an entity. #}
{% macro is_never_recorded(source_system, entity, column, value) -%}
    {%- set never = [] -%}
    {%- for system, recorded in recorded_by_system(entity, column).items() -%}
        {%- if recorded == 'absent' or (recorded is not string and value not in recorded) -%}
            {%- do never.append("'" ~ system ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ 'coalesce(' ~ source_system ~ ' in (' ~ never | join(', ') ~ '), false)' if never else 'false' }}
{%- endmacro %}
