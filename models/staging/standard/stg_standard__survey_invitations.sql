-- grain: one row per invitation
{{ config(unique_key=["invitation_id"]) }}

{{ standard_extract('survey_invitations') }}
