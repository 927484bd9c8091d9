"""Run the dbt project and read back what it did."""
