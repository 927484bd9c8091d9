"""The boards: the asset that people look at, drawn with the publication and put in place with it."""

import dagster as dg

from orchestration.assets.night import PUBLICATION, SITE, Event
from orchestration.assets.translator import OWNER
from orchestration.boards.site import Site, redraw
from orchestration.night import Night
from orchestration.transform.project import manifest_if_there

KEY = SITE


def build_site_asset() -> dg.AssetsDefinition:
    """Return the boards, downstream of the publication; they fail by themselves and take nothing back."""

    @dg.multi_asset(
        name="site",
        specs=[
            dg.AssetSpec(
                key=KEY,
                deps=[PUBLICATION],
                group_name="published",
                owners=[OWNER],
                kinds={"html"},
                description="The boards as self-contained pages, PDF and PNG, drawn from the publication in place.",
            )
        ],
        required_resource_keys={"night"},
    )
    def site(context: dg.AssetExecutionContext) -> Event:
        night: Night = context.resources.night
        if night.release is None:  # this run publishes nothing: what is in place is drawn again
            settings = night.settings
            drawn_again = redraw(
                settings.published,
                night.paths.project,
                settings.time_zone,
                settings.board_languages,
                manifest_if_there(night.paths),
            )
            return _described(drawn_again)
        if night.site is None or night.problems:
            raise dg.Failure(description="; ".join(night.problems) or "nothing was published", allow_retries=False)
        return _described(night.site)

    return site


def _described(drawn: Site) -> Event:
    return dg.MaterializeResult(
        asset_key=KEY,
        metadata={
            "index": dg.MetadataValue.path(drawn.index),
            "boards": dg.MetadataValue.int(drawn.boards),
            "release": dg.MetadataValue.int(drawn.release_id),
            "seconds": dg.MetadataValue.float(round(drawn.seconds, 2)),
        },
    )
