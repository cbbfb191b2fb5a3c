"""Pure code of the exchange: the OneRoster 1.2 binding and how its words map to ours."""
