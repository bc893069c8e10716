"""What the government really decided beside what the model would have."""
