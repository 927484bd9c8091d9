"""What arrives late of the workforce: states, corrected schedules, approved absences and forecasts locked anew."""

STATES = "agent_id,started_at,ended_at,state\n"
SCHEDULES = "schedule_segment_id,agent_id,activity,is_paid,counts_for_adherence,start_at,end_at,version_published_at\n"
ABSENCES = "absence_id,agent_id,start_at,end_at,absence_type,is_planned,approval_status\n"
EXCEPTIONS = "exception_id,agent_id,start_at,end_at,exception_type,is_excused\n"
FORECASTS = (
    "forecast_version,is_baseline,queue_id,interval_start_at,interval_minutes,forecast_contacts,forecast_aht_seconds\n"
)
REQUIREMENTS = "site_id,interval_start_at,interval_minutes,required_fte\n"
AGENTS = "agent_id,role,team_id,site_id,employer_type,vendor_id,fte,valid_from,valid_to\n"

LATE_CHANGES: list[dict[str, str]] = [
    {
        # states of another day, a state that ends earlier, one nobody ended, and one of a person nobody knows
        "agent_states": STATES
        + (
            "A1,2024-10-24T09:00:00Z,2024-10-24T12:00:00Z,available\n"
            "A2,2024-10-25T12:00:00Z,2024-10-25T12:10:00Z,break\n"
            "A3,2024-10-27T20:00:00Z,,available\n"
            "NOBODY,2024-10-25T10:00:00Z,2024-10-25T10:30:00.500Z,available\n"
        ),
        "paid_time": "agent_id,work_date,paid_seconds\nA2,2024-10-25,20000\nA1,2024-10-24,21600\n",
    },
    {
        # states that overlap others, and one that runs over two midnights and the clock change
        "agent_states": STATES
        + (
            "A1,2024-10-25T09:10:00Z,2024-10-25T16:00:00Z,coaching\n"
            "A3,2024-10-29T07:00:00Z,2024-10-29T08:00:00Z,on_contact\n"
            "A2,2024-10-26T20:00:00Z,2024-10-28T05:00:00Z,available\n"
        ),
    },
    {
        # activities that overlap, a shift over midnight, a shift moved to another day
        "schedules": SCHEDULES
        + (
            "SC013,A1,on_queue,true,true,2024-10-25T08:30:00Z,2024-10-25T11:05:00Z,\n"
            "N1,A2,on_queue,true,true,2024-10-26T20:00:00Z,2024-10-27T06:00:00Z,\n"
            "SC004,A1,on_queue,true,true,2024-10-24T06:00:00Z,2024-10-24T08:00:00Z,\n"
            "L1,A3,leave,true,false,2024-10-27T22:00:00Z,2024-10-30T22:00:00Z,\n"
        ),
        "adherence_exceptions": EXCEPTIONS
        + (
            "X1,A3,2024-10-25T14:00:00Z,2024-10-25T14:10:00Z,system_outage,false\n"
            "X2,A2,2024-10-25T08:50:00Z,2024-10-25T09:04:00Z,late,true\n"
            "X3,A2,2024-10-25T09:01:00Z,2024-10-25T09:30:00Z,late,true\n"
        ),
    },
    {
        # versions published before and after the shift; only the first counts
        "schedules": SCHEDULES
        + (
            "V1,A3,on_queue,true,true,2024-10-25T09:00:00Z,2024-10-25T11:00:00Z,2024-10-20T12:00:00Z\n"
            "V2,A3,training,true,true,2024-10-25T11:00:00Z,2024-10-25T15:00:00Z,2024-10-20T12:00:00Z\n"
            "V3,A3,meeting,true,true,2024-10-25T09:00:00Z,2024-10-25T15:00:00Z,2024-10-25T12:00:00Z\n"
        ),
    },
    {
        # an absence is approved, one is moved, and two overlap
        "absences": ABSENCES
        + (
            "AB2,A3,2024-10-23T12:00:00Z,2024-10-23T15:00:00Z,family,true,approved\n"
            "AB1,A1,2024-10-21T11:00:00Z,2024-10-21T15:00:00Z,sick,false,pending\n"
            "AB4,A2,2024-10-24T12:00:00Z,2024-10-25T12:00:00Z,sick,false,approved\n"
            "AB5,A1,2024-10-21T10:00:00Z,2024-10-23T10:00:00Z,long_term,true,approved\n"
        ),
    },
    {
        # the baseline is locked anew, two baselines compete, and steps of other lengths
        "forecasts": FORECASTS
        + (
            "v1,false,SUP,2024-10-25T09:00:00Z,30,3,\n"
            "v2,true,SUP,2024-10-25T09:00:00Z,30,4.5,200\n"
            "v2,true,SUP,2024-10-25T09:30:00Z,30,2,180\n"
            "v2,true,SAL,2024-10-28T09:00:00Z,60,3,240\n"
            "v2,true,SUP,2024-10-28T09:00:00Z,15,1,240\n"
            "v2,true,SUP,2024-10-28T09:15:00Z,15,2,120\n"
        ),
        "staff_requirements": REQUIREMENTS
        + (
            "BER,2024-10-25T09:00:00Z,30,5.25\n"
            "BER,2024-10-25T16:00:00Z,60,1\n"
            "BER,2024-10-28T09:00:00Z,15,2\n"
            "ATLANTIS,2024-10-25T09:00:00Z,30,1\n"
        ),
    },
    {
        # a leg of an agent moves to another agent, so that contacts per hour and the forecast's handle time change
        "contact_segments": (
            "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,"
            "answered_at,talk_seconds\n"
            "K01-1,K01,1,queue,SUP,2024-10-25T09:00:00Z,2024-10-25T09:00:10Z,answered,A3,2024-10-25T09:00:10Z,90\n"
        ),
    },
    {
        # an agent moves to a site far away, and another to another team and employer
        "sites": "site_id,site_name,timezone\nBLR,Bengaluru,Asia/Kolkata\n",
        "agents": AGENTS
        + (
            "A2,agent,T1,BER,in_house,,1.0,2023-06-01,2024-10-24\n"
            "A2,agent,T1,BLR,vendor,V1,0.5,2024-10-25,\n"
            "A3,agent,T1,BER,in_house,,1.0,2023-06-01,2024-10-25\n"
            "A3,agent,T2,BER,vendor,V1,1.0,2024-10-26,\n"
        ),
    },
]
"""What arrives night after night on top of the golden example, by entity: at least one of every kind of change."""
