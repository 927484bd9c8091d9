{#
    Who builds, and what a table knows of who wrote it.

    The warehouse is written by a refresh only. A refresh says in `meta.planned_model` which fingerprint (code,
    parameters and everything the model reads) each model is to have and which are built anew; before dbt writes
    anything, it copies that for the models that it is about to build to `meta.model_build`. What is written down before
    it happens is known even of a run that is killed.
    Whoever runs dbt by hand works in target `dev`, a database of its own, where every model is built whole.
#}

{# Whether dbt works for a person and not for a refresh: every target but `warehouse`. #}
{% macro is_by_hand() -%}
    {{ return(target.name != 'warehouse') }}
{%- endmacro %}


{# Replaces dbt's own: by hand, and in `dbt show`, a model means its whole table and not what the last refresh changed. #}
{% macro is_incremental() -%}
    {%- if is_by_hand() or flags.WHICH == 'show' -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(dbt.is_incremental()) }}
{%- endmacro %}


{# Replaces dbt's own: built anew is what is built by hand, what a refresh planned so, and everything with --full-refresh. #}
{% macro should_full_refresh() -%}
    {%- if is_by_hand() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set fixed = config.get('full_refresh') -%}
    {%- if fixed is not none -%}
        {{ return(fixed) }}
    {%- endif -%}
    {{ return(flags.FULL_REFRESH or model.unique_id in _models_built_anew()) }}
{%- endmacro %}


{# Unique ids of the models that this refresh builds anew; read once a run and kept beside the graph. #}
{% macro _models_built_anew() -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {%- if '_built_anew' not in graph -%}
        {%- set found = run_query('select model from meta.planned_model where is_rebuilt and refresh_id = (select max(refresh_id) from meta.refresh)') -%}
        {%- do graph.update({'_built_anew': found.columns[0].values() | list}) -%}
    {%- endif -%}
    {{ return(graph['_built_anew']) }}
{%- endmacro %}


{#
    On the start of a run: refuses to write the warehouse unless a refresh does it, and writes down what is about to be
    built. By hand, a seed takes the place of the view that shows the warehouse's: dbt itself would not replace it.
#}
{% macro record_builds() -%}
    {%- if execute and flags.WHICH not in ('test', 'compile', 'generate') -%}
        {%- set books = adapter.get_relation(database=target.database, schema='meta', identifier='refresh') -%}
        {%- for seed in graph.nodes.values() if is_by_hand() and seed.resource_type == 'seed' and seed.unique_id in selected_resources -%}
            {%- set shown = adapter.get_relation(database=target.database, schema=seed.schema, identifier=seed.alias) -%}
            {%- if shown is not none and shown.is_view -%}
                {%- do adapter.drop_relation(shown) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if target.name == 'warehouse' or (books is not none and books.is_table) -%}
            {%- set run_id = env_var('REFRESH_RUN_ID', '') -%}
            {%- if books is none or not run_id or run_query('select max_by(run_id, refresh_id) from meta.refresh').columns[0].values()[0] != run_id -%}
                {{ exceptions.raise_compiler_error(
                    'The warehouse is written by `contact-center refresh` only: a table built by hand would be published as if a refresh'
                    ~ ' had built it. Leave out `--target ' ~ target.name ~ '`: target dev is a database of your own that reads this one.'
                ) }}
            {%- endif -%}
            {#- the questions above opened a transaction, which dbt would roll back -#}
            {%- do adapter.commit() -%}
            insert into meta.model_build
            select
                model,
                fingerprint,
                parameter_set,
                is_rebuilt,
                refresh_id,
                '{{ run_id }}' as run_id,
                '{{ invocation_id }}' as invocation_id,
                timezone('UTC', timestamptz '{{ run_started_at }}') as started_at
            from meta.planned_model
            where refresh_id = (select max(refresh_id) from meta.refresh)
                and model in ('{{ selected_resources | join("', '") }}')
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
