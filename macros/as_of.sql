{#
    The instant everything is computed as of, as a UTC timestamp literal.

    From the running refresh in our books, unless the variable `as_of` is given: reading it from the books keeps
    the project's parse cache, which changed variables would void every night. Read once a run and kept beside the graph.
#}
{% macro as_of() -%}
    {%- if var('as_of', none) -%}
        timestamp '{{ var("as_of") }}'
    {%- elif execute -%}
        {%- if '_as_of' not in graph -%}
            {%- do graph.update({'_as_of': run_query("select max_by(as_of, refresh_id) from " ~ source('meta', 'refresh')).columns[0].values()[0]}) -%}
        {%- endif -%}
        {%- set found = graph['_as_of'] -%}
        {%- if found is none -%}
            {{ exceptions.raise_compiler_error("No refresh has been started, so there is no as-of instant: run `contact-center refresh`, or pass --vars '{as_of: 2024-11-02 00:00:00}'.") }}
        {%- endif -%}
        timestamp '{{ found }}'
    {%- else -%}
        timestamp '1970-01-01 00:00:00'
    {%- endif -%}
{%- endmacro %}


{# The as-of instant of the last complete refresh; the beginning of time before the first one. #}
{% macro previous_as_of() -%}
    (select coalesce(max_by(as_of, refresh_id), timestamp '1900-01-01 00:00:00') from {{ source('meta', 'refresh') }} where status = 'complete')
{%- endmacro %}
