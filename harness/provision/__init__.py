"""Everything that has to be on this machine before anything is measured."""
