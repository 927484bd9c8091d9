-- grain: one row per absence type: the usual ones, and those that were delivered
{{ config(meta={'published': true}) }}

with absences as (

    select * from {{ ref('absences') }}

),

types as (

    select listed.absence_type
    from (values ('sick'), ('no_show'), ('family'), ('vacation'), ('training'), ('long_term')) as listed (absence_type)
    union
    select absence_type from absences

)

select
    cast(absence_type as varchar) as absence_type,
    absence_type <> 'long_term' as is_absenteeism
from types
