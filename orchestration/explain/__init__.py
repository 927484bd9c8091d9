"""Where a published KPI value comes from: its row, the records behind it, its checks, its files. Reads only."""
