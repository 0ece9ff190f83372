"""Pages of Inspect with pictures that are optimised: what excites a unit, what turns a decision."""
