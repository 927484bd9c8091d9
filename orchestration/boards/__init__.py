"""Boards as code: the pages of ``published/site``, drawn from the publication and declared in ``charts/``."""
