"""What runs: relay, scheduler, live feed, and the doors that channels and console use."""
