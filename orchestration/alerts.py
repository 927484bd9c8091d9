"""Tell people that something is wrong with the refreshes of a home: through apprise, to every URL that is set.

One URL per channel: e-mail, Slack, Teams, a webhook. A message that cannot be sent never fails a refresh; who sends
gets the reason. Nothing is sent, and apprise is not imported, while no URL is set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from orchestration.settings import Settings

Level = Literal["failure", "warning"]
MISSING = "alerts need the extra `alerts`: pip install 'contact-center-warehouse[alerts]'"


@dataclass(frozen=True)
class Alert:
    """What is wrong, since when, which KPIs it concerns and what to do; ``level`` is failure or warning."""

    what: str
    since: str
    next_step: str
    kpis: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    level: Level = "failure"

    @property
    def text(self) -> str:
        """The message below its title."""
        lines = [f"since: {self.since}", *self.details]
        lines += [f"KPIs: {', '.join(self.kpis)}"] if self.kpis else []
        return "\n".join([*lines, f"next: {self.next_step}"])


def send(settings: Settings, alert: Alert) -> str:
    """Send an alert to every URL that is set; return why it was not sent to all, or an empty text."""
    urls = settings.alert_urls.get_secret_value().split()
    if not urls:
        return ""
    try:
        import apprise
    except ImportError:
        return MISSING
    failed = 0
    for url in urls:
        channel = apprise.Apprise()
        title = f"contact center, {settings.home.name}: {alert.what}"
        is_sent = channel.add(url) and channel.notify(title=title, body=alert.text, notify_type=alert.level)
        failed += not is_sent
    return f"{failed} of {len(urls)} alert URLs could not be reached, or are wrong" if failed else ""


def of_refresh(
    refresh_id: int,
    as_of: str,
    *,
    stage: str = "",
    reasons: Sequence[str] = (),
    problems: Sequence[str] = (),
    findings: Sequence[tuple[str, tuple[str, ...]]] = (),
) -> Alert | None:
    """Return what a refresh has to tell: that it failed, what went wrong beside it, what was unusual; None: nothing.

    ``findings`` are sentences of severity hold or stop, each with the ids of the KPIs that it concerns.
    """
    kpis = tuple(sorted({kpi for _, concerned in findings for kpi in concerned}))
    unusual = tuple(sentence for sentence, _ in findings)
    if stage:
        return Alert(
            what=f"refresh {refresh_id} failed at stage {stage}",
            since=f"the refresh as of {as_of} UTC; what was published before stands",
            details=(*reasons[:5], *unusual[:10]),
            kpis=kpis,
            next_step="mend the cause and run `contact-center refresh`; the page on running it has the usual ones",
        )
    if not problems and not findings:
        return None
    what = "deliveries are unusual" if findings else "it is published, but not all went well"
    return Alert(
        what=f"refresh {refresh_id}: {what}",
        since=f"the refresh as of {as_of} UTC, which is published",
        details=(*problems, *unusual[:10]),
        kpis=kpis,
        next_step="look at the data-health board; `contact-center unload` takes a wrong file out"
        if findings
        else "see the message",
        level="warning",
    )
