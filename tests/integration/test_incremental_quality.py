"""Late changes of contacts, surveys, evaluations and people: nights that see them equal one full rebuild."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.support.nights import Nights, differences, golden_night

CONTACTS = (
    "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,"
    "is_resolved,is_test,sentiment_score,sentiment_model_version,last_updated_at\n"
)
SEGMENTS = (
    "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at,"
    "talk_seconds\n"
)
INVITATIONS = "invitation_id,survey_id,contact_id,customer_id,sent_at,delivery_status\n"
TRAINING = "assignment_id,agent_id,course_id,due_on,completed_on,hours\n"
EMPLOYEES = "survey_period,team_group,question_code,score\n"
EVALUATIONS = (
    "evaluation_id,contact_id,ticket_id,agent_id,evaluator_id,evaluated_on,form_id,evaluation_type,points_possible,"
    "points_earned,has_critical_compliance_failure\n"
)
"""The first lines of the extracts that tests write."""


class Night(NamedTuple):
    """What arrives before a night, by entity, and the instant the night computes as of."""

    as_of: datetime
    arrives: dict[str, str]


NIGHTS = [
    Night(
        # customers come back after ten days and while a contact still runs, windows of one and three days close
        datetime(2024, 11, 5),
        {
            "contacts": CONTACTS
            + (
                "L1,voice,inbound,inbound,C1,BER,BILLING,2024-11-04T09:00:00Z,2024-11-04T09:03:00Z,false,false,0.5,v1,2024-11-04T10:00:00Z\n"
                "L2,chat,inbound,inbound,C7,BER,BILLING,2024-11-01T09:00:00Z,,,false,-0.25,v2,2024-11-01T09:00:00Z\n"
                "L3,voice,inbound,inbound,C7,BER,BILLING,2024-11-04T09:00:00Z,2024-11-04T09:03:00Z,true,false,-0.5,v2,2024-11-04T10:00:00Z\n"
            ),
            "contact_segments": SEGMENTS
            + (
                "L1-1,L1,1,queue,SUP,2024-11-04T09:00:00Z,2024-11-04T09:00:30Z,answered,A1,2024-11-04T09:00:30Z,100\n"
                "L2-1,L2,1,queue,CHT,2024-11-01T09:00:00Z,2024-11-01T09:00:30Z,answered,A1,2024-11-01T09:00:30Z,\n"
                "L3-1,L3,1,queue,SUP,2024-11-04T09:00:00Z,2024-11-04T09:00:30Z,answered,A2,2024-11-04T09:00:30Z,100\n"
            ),
            # evaluations of a contact that is not there yet, of a ticket and for calibration, by evaluators with a team
            "qa_evaluations": EVALUATIONS
            + (
                "E6,L4,,A1,Q1,2024-11-02,,standard,50,40,false\nE7,,TK1,A6,Q2,2024-10-30,SALES,standard,50,50,true\n"
                "E8,K01,,A1,Q2,2024-10-28,,calibration,100,70,false\n"
            ),
            "qa_section_scores": (
                "evaluation_id,section_code,points_possible,points_earned\nE6,communication,10,5\nE9,procedure,1,1\n"
            ),
            "calibration_scores": (
                "calibration_id,evaluation_id,evaluator_id,score_pct,reference_score_pct\nCL4,E8,Q2,70,92\n"
            ),
            "qa_defects": (
                "defect_id,evaluation_id,response_id,defect_type,root_cause\n"
                "DF1,E1,,behaviour,training\nDF8,E6,,process,\nDF9,,R1,product,training\nDF10,E99,,product,training\n"
            ),
            "agents": (
                "agent_id,role,team_id,site_id,fte,valid_from,valid_to\n"
                "Q1,qa_specialist,QA,BER,1.0,2023-06-01,\nA3,agent,T1,BER,1.0,2024-10-20,2024-10-27\n"
            ),
            # training is completed late, somebody leaves who was assigned, a person nobody knew had left long ago
            "training_assignments": TRAINING
            + "TR5,A1,SYS,2024-10-15,2024-11-03,1\nTR6,A2,SYS,2024-11-04,,2\nTR7,Z9,SYS,2024-10-20,2024-10-19,2\n",
            "employment_spells": (
                "spell_id,employee_id,started_on,ended_on,end_type\nS2,A2,2023-06-01,2024-11-03,voluntary\n"
                "S8,Z9,2023-06-01,2024-09-30,involuntary\n"
            ),
            "employee_survey_answers": EMPLOYEES
            + "2024-Q3,T1,ENPS,9\n" * 5
            + "2024-Q3,T2,ENPS,3\n" * 4
            + "2024-10,BER,JOB_SAT,5\n" * 6,
            # surveys about no contact and one not there yet, answered before they were sent, and answering nothing
            "survey_invitations": INVITATIONS
            + (
                "I11,REL,,C2,2024-10-30T22:30:00Z,delivered\nI12,POST,L4,,2024-11-01T09:00:00Z,delivered\n"
                "I13,POST,L1,,2024-11-04T09:01:00Z,delivered\n"
            ),
            "survey_responses": (
                "response_id,invitation_id,responded_at,is_complete\nR11,I11,2024-10-31T10:00:00Z,true\n"
                "R12,I12,2024-11-01T10:00:00Z,true\nR13,I13,2024-11-04T09:00:00Z,true\nR14,I99,2024-10-30T09:00:00Z,true\n"
            ),
            "survey_answers": (
                "response_id,question_code,score,scale_min,scale_max\nR11,NPS,9,0,10\nR12,CSAT,1,1,5\nR12,EMOTION,2,1,7\n"
                "R13,CSAT,5,1,5\nR14,CSAT,5,1,5\n"
            ),
        },
    ),
    Night(
        # a contact of three weeks before arrives late, the one still running ends, windows of fourteen days close
        datetime(2024, 11, 12),
        {
            "contacts": CONTACTS
            + (
                "L4,chat,inbound,inbound,C1,BER,BILLING,2024-10-10T09:00:00Z,2024-10-10T09:03:00Z,true,false,0.9,v1,2024-11-10T10:00:00Z\n"
                "L2,chat,inbound,inbound,C7,BER,BILLING,2024-11-01T09:00:00Z,2024-11-01T10:00:00Z,false,false,-0.25,v2,2024-11-10T09:00:00Z\n"
                "K08,voice,inbound,inbound,C5,BER,BILLING,2024-10-25T11:00:00Z,2024-10-25T11:05:00Z,false,true,,,2024-11-10T09:00:00Z\n"
            ),
            "contact_segments": SEGMENTS
            + "L4-1,L4,1,queue,CHT,2024-10-10T09:00:00Z,2024-10-10T09:00:30Z,answered,A1,2024-10-10T09:00:30Z,100\n",
            # an evaluation is corrected and of another day, an analysis closes, a contact evaluated was a test
            "qa_evaluations": EVALUATIONS
            + "E5,K05,,A1,Q1,2024-10-29,,standard,100,80,false\nE2,K02,,A3,Q1,2024-10-28,,standard,100,78,false\n",
            "qa_defects": (
                "defect_id,evaluation_id,response_id,defect_type,root_cause\nDF8,E6,,process,training\n"
                "DF7,,R4,product,product\n"
            ),
            # hours are corrected, a spell is split in two, a wave's answers are replaced by too few to show
            "training_assignments": TRAINING
            + "TR1,A1,PCI,2024-10-31,2024-10-10,5\nTR6,A2,SYS,2024-11-04,2024-11-02,2\n",
            "employment_spells": (
                "spell_id,employee_id,started_on,ended_on,end_type\nS3,A3,2023-06-01,2024-10-20,end_of_contract\n"
                "S9,A3,2024-10-21,,\n"
            ),
            "employee_survey_answers": EMPLOYEES + "2024-Q3,T1,ENPS,0\n" * 3,
            # the agent who handled it last had moved; an answer about no contact is corrected; an invitation turns up
            "agents": "agent_id,role,team_id,site_id,fte,valid_from,valid_to\nA1,agent,T2,BER,1.0,2024-10-26,\n",
            "survey_answers": "response_id,question_code,score,scale_min,scale_max\nR11,NPS,3,0,10\n",
            "survey_invitations": INVITATIONS + "I99,POST,K05,,2024-10-29T09:00:00Z,delivered\n",
        },
    ),
    # nothing arrives, and windows of thirty days close
    Night(datetime(2024, 12, 5), {}),
]


def place(nights: Nights, name: str, text: str) -> None:
    """Write a standard extract."""
    target = nights.home / "landing" / "standard" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def test_nights_that_see_late_changes_one_after_another_equal_one_full_rebuild(tmp_path: Path) -> None:
    nights = golden_night(tmp_path / "home", tmp_path / "state", datetime(2024, 10, 29))
    for number, night in enumerate(NIGHTS):
        for entity, text in night.arrives.items():
            place(nights, f"{entity}/{entity}_2025-01-{number + 1:02}.csv", text)
        nights.night(night.as_of)
    by_night = Path(shutil.copy(nights.warehouse, tmp_path / "by_night.duckdb"))
    nights.night(NIGHTS[-1].as_of, full=True)

    assert differences(by_night, nights.warehouse) == []
    contradictions = "select * from meta.contradictions_survey order by all"
    with duckdb.connect(str(by_night), read_only=True) as con:
        found = con.execute(contradictions).fetchall()
    assert {row[0] for row in found} == {"invitation_follows_its_contact", "response_follows_its_invitation"}
    assert found == nights.query(contradictions)
