"""What all tests share: fewer collections of garbage, which cost a twelfth of every night of dbt in one process."""

import gc

gc.set_threshold(100_000, 50, 100)
