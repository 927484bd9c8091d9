"""The Anonymous Bank through to the KPI values: the figures that others worked out for February 1999."""

from datetime import datetime

import pytest

from tests.integration.system_support import MARTS, SystemWarehouse, sample

SERVICE = ("kpi_value_service",)


def test_the_independent_figures_of_the_month_are_published_values(tmp_path_factory: pytest.TempPathFactory) -> None:
    calls = sample("anonymous_bank/february1999.txt.gz")
    warehouse = SystemWarehouse(tmp_path_factory.mktemp("bank"), more=MARTS)
    warehouse.reset()
    warehouse.land("anonymous_bank/calls/february1999.txt.gz", calls)
    assert warehouse.refresh(SERVICE, as_of=datetime(1999, 3, 15)).failed == []
    values = {
        (kpi, variant): round(value, 4)
        for kpi, variant, value in warehouse.query(
            "select kpi_id, variant, value from marts.kpi_value_service "
            "where scope_id = 'anonymous_bank:bank' and scope_type = 'site' and period_type = 'month' "
            "and period_start = date '1999-02-01' and value is not null"
        )
    }
    phantom_calls, hang_ups, hang_ups_within_5_seconds = 278, 5904, 2160
    assert values["contacts_offered", "default"] == 33344 - phantom_calls
    assert values["contacts_abandoned", "incl_short"] == hang_ups
    assert values["contacts_abandoned", "default"] == hang_ups - hang_ups_within_5_seconds
    assert values["average_speed_of_answer", "default"] == 40.7743
    assert values["average_handle_time", "default"] == 176.3530
    assert values["service_level", "answered_only"] == 59.6753
    assert values["service_level", "all_abandons_penalise"] == 49.0201
