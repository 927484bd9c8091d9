-- grain: one row per channel
{{ config(meta={'published': true}) }}

select
    channels.channel,
    channels.channel_name,
    channels.is_synchronous
from (
    values
    ('voice', 'Voice', true),
    ('chat', 'Chat', true),
    ('video', 'Video', true),
    ('messaging', 'Messaging', false),
    ('sms', 'SMS', false),
    ('email', 'E-mail', false),
    ('social', 'Social media', false),
    ('task', 'Task', false),
    ('self_service', 'Self-service', true)
) as channels (channel, channel_name, is_synchronous)
