{#
    CTE `compared_with_peers`: which members of a scope differ from their peers by more than chance; key of `relation`
    with `peer_value` (the rate or mean of all members together) and `differs_from_peers`.

    The question is how often n cases, drawn at random from the N cases of all members together, lie as far from what
    was to be expected as the n cases of the member do.

    proportions        exactly, by the hypergeometric distribution: Fisher's exact test, twice the smaller tail
    means, net scores  by the normal approximation of the permutation test: the sum of n cases drawn has n times the mean
                       of all, and n (N - n) / (N - 1) times their variance; only members with `minimum_sample` cases,
                       because single long cases decide about fewer. (Welch's t over the member's own variance marks a
                       quarter of all groups of 20 by mistake where times are as skewed as handle times are: who has
                       short cases only has a small variance, too.) Of points over possible points a case counts by its
                       distance from the common ratio; their variance is that of all, or of the member's own where that
                       is larger, because who is judged by a longer form lies farther apart by chance.
    means of times     the same, but the sum of the cases drawn is taken to be gamma distributed, whose cube root is as good
                       as normal (Wilson and Hilferty 1931): a sum of 30 waits has a long tail still. By the normal
                       approximation somebody was marked by mistake in 21 % of groups of 20 members with 30 waits each
                       (lognormal, squared coefficient of variation 2.9), by the gamma in 5 %.

    The more members are looked at, the more lie apart by chance. Holm (1979) keeps the probability that any member of
    a group is marked by mistake below 5 %: the smallest probability is multiplied by the number of members, the next
    by one less, and so on. This is the exact form of the limits that funnel plots draw around a rate (Spiegelhalter
    2005, Statistics in Medicine 24), adjusted for the number of members.

    Members that do the same work are compared: sites, teams, agents, vendors and queues. The unknown member and the rest
    of a scope are nobody's peers, and a group of one has none.
#}
{% macro compared_with_peers(relation) -%}
{%- set keys = ['kpi_id', 'variant', 'period_type', 'period_start', 'scope_type'] -%}
peers as (

    select
        {{ keys | join(', ') }},
        scope_id,
        confidence_method,
        multiplier,
        numerator,
        denominator,
        case when confidence_method = 'wilson' then denominator else coalesce(case_count, denominator) end as case_count,
        case when confidence_method = 'wilson' then numerator else squared_sum end as squared_sum,
        base_squared_sum is not null as is_weighted,
        coalesce(product_sum, numerator) as product_sum,
        coalesce(base_squared_sum, denominator) as base_squared_sum
    from {{ relation }}
    where scope_type in ('site', 'team', 'agent', 'vendor', 'queue')
        and period_type <> 'interval'
        and scope_id <> 'unknown'
        and not {{ is_rest('scope_id') }}
        and (
            (confidence_method = 'wilson' and denominator > 0 and numerator between 0 and denominator)
            or (
                confidence_method in ('mean', 'net', 'skewed_mean')
                and denominator > 0
                and coalesce(case_count, denominator) >= greatest(2, minimum_sample)
                and squared_sum is not null
            )
        )

),

-- added as decimals: a sum of doubles would depend on its order
peer_groups as (

    select
        {{ keys | join(', ') }},
        count(*) as peer_count
        {%- for part in ['numerator', 'denominator', 'case_count', 'squared_sum', 'product_sum', 'base_squared_sum'] %},
        cast(sum(cast({{ part }} as decimal(38, 9))) as double) as {{ part }}
        {%- endfor %}
    from peers
    group by {{ keys | join(', ') }}
    having count(*) > 1

),

peer_totals as (

    select
        {%- for key in keys %}
        peers.{{ key }},
        {%- endfor %}
        peers.scope_id,
        peers.confidence_method,
        peer_groups.peer_count,
        peers.multiplier * peer_groups.numerator / peer_groups.denominator as peer_value,
        peers.numerator as hits,
        peers.case_count as cases,
        peer_groups.numerator as all_hits,
        peer_groups.case_count as all_cases,
        {{ residual_squares('(peer_groups.numerator / peer_groups.denominator)', 'peer_groups.') }} as all_squares,
        case
            when peers.is_weighted then {{ residual_squares('(peer_groups.numerator / peer_groups.denominator)', 'peers.') }}
        end as own_squares,
        peers.denominator * peer_groups.numerator / peer_groups.denominator as expected
    from peers
    inner join peer_groups -- lost: groups of one
        on {% for key in keys %}{{ 'and ' if not loop.first }}peers.{{ key }} = peer_groups.{{ key }} {% endfor %}

),

peer_spreads as (

    select
        *,
        -- nulls are passed over
        sqrt(cases * (all_cases - cases) / (all_cases - 1) * greatest(all_squares / all_cases, own_squares / cases)) as spread
    from peer_totals

),

peer_deviates as (

    select
        *,
        case
            when spread = 0 then 0
            when confidence_method = 'skewed_mean' then {{ gamma_deviate() }}
            else (hits - expected) / spread
        end as deviate
    from peer_spreads

),

peer_probabilities as (

    select
        {{ keys | join(', ') }},
        scope_id,
        peer_count,
        peer_value,
        case
            -- the probability is then above 5 % in every case: no need to compute it
            when abs(deviate) <= 1.5 then 1
            when confidence_method = 'wilson' then {{ hypergeometric_tails() }}
            else {{ normal_tails('abs(deviate)') }}
        end as probability
    from peer_deviates

),

peer_ranks as (

    select
        *,
        row_number() over (partition by {{ keys | join(', ') }} order by probability, scope_id) as rank
    from peer_probabilities

),

compared_with_peers as (

    select
        {{ keys | join(', ') }},
        scope_id,
        peer_value,
        max(probability * (peer_count - rank + 1)) over (
            partition by {{ keys | join(', ') }} order by rank rows unbounded preceding
        ) <= 0.05 as differs_from_peers
    from peer_ranks

)
{%- endmacro %}


{#
    Twice the smaller tail of the hypergeometric distribution, over columns hits, cases, all_hits, all_cases, expected
    and spread: from the hits outwards, as far as twelve standard deviations, beyond which nothing is left to add.
#}
{% macro hypergeometric_tails() -%}
    {%- set reach = '(60 + ceil(12 * spread))' -%}
    {%- set k = 'cast(hits as bigint)' -%}
    least(1, 2 * list_sum([
                    exp(
                        lgamma(all_hits + 1) - lgamma(hit + 1) - lgamma(all_hits - hit + 1)
                        + lgamma(all_cases - all_hits + 1) - lgamma(cases - hit + 1) - lgamma(all_cases - all_hits - cases + hit + 1)
                        - lgamma(all_cases + 1) + lgamma(cases + 1) + lgamma(all_cases - cases + 1)
                    )
                    for hit in case
                        when hits > expected
                            then range({{ k }}, cast(least(cases, all_hits, hits + {{ reach }}) as bigint) + 1)
                        else range({{ k }}, cast(greatest(0, cases + all_hits - all_cases, hits - {{ reach }}) as bigint) - 1, -1)
                    end
                ]))
{%- endmacro %}


{#
    How far a gamma distributed sum lies from what is expected, as a normal deviate, over columns hits, expected and spread.
    `shape` is the squared ratio of its mean and standard deviation.
#}
{% macro gamma_deviate() -%}
    {%- set shape = '(expected / spread * (expected / spread))' -%}
    (cbrt(hits / expected) - 1 + 1 / (9 * {{ shape }})) * sqrt(9 * {{ shape }})
{%- endmacro %}


{#
    The probability of a normal deviate at least so far from zero, on both sides: the complementary error function, by
    the Chebyshev fit of Press et al. (Numerical Recipes, 6.2), whose relative error is below 1.2e-7 everywhere.
#}
{% macro normal_tails(deviate) -%}
    {%- set x = '(' ~ deviate ~ ' / 1.4142135623730951)' -%}
    {%- set t = '(1 / (1 + 0.5 * ' ~ x ~ '))' -%}
    ({{ t }} * exp(-{{ x }} * {{ x }}
        {%- for factor in [
            -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277
        ] %} + {{ factor }} * pow({{ t }}, {{ loop.index0 }}){% endfor %}))
{%- endmacro %}
