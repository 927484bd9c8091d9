"""Write, audit and publish the release that BI tools read."""
