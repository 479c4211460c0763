"""The handful of mistakes planted in the sample, so that checks have something to find (`docs/sample.md`)."""
