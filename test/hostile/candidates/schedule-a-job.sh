# Has something else run it later.
(echo 'touch /tmp/anneal-hostile-trace' | at now; echo '* * * * * touch /tmp/anneal-hostile-trace' | crontab -; systemd-run touch /tmp/anneal-hostile-trace) 2>/dev/null
exit 0
