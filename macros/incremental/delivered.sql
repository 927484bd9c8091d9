{#
    Rows of a raw extract, with the facts of their delivery.

    On an incremental night only the rows whose key occurs in a file delivered since the last complete
    refresh, but ALL versions of those keys; on a full refresh every row. `key` lists raw columns or
    SQL expressions over them.
#}
{% macro delivered(system, entity, key) %}
    (
        select
            raw_row.*,
            file.extracted_at as _extracted_at,
            file.delivery_id as _delivery_id,
            file.path as _file_path
        from {{ source(system, entity) }} as raw_row
        inner join {{ source('meta', 'loaded_file') }} as file
            on raw_row._file_id = file.file_id
        {%- if is_incremental() %}
        where ({{ key | join(', ') }}) in (
            select ({{ key | join(', ') }})
            from {{ source(system, entity) }}
            where _file_id in (
                select file_id from {{ source('meta', 'loaded_file') }} where delivery_id > {{ delivered_through() }}
            )
        )
        {%- endif %}
    )
{% endmacro %}


{# The last delivery that a complete refresh has taken in; 0 before the first one. #}
{% macro delivered_through() %}
    (select coalesce(max(delivered_through), 0) from {{ source('meta', 'refresh') }} where status = 'complete')
{%- endmacro %}


{# Number of the last complete refresh; 0 before the first one. #}
{% macro last_complete_refresh() %}
    (select coalesce(max(refresh_id), 0) from {{ source('meta', 'refresh') }} where status = 'complete')
{%- endmacro %}


{# Number of the refresh that is running. #}
{% macro this_refresh() %}
    (select coalesce(max(refresh_id), 0) from {{ source('meta', 'refresh') }})
{%- endmacro %}


{#
    The newest version of every key: the source's own clock first, then the date in the file's name, then
    the order of delivery. None of these depends on the order in which late files arrive, except
    the last, which only decides between files that carry no date.
#}
{% macro latest_version(relation, key, newest=none) %}
    select *
    from {{ relation }}
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {%- if newest %}
            {{ newest }} desc nulls last,
            {%- endif %}
            _extracted_at desc nulls last,
            case when _extracted_at is not null then _file_path end desc nulls last,
            _delivery_id desc,
            _line_number desc
    ) = 1
{% endmacro %}


{#
    Pre-hook of tables that append what each refresh touched: rows of a refresh that never completed are written again.
    With `keep`, so many complete refreshes are kept.
#}
{% macro forget_unfinished(keep=none) %}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where refresh_id > {{ last_complete_refresh() }}
        {%- if keep %} or refresh_id <= {{ last_complete_refresh() }} - {{ keep }}{% endif %}
    {%- endif -%}
{% endmacro %}


{#
    Condition: tonight brought the first rows of an entity, as far as anybody can tell: no row of it is without an image.
    What nobody recorded until now is known from now on, of all days.
#}
{% macro is_first_delivery(images, entity, key) -%}
    exists (select 1 from {{ images }})
        and not exists (
            select 1 from {{ entity }} as known
            where known.{{ key }} not in (select changed.{{ key }} from {{ images }} as changed)
        )
{%- endmacro %}
