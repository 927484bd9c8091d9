{#
    The member that holds what belongs to no other member of a scope, by the column that names the members: own agents
    beside those of vendors, contacts that no queue took. With it the members of every scope make up the whole.
#}
{% macro rest_members() -%}
    {{ return({
        'site_id': {'id': 'no_site', 'name': 'No site'},
        'queue_id': {'id': 'no_queue', 'name': 'No queue'},
        'channel': {'id': 'no_channel', 'name': 'No channel'},
        'team_id': {'id': 'no_team', 'name': 'No team'},
        'agent_id': {'id': 'no_agent', 'name': 'No agent'},
        'vendor_id': {'id': 'own_staff', 'name': 'Own staff'},
        'segment': {'id': 'no_segment', 'name': 'No segment'},
        'campaign_id': {'id': 'no_campaign', 'name': 'No campaign'},
        'system_id': {'id': 'no_system', 'name': 'No system'},
    }) }}
{%- endmacro %}


{# A query: the rest of every scope type, and its name for people; of a pair that of its first part. #}
{% macro rests_of_scopes() -%}
    select *
    from (
        values
        {%- for scope, columns in scope_columns().items() %}
        ('{{ scope }}', '{{ rest_members()[columns[0]].id }}', '{{ rest_members()[columns[0]].name }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as listed (scope_type, rest_member, rest_name)
{%- endmacro %}


{# The member that a column names, the rest where it names none. #}
{% macro scope_member(column) -%}
    coalesce({{ column }}, '{{ rest_members()[column].id }}')
{%- endmacro %}


{# Whether a member of a scope, or the first of a pair, is the rest. Never NULL: the enterprise has no rest. #}
{% macro is_rest(scope_id) -%}
    coalesce(split_part({{ scope_id }}, '|', 1) in ('{{ rest_members().values() | map(attribute='id') | join("', '") }}'), false)
{%- endmacro %}


{# The scope that a row of grouping sets is about: its type, or its id. `scopes` gives the columns of each type. #}
{% macro grouped_scope(scopes, ids) -%}
    case
            {%- for scope, columns in scopes.items() %}
            {%- set members = [] %}
            {%- for column in columns %}
            {%- do members.append(scope_member(column)) %}
            {%- endfor %}
            when grouping({{ columns | join(') = 0 and grouping(') }}) = 0 then {{ members | join(" || '|' || ") if ids else "'" ~ scope ~ "'" }}
            {%- endfor %}
            when true then {{ 'cast(null as varchar)' if ids else "'enterprise'" }}
        end
{%- endmacro %}


{#
    Why the members of a scope do not add up to the enterprise, in words; none where they do. A maximum never adds up,
    what a definition counts anew for every member says so itself (`does_not_add_up`), and groups too small to be shown
    are missing from the sum.
#}
{% macro kpi_why_not_additive(kpi) -%}
    {%- if kpi.additivity == 'max' -%}
        {{ return('Each member has a greatest of its own; the whole has the greatest of them.') }}
    {%- elif kpi.does_not_add_up -%}
        {{ return(kpi.does_not_add_up) }}
    {%- elif kpi.suppress_below -%}
        {{ return('Members with fewer than ' ~ kpi.suppress_below ~ ' cases are not shown, and so are in no sum.') }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
