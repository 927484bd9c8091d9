{#
    The squared distances of cases from the common mean or ratio, added: of a mean the squares less those of the mean.
    What is left where all cases are the same is an error of rounding, and 0. NULL without squares.
#}
{% macro residual_squares(share, of='') -%}
    {%- set residual -%}
        {{ of }}squared_sum - {{ share }} * (
            2 * coalesce({{ of }}product_sum, {{ of }}numerator) - {{ share }} * coalesce({{ of }}base_squared_sum, {{ of }}denominator)
        )
    {%- endset -%}
    case when {{ residual }} <= 1e-12 * {{ of }}squared_sum then 0 else {{ residual }} end
{%- endmacro %}


{#
    One bound of the 95 % confidence interval of a value; `side` is - or +. Over columns lowest_value, highest_value,
    multiplier, the one that names the `method`, and numerator, denominator, squared_sum, product_sum, base_squared_sum
    and case_count, whose names may begin with `of` (previous_). It holds the value, and stays within the values that are possible. NULL without cases, and of a
    mean with fewer than two.

    wilson  proportions: the score interval of Wilson
    net     net scores: adjusted Wald after adding 3/4 for, 3/4 against and 3/2 neither (Rocks 2016)
    mean    means: Student's t over the sample variance; of points over possible points, over the distances of the
            cases from the common ratio (Cochran 1977, Sampling Techniques, 6.4)
    skewed_mean  means of times, which have no upper end: the same on the logarithm of the mean
#}
{% macro confidence_bound(side, of='', method='confidence_method') -%}
    {%- set numerator, denominator, squared_sum = of ~ 'numerator', of ~ 'denominator', of ~ 'squared_sum' -%}
    {%- set z = 1.959963984540054 -%}
    {%- set share = '(' ~ numerator ~ ' / ' ~ denominator ~ ')' -%}
    {%- set outer = 'least' if side == '-' else 'greatest' -%}
    {%- set net = '(' ~ numerator ~ ' / (' ~ denominator ~ ' + 3))' -%}
    {%- set cases = 'coalesce(' ~ of ~ 'case_count, ' ~ denominator ~ ')' -%}
    {%- set arm = student_t(cases ~ ' - 1') ~ ' * sqrt((' ~ residual_squares(share, of) ~ ') * ' ~ cases ~ ' / (' ~ cases ~ ' - 1)) / ' ~ denominator -%}
    multiplier * case
            when {{ denominator }} is null or {{ denominator }} <= 0 then null
            when {{ method }} = 'wilson' and {{ numerator }} between 0 and {{ denominator }} then {{ outer }}({{ share }}, greatest(0, least(1, (
                {{ share }} + {{ z * z }} / (2 * {{ denominator }})
                {{ side }} {{ z }} * sqrt({{ share }} * (1 - {{ share }}) / {{ denominator }} + {{ z * z }} / (4 * {{ denominator }} * {{ denominator }}))
            ) / (1 + {{ z * z }} / {{ denominator }}))))
            when {{ method }} = 'net' then {{ outer }}({{ share }}, greatest(-1, least(1, {{ net }}
                {{ side }} {{ z }} * sqrt(greatest(0, ({{ squared_sum }} + 1.5) / ({{ denominator }} + 3) - {{ net }} * {{ net }}) / ({{ denominator }} + 3))
            )))
            when {{ cases }} <= 1 then null
            when {{ method }} = 'mean' then greatest(
                coalesce(lowest_value / multiplier, '-infinity'), least(coalesce(highest_value / multiplier, 'infinity'), {{ share }}
                {{ side }} {{ arm }}
            ))
            when {{ method }} = 'skewed_mean' and {{ numerator }} > 0 then {{ share }} * exp({{ side }} ({{ arm }}) / {{ share }})
            when {{ method }} = 'skewed_mean' and {{ numerator }} = 0 and {{ squared_sum }} is not null then 0
        end
{%- endmacro %}


{# The 97.5 % point of Student's t: from tables up to 3 degrees of freedom, then by its expansion around the normal (within 0.3 %). #}
{% macro student_t(freedom) -%}
    case {{ freedom }} when 1 then 12.7062 when 2 then 4.3027 when 3 then 3.1824
        else 1.959964 + 2.372272 / ({{ freedom }}) + 2.822506 / (({{ freedom }}) * ({{ freedom }}))
            + 2.556149 / (({{ freedom }}) * ({{ freedom }}) * ({{ freedom }}))
    end
{%- endmacro %}
