-- grain: one row per requested callback
{{ conformed('callbacks') }}
