"""Random bound books for the twins and laws: every node kind, biased to boundaries, from one seed."""
