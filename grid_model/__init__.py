"""The network, the territory and the people: values and rules, without windows, files or shapes."""
