"""Why a place is in a result, or not."""
