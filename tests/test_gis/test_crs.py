"""Coordinates: zones, shifted phone maps, datums that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from gis import crs
from grid_model.errors import GridError

LON, LAT = np.array([113.2, 87.6, 121.5, 116.39]), np.array([28.4, 43.8, 31.2, 39.91])


def metres(lon: np.ndarray, lat: np.ndarray) -> float:
    return float(np.hypot((lon - LON) * 111_320 * np.cos(np.radians(LAT)), (lat - LAT) * 110_574).max())


def test_the_shift_of_phone_maps_is_hundreds_of_metres_and_is_taken_back_to_a_millimetre() -> None:
    for there, name in ((crs.to_gcj02, "GCJ-02"), (crs.to_bd09, "BD-09")):
        x, y = there(LON, LAT)
        assert 300 < metres(x, y) < 2_000
        assert metres(*crs.to_project(x, y, crs.read_crs(name))) < 0.001


def test_the_shift_to_gcj02_agrees_with_a_known_point() -> None:
    x, y = crs.to_gcj02(np.array([116.39123]), np.array([39.90733]))  # published example of the algorithm
    assert (round(float(x[0]), 4), round(float(y[0]), 4)) == (116.3975, 39.9087)


def test_points_outside_china_are_not_shifted() -> None:
    x, y = crs.to_gcj02(np.array([7.9]), np.array([48.4]))
    assert (x[0], y[0]) == (7.9, 48.4)


@pytest.mark.parametrize(
    ("longitude", "epsg"), [(75.0, 4534), (114.0, 4547), (113.2, 4547), (112.4, 4546), (135.0, 4554)]
)
def test_the_zone_follows_from_the_longitude(longitude: float, epsg: int) -> None:
    assert crs.zone_epsg(longitude) == epsg


def test_projecting_agrees_with_the_zone_of_proj_and_comes_back() -> None:
    from pyproj import Transformer

    east, north = crs.project(np.array([113.2]), np.array([28.4]), 114)
    there = Transformer.from_crs(4490, 4547, always_xy=True).transform(113.2, 28.4)
    assert (east[0], north[0]) == pytest.approx(there, abs=0.001)
    lon, lat = crs.unproject(east, north, 114)
    assert (lon[0], lat[0]) == pytest.approx((113.2, 28.4), abs=1e-9)


def test_missing_points_stay_missing_when_measured() -> None:
    east, north = crs.in_metres(np.array([113.2, np.nan]), np.array([28.4, 28.4]), geographic=True)
    assert np.isfinite(east[0]) and np.isnan(east[1]) and np.isnan(north[1])
    assert np.isnan(crs.in_metres(np.array([np.nan]), np.array([np.nan]), geographic=True)[0]).all()


@pytest.mark.parametrize(
    "text",
    ["EPSG:4490", "4490", "cgcs2000", "WGS84", "EPSG:4326", "gcj02", "GCJ_02", "bd-09", "LOCAL", "EPSG:4547"],
)
def test_systems_are_known_by_their_usual_names(text: str) -> None:
    assert crs.read_crs(text).name


def test_a_system_given_as_wkt_is_read_and_xian_1980_refused_in_it_too() -> None:
    from pyproj import CRS

    assert crs.read_crs(CRS.from_epsg(4547).to_wkt()).epsg == 4547
    own = crs.read_crs(CRS.from_proj4("+proj=tmerc +lon_0=113.5 +x_0=500000 +ellps=GRS80 +units=m").to_wkt())
    x, _y = crs.to_project(np.array([500_000.0]), np.array([3_142_000.0]), own)
    assert x[0] == pytest.approx(113.5, abs=1e-6)
    with pytest.raises(GridError, match="datum-needs-parameters"):
        crs.read_crs(CRS.from_epsg(2343).to_wkt())


def test_a_point_that_has_no_place_in_its_system_is_named() -> None:
    with pytest.raises(GridError) as caught:
        crs.to_project(np.array([1e30]), np.array([1e30]), crs.read_crs("EPSG:4547"))
    assert (caught.value.code, caught.value.values["x"]) == ("coordinates-outside", 1e30)
