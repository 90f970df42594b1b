#!/usr/bin/env bash
# Builds the witnesses that run on Java in FOLDER: setup_java.sh FOLDER makes the commands FOLDER/{dss-check,dss-make,verapdf}
#
# Their libraries come from Maven Central, pinned in java/pom.xml; nothing is installed. Needs mvn and a JDK of version 11 or newer.
set -euo pipefail

folder=${1:?usage: setup_java.sh FOLDER}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$folder/classes"
folder=$(cd "$folder" && pwd)

if [ ! -f "$folder/jars/complete" ]; then
    mvn --batch-mode --quiet --no-transfer-progress --file "$here/java/pom.xml" -Dmaven.repo.local="$folder/repository" \
        org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$folder/jars"
    rm -rf "$folder/repository"
    touch "$folder/jars/complete"
fi

javac -d "$folder/classes" -cp "$folder/jars/*" "$here"/java/*.java

for pair in dss-check:DssCheck dss-make:DssMake verapdf:VeraCheck; do
    command=$folder/${pair%%:*}
    cat >"$command" <<SH
#!/bin/sh
# See ${pair##*:}.java.
d=\$(cd "\$(dirname "\$0")" && pwd)
exec java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "\$d/classes:\$d/jars/*" ${pair##*:} "\$@"
SH
    chmod +x "$command"
done
