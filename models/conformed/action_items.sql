-- grain: one row per action
{{ conformed('action_items') }}
