"""Pure media code: boxes, playlists, ciphers, remuxing, transcoding, the synthetic lesson. No Django, no files, no sockets."""
