"""Many runs of one scenario with some keys changed, on Dask."""
