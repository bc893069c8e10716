"""One room for each study of an answer: what is asked, what is computed, what is told."""
