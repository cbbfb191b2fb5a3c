import os

# openpyxl reads by lxml wherever something else has brought that, and lxml expands entities; else it reads by defusedxml.
os.environ["OPENPYXL_LXML"] = "False"
