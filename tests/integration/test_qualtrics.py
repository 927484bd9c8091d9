"""Qualtrics: the export with three header rows, one real and some of our own."""

import csv
import io
import json

import pytest

from tests.integration.system_support import SystemWarehouse, sample

BUILT = ("survey_responses", "survey_answers", "survey_invitations")
HEADER = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
    "RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,DistributionChannel,UserLanguage"
)
TAGS = HEADER.split(",")


def response(number: str, contact: str, status: str = "0", finished: str = "1", **answers: str) -> dict[str, str]:
    start, end = "2024-10-25 08:00:00", "2024-10-25 08:02:00"
    given = [start, end, status, "192.0.2.7", "100", "120", finished, end, number, "Bloggs", "Jo", "jo@example.org"]
    return {**dict(zip(TAGS, [*given, contact, "email", "EN"], strict=True)), **answers}


def export(*responses: dict[str, str]) -> str:
    tags = list(responses[0])
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(tags)
    writer.writerow([f"Wie zufrieden, {tag}?" for tag in tags])
    writer.writerow([json.dumps({"ImportId": f"QID_{tag}"}) for tag in tags])
    writer.writerows([list(each.values()) for each in responses])
    return file.getvalue()


def test_the_label_and_import_id_rows_of_a_real_export_are_no_responses(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("qualtrics/responses/demo/sample.csv", sample("qualtrics/sample.csv"))
    night = system_warehouse.refresh(BUILT)
    assert night.failed == []
    assert [(report.rows, report.rejected) for report in night.extracts] == [(1, 0)]
    found = (
        "select response_id, invitation_id, cast(responded_at as varchar), is_complete from conformed.survey_responses"
    )
    assert system_warehouse.query(found) == [("qualtrics:R_2YPOQ602ER1jkf1", None, "2017-07-18 08:28:48", True)]
    assert system_warehouse.query("select count(*) from conformed.survey_answers") == [(0,)]
    assert system_warehouse.query("select count(*) from conformed.survey_invitations") == [(0,)]


def test_scores_are_tied_to_the_contact_that_was_asked_about(system_warehouse: SystemWarehouse) -> None:
    content = export(
        response("R_1", "asterisk:1.1", CSAT="5", NPS="10", Q9='Great, "quick"\nand friendly'),
        response("R_2", "asterisk:1.2", finished="0", CSAT="2", NPS="", Q9=""),
        response("R_3", "", CSAT="1", NPS="0", Q9=""),
    )
    system_warehouse.land("qualtrics/responses/after_call/2024-10-26.csv", content)
    assert system_warehouse.refresh(BUILT).failed == []
    answers = system_warehouse.query(
        """
        select invitations.contact_id, invitations.survey_id, answers.question_code, cast(answers.score as integer),
            cast(answers.scale_max as integer), responses.is_complete
        from conformed.survey_answers as answers
        inner join conformed.survey_responses as responses on answers.response_id = responses.response_id
        inner join conformed.survey_invitations as invitations on responses.invitation_id = invitations.invitation_id
        order by 1, 3
        """
    )
    assert answers == [
        ("asterisk:1.1", "qualtrics:after_call", "CSAT", 5, 5, True),
        ("asterisk:1.1", "qualtrics:after_call", "NPS", 10, 10, True),
        ("asterisk:1.2", "qualtrics:after_call", "CSAT", 2, 5, False),
    ]
    uninvited = "select count(*) from conformed.survey_responses where invitation_id is null"
    assert system_warehouse.query(uninvited) == [(1,)]
    for entity in ("survey_answers", "survey_responses", "survey_invitations"):
        text = str(system_warehouse.query(f"select * from staging.stg_qualtrics__{entity}"))
        assert not any(personal in text for personal in ("Bloggs", "example.org", "192.0.2", "friendly"))


@pytest.mark.parametrize("status", ["1", "8", "Survey Preview", "Spam"])
def test_previews_and_spam_stay_in_staging_and_count_nowhere(system_warehouse: SystemWarehouse, status: str) -> None:
    content = export(response("R_1", "asterisk:1.1", CSAT="5"), response("R_2", "asterisk:1.2", status, CSAT="1"))
    system_warehouse.land("qualtrics/responses/after_call/a.csv", content)
    assert system_warehouse.refresh(BUILT).failed == []
    assert system_warehouse.query("select count(*) from staging.stg_qualtrics__survey_responses") == [(2,)]
    for entity in ("survey_responses", "survey_invitations", "survey_answers"):
        assert system_warehouse.query(f"select count(*) from conformed.{entity}") == [(1,)]


def test_a_later_copy_of_a_response_replaces_it_and_withdrawn_answers_go(system_warehouse: SystemWarehouse) -> None:
    first = export(response("R_1", "asterisk:1.1", finished="0", CSAT="2", NPS="3"))
    system_warehouse.land("qualtrics/responses/after_call/2024-10-26.csv", first)
    assert system_warehouse.refresh(BUILT).failed == []
    system_warehouse.land(
        "qualtrics/responses/after_call/2024-10-27.csv", export(response("R_1", "asterisk:1.1", CSAT="4", NPS=""))
    )
    assert system_warehouse.refresh(BUILT).failed == []
    answers = "select question_code, cast(score as integer) from conformed.survey_answers"
    assert system_warehouse.query(answers) == [("CSAT", 4)]
    models = [f"stg_qualtrics__survey_{entity}" for entity in ("responses", "answers", "invitations")]
    by_increment = system_warehouse.contents(*models)
    assert system_warehouse.refresh(BUILT, full=True).failed == []
    assert system_warehouse.contents(*models) == by_increment


def test_a_score_off_its_scale_stops_the_build(system_warehouse: SystemWarehouse) -> None:
    """Yes and no coded 1 and 2 on a scale of 0 to 1 would otherwise lose every no."""
    content = export(response("R_1", "asterisk:1.1", RESOLVED="1"), response("R_2", "asterisk:1.2", RESOLVED="2"))
    system_warehouse.land("qualtrics/responses/after_call/a.csv", content)
    failed = system_warehouse.refresh(BUILT).failed
    assert any(name.startswith("accepted_values_stg_qualtrics__survey_answers") for name in failed)
    assert "survey_answers" in failed


def test_dates_of_an_export_in_another_zone_become_utc(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("qualtrics/responses/after_call/a.csv", export(response("R_1", "1.1", CSAT="5")))
    zone = {"qualtrics_time_zone": "Europe/Amsterdam", "qualtrics_contact_prefix": "asterisk:"}
    assert system_warehouse.refresh(BUILT, variables=zone).failed == []
    sent = "select contact_id, cast(sent_at as varchar) from conformed.survey_invitations"
    assert system_warehouse.query(sent) == [("asterisk:1.1", "2024-10-25 06:00:00")]
