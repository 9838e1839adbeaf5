"""Judging honestly: metrics, intervals, calibration, operating points."""
