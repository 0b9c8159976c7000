"""The Session, which owns the State and turns events into work; clocks and replay."""
