"""Plain spreadsheets as schools keep them: files into grids, heads into columns, cells into facts.

| module | what |
|---|---|
| `grids` | what a file is read into, how much of it at most, and why a file is not read |
| `xlsx` `text` | XLSX; CSV and TSV in whatever encoding |
| `reading` | any file, by its content |
| `fields` | kinds of list, their fields and what those are called |
| `heads` | where the head is, which column means what, what kind of list it is |
| `cells` | one cell → a value or what is wrong with it, the damage that spreadsheets do included |
| `rows` | one row → a pupil, a teacher, a family, a class, and its faults |
| `writing` | templates, and a school's own errors as a workbook |

Pure code: text and bytes in, plain values out. Faults are codes; the words are made where they are shown.
"""
