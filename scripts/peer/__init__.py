"""The parts of scripts/bench-peer."""
