{#
    The KPI definitions, read from the metrics of the project: a list of dictionaries, one per KPI and variant,
    ordered by name. What a variant does not say it takes from its KPI's default, except its confidence interval and
    its cases, which depend on its own parts, and its half-hours, which are many rows. `cases` is the part that counts
    the cases of an estimate: the denominator where there is a confidence interval, none where the value is a share of
    time or money.
    Empty while parsing, when the graph is not known yet. `period` leaves those that list a period type.
#}
{% macro kpi_definitions(component=none, period=none) -%}
    {%- set found = [] -%}
    {%- for kpi in _every_definition() -%}
        {%- if component in [none, kpi.component] and (period is none or period in kpi.periods) -%}
            {%- do found.append(kpi) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# All of them, put together once a run and kept beside the graph: dbt unpacks a metric anew whenever one is looked at. #}
{% macro _every_definition() -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {%- if '_kpi_definitions' not in graph -%}
        {%- set metrics = {} -%}
        {%- for metric in graph.metrics.values() -%}
            {%- do metrics.update({metric.name: metric}) -%}
        {%- endfor -%}
        {%- set defaults = {} -%}
        {%- for metric in metrics.values() if metric.config.meta.kpi and metric.config.meta.kpi.variant == 'default' -%}
            {%- do defaults.update({metric.config.meta.kpi.kpi_id: metric.config.meta.kpi}) -%}
        {%- endfor -%}
        {%- set found = [] -%}
        {%- for metric in metrics.values() | sort(attribute='name') if metric.config.meta.kpi -%}
            {%- set own = metric.config.meta.kpi -%}
            {%- set kpi = dict(defaults[own.kpi_id], **own) -%}
            {%- for name in (kpi.scopes or []) + (own.periods or []) if name != 'enterprise' and name not in scope_columns() and name not in period_types() -%}
                {{ exceptions.raise_compiler_error(metric.original_file_path ~ ': metric ' ~ metric.name ~ ': there is no scope or period ' ~ name) }}
            {%- endfor -%}
            {%- set params = metric.type_params -%}
            {%- set numerator = params.numerator.name if metric.type == 'ratio' else params.metrics[0].name -%}
            {%- set denominator = params.denominator.name if metric.type == 'ratio' else none -%}
            {%- set confidence = {'method': own.confidence} if own.confidence is string else own.confidence or {} -%}
            {%- set cases = own.cases or (denominator if confidence else none) -%}
            {%- do found.append(dict(
                kpi,
                metric=metric.name,
                label=metric.label,
                formula=metric.description,
                numerator=numerator,
                denominator=denominator,
                numerator_text=metrics[numerator].description,
                denominator_text=metrics[denominator].description if denominator else none,
                periods=own.periods or (kpi.periods or []) | reject('equalto', 'interval') | list,
                confidence=confidence,
                cases=cases,
                recorded=kpi.recorded or {},
                minimum_sample=var('sample_min_cases') if cases else none,
                agent_minimum_sample=kpi_least_of_an_agent(kpi.minimum_sample) if cases else none
            )) -%}
        {%- endfor -%}
        {%- do graph.update({'_kpi_definitions': found}) -%}
    {%- endif -%}
    {{ return(graph['_kpi_definitions']) }}
{%- endmacro %}


{# Fewest cases of an agent: the KPI's own minimum, a number or the name of a parameter, else that of everybody. #}
{% macro kpi_least_of_an_agent(own) -%}
    {{ return(var(own) if own is string else own or var('sample_min_cases')) }}
{%- endmacro %}


{#
    The simple metrics that the KPIs of a component are made of, by name: `expression` over one component row,
    `aggregate` (sum or max) over rows, and `take`: `last` for a snapshot, which adds up over groups and not over days.
#}
{% macro kpi_parts(component, period=none) -%}
    {%- set wanted = [] -%}
    {%- for kpi in kpi_definitions(component, period) -%}
        {%- do wanted.extend([kpi.numerator, kpi.denominator, kpi.excluded, kpi.cases]) -%}
        {%- do wanted.extend(kpi.confidence.values()) -%}
        {%- do wanted.extend([kpi.recorded.by, kpi.recorded.of]) -%}
        {%- do wanted.extend((kpi.recorded.parts or {}).values()) -%}
    {%- endfor -%}
    {%- set parts = {} -%}
    {%- for name in wanted | select('string') | unique | sort -%}
        {%- set metric = graph.metrics['metric.' ~ project_name ~ '.' ~ name] -%}
        {%- if metric -%}
            {%- do parts.update({name: {
                'expression': metric.type_params.expr,
                'aggregate': metric.type_params.metric_aggregation_params.agg,
                'take': metric.config.meta.take,
            }}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for kpi in kpi_definitions(component, period) -%}
        {%- do parts.update(kpi_derived_parts(kpi)) -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}


{# The scopes beside the enterprise, and the columns that name their members. A pair's member is `first|second`. #}
{% macro scope_columns() -%}
    {{ return({
        'queue_channel': ['queue_id', 'channel'],
        'team_channel': ['team_id', 'channel'],
        'site': ['site_id'],
        'team': ['team_id'],
        'agent': ['agent_id'],
        'vendor': ['vendor_id'],
        'queue': ['queue_id'],
        'channel': ['channel'],
        'segment': ['segment'],
        'campaign': ['campaign_id'],
        'system': ['system_id'],
    }) }}
{%- endmacro %}


{#
    The scopes that the KPIs of a component are published for, and the columns that name their members: those that a
    KPI lists and whose columns the component has. The enterprise has none.
#}
{% macro kpi_scopes(component) -%}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- set held = graph.nodes['model.' ~ project_name ~ '.kpi_component_' ~ component].columns -%}
        {%- set wanted = kpi_definitions(component) | map(attribute='scopes') | sum(start=[]) -%}
        {%- for scope, columns in scope_columns().items() if scope in wanted and columns | select('in', held) | list == columns -%}
            {%- do found.update({scope: columns}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{# The scopes in which a ratio of nothing is shown as missing; the members of the others are too many for that. #}
{% macro kpi_wide_scopes() -%}
    {{ return(['enterprise', 'site', 'queue', 'channel']) }}
{%- endmacro %}


{# SQL text literal, or NULL. #}
{% macro literal(value) -%}
    {%- if value is none or value is undefined -%} null
    {%- else -%} '{{ value | string | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}


{# What a KPI serves where its definition does not say: the objective of its category. #}
{% macro kpi_objectives() -%}
    {{ return({
        'customer_satisfaction': 'Customers get what they need at the first attempt, and say so.',
        'operational_efficiency': 'Everybody is answered in time, with no more effort than it takes.',
        'people': 'Able people stay, and there are enough of them when they are needed.',
        'business_value': 'Service earns and keeps more than it costs.',
    }) }}
{%- endmacro %}
