"""From the raw road file to the two small tables that ship; needs the extra ``build``."""
