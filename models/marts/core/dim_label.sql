-- grain: one row per label and language
{{ config(meta={'published': true}) }}

with translations as (

    select * from {{ ref('label_translation') }}

),

kpi_names as (

    select
        'kpi:' || kpi_id as label_key,
        name
    from {{ ref('dim_kpi') }}
    where is_default

),

english as (

    select
        translations.label_key,
        'en' as language,
        coalesce(kpi_names.name, translations.label_key) as label
    from translations
    left join kpi_names
        on translations.label_key = kpi_names.label_key

)

select
    cast(label_key as varchar) as label_key,
    cast(language as varchar) as language,
    cast(label as varchar) as label
from english
{%- for language in ['fa', 'he', 'id', 'tr', 'zh'] %}
union all
select
    cast(label_key as varchar) as label_key,
    '{{ language }}' as language,
    cast({{ language }} as varchar) as label
from translations
{%- endfor %}
