"""The Python side of the warehouse: load, transform, validate, publish, and the command line.

What does not belong here: SQL models (``models/``), the simulator (``simulator/``).
"""
