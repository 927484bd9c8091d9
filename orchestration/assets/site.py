"""The boards: the asset that people look at, drawn from the publication after it is in place."""

import dagster as dg

from orchestration.assets.night import POOL, Event
from orchestration.assets.publication import KEY as PUBLICATION
from orchestration.assets.translator import OWNER
from orchestration.night import Night

KEY = dg.AssetKey(["published", "site"])


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
        pool=POOL,
    )
    def site(context: dg.AssetExecutionContext) -> Event:
        night: Night = context.resources.night
        drawn = night.draw_boards()
        if drawn is None or night.problems:
            raise dg.Failure(description="; ".join(night.problems) or "nothing was published", allow_retries=False)
        return dg.MaterializeResult(
            asset_key=KEY,
            metadata={
                "index": dg.MetadataValue.path(drawn.index),
                "boards": dg.MetadataValue.int(drawn.boards),
                "release": dg.MetadataValue.int(drawn.release_id),
                "seconds": dg.MetadataValue.float(round(drawn.seconds, 2)),
            },
        )

    return site
