"""Break each KPI formula on purpose, in a scratch copy, and see whether a test notices."""
