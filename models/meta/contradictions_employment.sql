-- grain: one row per employment spell or assignment that overlaps an earlier one of the same person
{{ config(materialized='view') }}

with spells as (

    select
        *,
        lag(spell_id) over (partition by employee_id order by started_on, spell_id) as earlier_spell_id,
        max(coalesce(ended_on, date '9999-12-31')) over (
            partition by employee_id
            order by started_on, spell_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_ended_on
    from {{ ref('employment_spells') }}

),

assignments as (

    select
        *,
        lag(coalesce(valid_to, date '9999-12-31')) over (partition by agent_id order by valid_from) as earlier_valid_to
    from {{ ref('agents') }}

)

select
    'spells_of_a_person_do_not_overlap' as rule,
    'employment_spells' as entity,
    spell_id as record_id,
    started_on as business_date,
    concat('begins before spell ', earlier_spell_id, ' or one before it ended; a spell that ends inside another is no leaver') as detail
from spells
where started_on <= earlier_ended_on
union all
select
    'assignments_of_an_agent_do_not_overlap' as rule,
    'agents' as entity,
    agent_id as record_id,
    valid_from as business_date,
    'begins before the assignment before it ended; the one that began later holds' as detail
from assignments
where valid_from <= earlier_valid_to
