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


{# The simple metrics that the KPIs of a component are made of: name -> SQL expression over one component row. #}
{% macro kpi_parts(component) -%}
    {%- set parts = {} -%}
    {%- if execute -%}
        {%- set wanted = [] -%}
        {%- for kpi in kpi_definitions(component) -%}
            {%- do wanted.append(kpi.numerator) -%}
            {%- if kpi.denominator %}{% do wanted.append(kpi.denominator) %}{% endif -%}
        {%- endfor -%}
        {%- for metric in graph.metrics.values() | sort(attribute='name') if metric.name in wanted -%}
            {%- do parts.update({metric.name: metric.type_params.expr}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(parts) }}
{%- endmacro %}


{# SQL text literal, or NULL. #}
{% macro literal(value) -%}
    {%- if value is none or value is undefined -%} null
    {%- else -%} '{{ value | string | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}
