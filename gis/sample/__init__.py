"""An invented supply station to try everything on: same size and seed, same rows in every table."""

from gis.sample.station import Sample, make_sample, sample_with_faults

__all__ = ["Sample", "make_sample", "sample_with_faults"]
