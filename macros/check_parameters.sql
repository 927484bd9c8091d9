{#
    On-run-start: refuses values of parameters that the rules in `dbt_project.yml` do not allow, and, among what was
    given on the command line, names that no parameter has. `contact-center refresh` checks the same rules before.
#}
{% macro check_parameters() -%}
    {%- set wrong = [] -%}
    {%- if execute -%}
        {%- set rules = var('parameter_rules') -%}
        {%- for name in invocation_args_dict.get('vars') or {} if name not in rules and name not in not_parameters() -%}
            {%- do wrong.append("unknown parameter '" ~ name ~ "'; known parameters: " ~ rules | sort | join(', ')) -%}
        {%- endfor -%}
        {%- for name, rule in rules.items() -%}
            {%- do wrong.extend(parameter_problems(name, var(name), rule)) -%}
            {%- if rule.less_than and var(name) >= var(rule.less_than) -%}
                {%- do wrong.append("parameter '" ~ name ~ "' (" ~ var(name) ~ ") must be less than '" ~ rule.less_than ~ "' (" ~ var(rule.less_than) ~ ")") -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if wrong -%}
        {{ exceptions.raise_compiler_error(wrong | join('\n')) }}
    {%- endif -%}
{%- endmacro %}


{# Variables of the project that are not parameters. #}
{% macro not_parameters() -%}
    {{ return(['systems', 'as_of', 'parameter_rules', 'test_everything']) }}
{%- endmacro %}


{# What is wrong with a value, one text each. #}
{% macro parameter_problems(name, value, rule) -%}
    {%- set wrong = [] -%}
    {%- set is_number = value is number and value is not boolean -%}
    {%- set fits = {
        'integer': is_number and value is integer,
        'number': is_number,
        'text': value is string,
        'time_zone': value is string and value in modules.pytz.all_timezones_set,
        'list': value is sequence and value is not string and value is not mapping,
        'mapping': value is mapping,
    }[rule.type] -%}
    {%- if not fits
        or (rule.one_of and value not in rule.one_of)
        or (is_number and rule.at_least is defined and not rule.at_least <= value <= rule.at_most)
        or (rule.matches and not modules.re.fullmatch(rule.matches, value)) -%}
        {%- set allowed = (rule.one_of | join(', ')) if rule.one_of else (rule.at_least ~ ' to ' ~ rule.at_most) if rule.at_least is defined else rule.matches or '' -%}
        {%- do wrong.append("parameter '" ~ name ~ "' is " ~ value ~ ", but must be " ~ (rule.type ~ ' ' ~ allowed) | trim) -%}
    {%- elif rule.type == 'mapping' -%}
        {%- for key in rule.get('keys', []) if key not in value -%}
            {%- do wrong.append("parameter '" ~ name ~ "' lacks " ~ key) -%}
        {%- endfor -%}
        {%- for key, member in value.items() -%}
            {%- do wrong.extend(parameter_problems(name ~ '.' ~ key, member, rule.of)) -%}
        {%- endfor -%}
    {%- elif rule.type == 'list' -%}
        {%- for member in value -%}
            {%- do wrong.extend(parameter_problems(name ~ '[' ~ loop.index0 ~ ']', member, rule.of)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(wrong) }}
{%- endmacro %}
