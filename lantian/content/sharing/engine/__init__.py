"""Pure parts: the protocol, the spreadsheet, what other systems write."""
