"""Codes of people, schools, places and lessons, each with where its rules are written.

Pure code; the table of divisions is read once, when first asked for.

| module | what | source |
|---|---|---|
| `citizen` | citizen numbers 公民身份号码 | GB 11643-1999, ISO 7064 MOD 11-2 |
| `student_number` | 学籍号 | national student information system (全国中小学生学籍信息管理系统), 2013 |
| `school` | 学校（机构）标识码 | 教育部《学校（机构）代码管理办法》2011 |
| `divisions` | divisions at county level and above, since 1980 | GB/T 2260, Ministry of Civil Affairs |
| `stages` `grades` `subjects` | stages, grades, subjects | JY/T 1001-2012 |
| `class_names` | what spreadsheets call grades and classes | — |
| `spellings` | what spreadsheets call sexes, relations, subjects, days | — |
"""
