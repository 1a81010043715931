# Leaves a child that holds the output open.
(sleep 4711 &) ; exit 0
