-- grain: one row per price period of a subscription
{{ conformed('subscriptions') }}
