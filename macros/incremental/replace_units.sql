{#
    Incremental strategy of staging: replace whole units.

    A unit is what `unique_key` names (a contact, a ticket, an order line). Every unit found in the new rows
    is deleted and written again, in one transaction with the images of what really changed, which
    `touched_day` and `touched_customer` read to decide what the facts and marts rebuild.
    Images stay until a refresh has completed, so a night that failed half-way loses none.
#}
{% macro get_incremental_replace_units_sql(arg_dict) %}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set new_rows = arg_dict['temp_relation'] -%}
    {%- set unit = arg_dict['unique_key'] | join(', ') -%}
    {%- set all_columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set content = content_columns(arg_dict['dest_columns']) -%}
    {%- set changes = changes_of(target) -%}
    {%- set old_rows = api.Relation.create(identifier=new_rows.identifier ~ '__old') -%}

    {#- looked up once: by their place they are found again without reading the target #}
    create or replace temp table {{ old_rows }} as
    select rowid as _place, {{ content }} from {{ target }} where ({{ unit }}) in (select ({{ unit }}) from {{ new_rows }});

    delete from {{ changes }} where _refresh_id <= {{ last_complete_refresh() }};

    insert into {{ changes }} ({{ content }}, _image, _refresh_id)
    select {{ content }}, 'before', {{ this_refresh() }}
    from (select {{ content }} from {{ old_rows }} except all select {{ content }} from {{ new_rows }})
    union all
    select {{ content }}, 'after', {{ this_refresh() }}
    from (select {{ content }} from {{ new_rows }} except all select {{ content }} from {{ old_rows }});

    delete from {{ target }} where rowid in (select _place from {{ old_rows }});

    insert into {{ target }} ({{ all_columns }}) select {{ all_columns }} from {{ new_rows }};

    drop table {{ old_rows }}
{% endmacro %}


{# What a row says, without where it came from. #}
{% macro content_columns(columns) -%}
    {%- set names = [] -%}
    {%- for column in columns if not column.name.startswith('_') or column.name == '_is_excluded' -%}
        {%- do names.append(column.quoted) -%}
    {%- endfor -%}
    {{ return(names | join(', ')) }}
{%- endmacro %}


{# The table of before and after images beside a staging table. #}
{% macro changes_of(relation) -%}
    {{ return(api.Relation.create(
        database=relation.database, schema=relation.schema, identifier=relation.identifier ~ '__changes', type='table'
    )) }}
{%- endmacro %}


{# Post-hook of staging: the change table exists, and starts empty after a full refresh. #}
{% macro reset_changes() %}
    {%- if execute
        and config.get('incremental_strategy') == 'replace_units'
        and (should_full_refresh() or load_cached_relation(changes_of(this)) is none) -%}
        {%- set columns = content_columns(adapter.get_columns_in_relation(this)) -%}
        {%- if is_by_hand() %}
        drop view if exists {{ changes_of(this) }};
        {%- endif %}
        create or replace table {{ changes_of(this) }} as
        select {{ columns }}, '' as _image, 0::bigint as _refresh_id
        from {{ this }}
        limit 0
    {%- endif -%}
{% endmacro %}


{# Before and after images of a contract entity, over every system that fills it, since the last complete refresh or another. #}
{% macro changes(entity, since=none) %}
    {%- for system in systems_with(entity) %}
        select {{ "'" ~ system ~ "'" }} as _system, images.*
        from {{ changes_of(ref('stg_' ~ system ~ '__' ~ entity)) }} as images
        where images._refresh_id > {{ since or last_complete_refresh() }}
        {{ 'union all by name' if not loop.last }}
    {%- endfor %}
{% endmacro %}


{# Systems that fill a contract entity, from the variable `systems`. #}
{% macro systems_with(entity) -%}
    {%- set found = [] -%}
    {%- for system, entities in var('systems').items() if entity in entities -%}
        {%- do found.append(system) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# All systems' rows of a contract entity, in the contract's shape. #}
{% macro union_systems(entity) %}
    {%- for system in systems_with(entity) %}
    select * from {{ ref('stg_' ~ system ~ '__' ~ entity) }}
    {{ 'union all by name' if not loop.last }}
    {%- endfor %}
{% endmacro %}
