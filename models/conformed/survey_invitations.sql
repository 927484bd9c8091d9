-- grain: one row per invitation
{{ conformed('survey_invitations') }}
