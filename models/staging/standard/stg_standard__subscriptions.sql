-- grain: one row per price period of a subscription
{{ config(unique_key=["subscription_id"]) }}

{{ standard_extract('subscriptions') }}
