"""How fast Taiqu is beside its peers, on the same data in the same run."""
