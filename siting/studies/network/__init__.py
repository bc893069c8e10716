"""What a road network consists of, compared with another one and with known trips."""
