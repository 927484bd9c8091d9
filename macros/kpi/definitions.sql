{#
    The KPI definitions, read from the metrics of the project: a list of dictionaries, one per KPI and variant,
    ordered by name. What a variant does not say it takes from its KPI's default.
    Empty while parsing, when the graph is not known yet.
#}
{% macro kpi_definitions(component=none) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set defaults = {} -%}
        {%- for metric in graph.metrics.values() if metric.config.meta.kpi and metric.config.meta.kpi.variant == 'default' -%}
            {%- do defaults.update({metric.config.meta.kpi.kpi_id: metric.config.meta.kpi}) -%}
        {%- endfor -%}
        {%- for metric in graph.metrics.values() | sort(attribute='name') if metric.config.meta.kpi -%}
            {%- set kpi = dict(defaults[metric.config.meta.kpi.kpi_id], **metric.config.meta.kpi) -%}
            {%- if component is none or kpi.component == component -%}
                {%- set params = metric.type_params -%}
                {%- set numerator = params.numerator.name if metric.type == 'ratio' else params.metrics[0].name -%}
                {%- set denominator = params.denominator.name if metric.type == 'ratio' else none -%}
                {%- do found.append(dict(
                    kpi, metric=metric.name, label=metric.label, formula=metric.description,
                    numerator=numerator, denominator=denominator
                )) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{#
    The simple metrics that the KPIs of a component are made of, by name: `expression` over one component row,
    `aggregate` (sum or max) over rows, and `take`: `last` for a snapshot, which adds up over groups and not over days.
#}
{% macro kpi_parts(component) -%}
    {%- set parts = {} -%}
    {%- if execute -%}
        {%- set wanted = [] -%}
        {%- for kpi in kpi_definitions(component) -%}
            {%- do wanted.extend([kpi.numerator, kpi.denominator]) -%}
        {%- endfor -%}
        {%- for metric in graph.metrics.values() | sort(attribute='name') if metric.name in wanted -%}
            {%- do parts.update({metric.name: {
                'expression': metric.type_params.expr,
                'aggregate': metric.type_params.metric_aggregation_params.agg,
                'take': metric.config.meta.take,
            }}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(parts) }}
{%- endmacro %}


{#
    The scopes that the KPIs of a component are published for, and the columns that name their members: those that a
    KPI lists and whose columns the component has. The enterprise has none. A pair's member is `first|second`.
#}
{% macro kpi_scopes(component) -%}
    {%- set known = {
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
    } -%}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- set held = (graph.nodes.values() | selectattr('name', 'equalto', 'kpi_component_' ~ component) | first).columns -%}
        {%- set wanted = kpi_definitions(component) | map(attribute='scopes') | sum(start=[]) -%}
        {%- for scope, columns in known.items() if scope in wanted and columns | select('in', held) | list == columns -%}
            {%- do found.update({scope: columns}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{# SQL text literal, or NULL. #}
{% macro literal(value) -%}
    {%- if value is none or value is undefined -%} null
    {%- else -%} '{{ value | string | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
