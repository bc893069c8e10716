"""What every room needs: errors, types, files, processes and signals."""
