"""The layers a project has on the map, in the order in which they lie over one another."""

from __future__ import annotations

from ui.map.area_layers import BaseLayer, ServiceGridLayer, StationLayer, TransformerAreaLayer, VillageLayer
from ui.map.layer import Layer
from ui.map.line_layers import LvLineLayer, MvLineLayer, RoadLayer
from ui.map.outage_layers import FateLayer, LoopLayer, LossLayer, SpotLayer, TraceLayer
from ui.map.point_layers import (
    BoxLayer,
    CustomerLayer,
    ImportantLayer,
    ManagerLayer,
    PoleLayer,
    PvLayer,
    SubstationLayer,
    SwitchLayer,
    TransformerLayer,
)


def project_layers() -> list[Layer]:
    """Make the layers, the lowest first; none has read a project yet."""
    lv, mv, switches = LvLineLayer(), MvLineLayer(), SwitchLayer()
    return [
        StationLayer(),
        BaseLayer(),
        TransformerAreaLayer(),
        RoadLayer(),
        VillageLayer(),
        ServiceGridLayer(),
        lv,
        mv,
        FateLayer((lv, mv), switches),
        LossLayer((lv, mv), switches),
        LoopLayer((lv, mv), switches),
        CustomerLayer(),
        PoleLayer(),
        BoxLayer(),
        TransformerLayer(),
        PvLayer(),
        switches,
        SubstationLayer(),
        ImportantLayer(),
        ManagerLayer(),
        TraceLayer((lv, mv), switches),
        SpotLayer((lv, mv), switches),
    ]
