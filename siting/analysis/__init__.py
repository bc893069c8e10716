"""What an answer means: access and equity measures, and the worth of each site."""
