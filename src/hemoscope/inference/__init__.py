"""Scoring with ONNX Runtime: one slice or many, each with an answer."""
