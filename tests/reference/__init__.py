"""A second computation of every KPI, in plain Python, written from the catalogue and not from the models."""
