"""Spans of time: merged, cut and overlapped, in whole seconds."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.reference.records import seconds

Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, overlapping and adjoining ones joined."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def overlap(one: Iterable[Span], two: Iterable[Span]) -> list[Span]:
    """Return what two sets of spans have in common."""
    second = merged(two)
    return merged(
        (max(start, other[0]), min(end, other[1]))
        for start, end in merged(one)
        for other in second
        if max(start, other[0]) < min(end, other[1])
    )


def without(one: Iterable[Span], two: Iterable[Span]) -> list[Span]:
    """Return what of the first spans the second do not cover."""
    left = merged(one)
    for start, end in merged(two):
        left = [
            piece
            for span in left
            for piece in ((span[0], min(span[1], start)), (max(span[0], end), span[1]))
            if piece[0] < piece[1]
        ]
    return left


def length(spans: Iterable[Span]) -> Fraction:
    """Return the seconds of spans that do not overlap."""
    return sum((seconds(start, end) for start, end in spans), Fraction(0))


def by_day(span: Span, zone: ZoneInfo) -> Iterator[tuple[date, Span]]:
    """Cut a span at local midnights."""
    start, end = span
    while start < end:
        on = start.astimezone(zone).date()
        following = on + timedelta(days=1)
        midnight = datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
        yield on, (start, min(end, midnight))
        start = midnight
