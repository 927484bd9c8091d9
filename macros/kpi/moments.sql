{#
    What a confidence interval needs beside numerator and denominator, by name of the sums: a proportion nothing; a net
    score, which scores 1 for and -1 against, both counts together; a mean the squares of its cases. Where a case is
    more or less than 1 of the denominator (an evaluation of 80 points), also the squares of what it is of the
    denominator (`bases`), and the products of both.
#}
{% macro kpi_moments(kpi) -%}
    {%- set confidence = kpi.confidence or {} -%}
    {%- if confidence.method == 'net' -%}
        {{ return({'squares': confidence.positive ~ ' + ' ~ confidence.negative, 'products': 'null', 'bases': 'null'}) }}
    {%- elif confidence.method in ['mean', 'skewed_mean'] -%}
        {{ return({
            'squares': confidence.squares or kpi.numerator ~ '_squares',
            'products': kpi.numerator ~ '_products' if kpi_has_weights(kpi) else 'null',
            'bases': kpi.denominator ~ '_squares' if kpi_has_weights(kpi) else 'null',
        }) }}
    {%- endif -%}
    {{ return({'squares': 'null', 'products': 'null', 'bases': 'null'}) }}
{%- endmacro %}


{# Whether a mean's cases are more or less than 1 of its denominator: whether something else counts them. #}
{% macro kpi_has_weights(kpi) -%}
    {{ return((kpi.confidence or {}).method in ['mean', 'skewed_mean'] and kpi.cases and kpi.cases != kpi.denominator) }}
{%- endmacro %}


{#
    The sums of squares and products that the interval of a KPI needs and no simple metric names, as kpi_parts gives
    them: of a simple metric over the columns a + b they are a_squares + b_squares, columns of the component.
#}
{% macro kpi_derived_parts(kpi) -%}
    {%- set confidence = kpi.confidence or {} -%}
    {%- set wanted = [] -%}
    {%- if confidence.method in ['mean', 'skewed_mean'] and not confidence.squares -%}
        {%- do wanted.append([kpi.numerator, 'squares']) -%}
    {%- endif -%}
    {%- if kpi_has_weights(kpi) -%}
        {%- do wanted.extend([[kpi.numerator, 'products'], [kpi.denominator, 'squares']]) -%}
    {%- endif -%}
    {%- set found = {} -%}
    {%- for name, power in wanted -%}
        {%- set metric = graph.metrics['metric.' ~ project_name ~ '.' ~ name] -%}
        {%- do found.update({name ~ '_' ~ power: {
            'expression': modules.re.sub('([a-z]\\w*)', '\\1_' ~ power, metric.type_params.expr),
            'aggregate': 'sum',
            'take': none,
        }}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# The sum of the squares of whole numbers: exact, however large they are. #}
{% macro sum_of_squares(column) -%}
    sum(cast({{ column }} as hugeint) * {{ column }})
{%- endmacro %}
