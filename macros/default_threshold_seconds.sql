{# Service-level threshold of a leg in a queue that was never delivered, by the contact's channel. #}
{% macro default_threshold_seconds(channel) -%}
    {%- set thresholds = var('service_level_threshold_seconds') -%}
    case {{ channel }}
        when 'voice' then {{ thresholds.get('voice', 20) }}
        when 'chat' then {{ thresholds.get('chat', 60) }}
        else {{ thresholds.get('other', 14400) }}
    end
{%- endmacro %}
