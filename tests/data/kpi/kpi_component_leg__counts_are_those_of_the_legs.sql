-- Summed by day, the parts say what the legs say (X10).
with legs as (

    select
        business_date,
        count(*) filter (where is_original_entry) as contacts_offered,
        count(*) filter (where is_answered_within_threshold) as answered_within_threshold,
        count(*) filter (where is_first_handled_leg) as handled_contacts,
        coalesce(sum(wait_seconds) filter (where is_answered), 0) as wait_answered_seconds,
        coalesce(sum(handle_seconds) filter (where is_handled_leg), 0) as handle_seconds
    from {{ ref('fct_contact_segment') }}
    where {{ rebuilt_tonight(['leg']) }}
    group by business_date

),

parts as (

    select
        business_date,
        sum(contacts_offered) as contacts_offered,
        sum(answered_within_threshold) as answered_within_threshold,
        sum(handled_contacts) as handled_contacts,
        sum(wait_answered_seconds) as wait_answered_seconds,
        sum(handle_seconds) as handle_seconds
    from {{ ref('kpi_component_leg') }}
    where {{ rebuilt_tonight(['leg']) }}
    group by business_date

),

only_in_legs as (

    select * from legs
    except all
    select * from parts

),

only_in_parts as (

    select * from parts
    except all
    select * from legs

)

select * from only_in_legs
union all
select * from only_in_parts
