"""Ask pandapower's topology who loses supply; run by a Python of its own, which has pandapower and pandas 2.

``python pandapower_peer.py NETWORK.npz`` prints a JSON document: version, seconds to build the network,
seconds and lost nodes of each opening.
"""

import json
import sys
import time
from typing import Any

import numpy as np


def build(data: Any) -> Any:
    """Make the pandapower network: every branch a line, every switch one at the line's first end."""
    import pandapower as pp

    net = pp.create_empty_network()
    nodes, lines = int(data["nodes"]), len(data["a"])
    pp.create_buses(net, nodes, vn_kv=10.0)
    for source in data["sources"].tolist():
        pp.create_ext_grid(net, source)
    pp.create_lines_from_parameters(
        net, data["a"], data["b"], length_km=0.1, r_ohm_per_km=0.1, x_ohm_per_km=0.1, c_nf_per_km=0.0,
        max_i_ka=1.0, in_service=data["closed"],
    )  # fmt: skip
    switched = data["switches"]
    pp.create_switches(net, data["a"][switched], switched, et="l", closed=True)
    assert len(net.line) == lines
    return net


def main() -> None:
    """Build, then open one switch after another."""
    import pandapower as pp
    import pandapower.topology as topology

    data = np.load(sys.argv[1])
    begun = time.perf_counter()
    net = build(data)
    built = time.perf_counter() - begun
    before = topology.unsupplied_buses(net)
    number = {int(line): at for at, line in zip(net.switch.index, net.switch["element"], strict=True)}
    seconds, lost = [], []
    for branch in data["open"].tolist():
        begun = time.perf_counter()
        net.switch.at[number[branch], "closed"] = False
        after = topology.unsupplied_buses(net)
        seconds.append(time.perf_counter() - begun)
        net.switch.at[number[branch], "closed"] = True
        lost.append(len(after - before))
    print(json.dumps({"version": pp.__version__, "built": built, "seconds": seconds, "lost": lost}))


if __name__ == "__main__":
    main()
