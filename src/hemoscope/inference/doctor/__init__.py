"""What `hemoscope doctor` looks at: packages, the shipped model, decoders, the machine, and how fast it all is."""

from hemoscope.inference.doctor.examine import examine_installation

__all__ = ["examine_installation"]
