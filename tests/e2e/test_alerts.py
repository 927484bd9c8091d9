"""Alerts arrive at servers on this machine, sent by the command that people and schedules run."""

from orchestration.monitor import HEARTBEAT
from tests.support.installation import Installation, tonight
from tests.support.receivers import mail_server, webhook


def test_a_refresh_that_fails_tells_by_webhook_and_mail_and_a_monitor_sees_it(installation: Installation) -> None:
    home = installation.home
    home.edit("models/contact.sql", "    contact_id,\n", "    no_such_column as contact_id,\n")
    with webhook() as (hook, documents), mail_server() as (smtp, mails):
        mail = f"mailto://127.0.0.1:{smtp}?smtp=127.0.0.1&mode=insecure&from=night@example.org&to=oncall@example.org"
        urls = {"CONTACT_CENTER_ALERT_URLS": f"json://127.0.0.1:{hook}/hook {mail}"}
        failed = installation.call("refresh", "--as-of", "2024-11-03", **urls)
        assert failed.returncode == 1
        [document] = documents
        assert document["title"] == f"contact center, {home.settings.home.name}: refresh 2 failed at stage dbt"
        assert document["type"] == "failure"
        assert "no_such_column" in document["message"]
        assert (
            "since: the refresh as of 2024-11-03 00:00:00 UTC; what was published before stands" in document["message"]
        )
        assert "next: mend the cause and run `contact-center refresh`" in document["message"]
        [message] = mails
        assert "To: oncall@example.org" in message
        assert "refresh 2 failed at stage dbt" in message
        checked = installation.call("status", "--check", "--alert", **urls)
        assert checked.returncode == 2
        assert checked.stdout.startswith("CRITICAL - ")
        assert "refresh 2 failed at stage dbt" in checked.stdout
        assert [each["title"].split(": ")[1] for each in documents[1:]] == ["refresh 2 failed at stage dbt"]
        installation.call("status", "--check", "--alert", **urls)
        assert len(documents) == 2
    home.edit("models/contact.sql", "    no_such_column as contact_id,\n", "    contact_id,\n")
    done = tonight(installation)
    assert done.returncode == 0, done.stdout
    well = installation.call("status", "--check")
    assert (well.returncode, well.stdout.split(" published")[0]) == (0, "OK - release 2")
    assert (home.settings.home / HEARTBEAT).is_file()


def test_an_alert_that_cannot_be_sent_is_told_and_fails_nothing(installation: Installation) -> None:
    installation.home.edit("models/contact.sql", "    contact_id,\n", "    no_such_column as contact_id,\n")
    failed = installation.call(
        "refresh", "--as-of", "2024-11-03", CONTACT_CENTER_ALERT_URLS="json://127.0.0.1:1/nobody-listens"
    )
    assert failed.returncode == 1
    assert "1 of 1 alert URLs could not be reached, or are wrong" in failed.stdout + failed.stderr
