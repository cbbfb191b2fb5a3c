"""Running Lantian: the `lantian` command, the supervisor of its processes, embedded PostgreSQL, backup and restore.

Nothing here imports Django, except the verbs of the command line that hand over to it: the supervisor must stay small,
quick and alive whatever state the application is in.
"""
