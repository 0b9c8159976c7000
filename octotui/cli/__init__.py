"""One file per verb; the only place that wires the rooms together."""
