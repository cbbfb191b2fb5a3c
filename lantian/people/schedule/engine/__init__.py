"""Pure parts of the timetable: clashes within a week, how a received period fits a class's own day, iCalendar. No Django."""
