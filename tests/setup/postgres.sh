#!/usr/bin/env bash
# A private PostgreSQL cluster for tests: postgres.sh start FOLDER | stop FOLDER | kill FOLDER
#
# `start` makes a cluster in FOLDER (or takes the one that is there), starts it on a free loopback port and on a socket in FOLDER, and prints its
# address postgres://…; `stop` ends it in order; `kill` ends it at once, as a power cut would. Runs the server as `postgres` when called by root,
# because PostgreSQL refuses to be root.
set -euo pipefail

verb=${1:?start, stop or kill}
folder=$(mkdir -p "${2:?folder}" && cd "$2" && pwd)

# Debian keeps the server's programs out of PATH; what PATH calls initdb may belong to something else.
bin=$(find /usr/lib/postgresql -maxdepth 3 -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || { echo 'no initdb: install the Debian package postgresql' >&2; exit 1; })")

as_server() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- env -C / LC_ALL=C "$@"; else env -C / LC_ALL=C "$@"; fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start() {
    if [ ! -f "$folder/url" ]; then
        local port password
        port=$(free_port)
        password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        [ "$(id -u)" != 0 ] || chown postgres "$folder"
        chmod 711 "$folder"
        (umask 077 && echo "$password" >"$folder/password")
        [ "$(id -u)" != 0 ] || chown postgres "$folder/password"
        as_server "$bin/initdb" --pgdata="$folder/data" --username=elicence --pwfile="$folder/password" --auth=scram-sha-256 \
            --encoding=UTF8 --locale=C --no-sync >"$folder/initdb.log"
        # The tests end processes, never the machine, so that nothing is lost without fsync.
        cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$folder'
max_connections = 200
shared_buffers = 64MB
fsync = off
CONF
        (umask 077 && echo "postgres://elicence:$password@127.0.0.1:$port/postgres" >"$folder/url")
    fi
    as_server "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/data/server.log" --wait --timeout=60 --silent start >&2 ||
        { cat "$folder/data/server.log" >&2; exit 1; }
    cat "$folder/url"
}

case $verb in
    start) start ;;
    stop) as_server "$bin/pg_ctl" --pgdata="$folder/data" --mode=fast --wait --silent stop >&2 ;;
    kill) as_server "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait --silent stop >&2 ;;
    *) echo "unknown verb $verb" >&2; exit 64 ;;
esac
