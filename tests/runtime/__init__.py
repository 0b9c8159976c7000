"""Tests of sessions and what they need."""
