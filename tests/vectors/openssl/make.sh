#!/usr/bin/env bash
# Makes the files of this folder with openssl, and throws the keys away: tests/vectors/openssl/make.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OPENSSL_CONF=$work/openssl.cnf

cat >openssl.cnf <<'CONF'
[ca]
default_ca = demo
[demo]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
crl_extensions = crl_ext
[crl_ext]
authorityKeyIdentifier = keyid
[crl_strange]
1.2.3.4 = critical, ASN1:NULL
[crl_scoped]
issuingDistributionPoint = critical, @idp
[idp]
onlyuser = TRUE
[crl_indirect]
issuingDistributionPoint = critical, @idp_indirect
[idp_indirect]
indirectCRL = TRUE
[crl_delta]
2.5.29.27 = critical, ASN1:INTEGER:1
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature, nonRepudiation
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://ocsp.example/a, caIssuers;URI:http://ca.example/root.cer, OCSP;URI:http://ocsp.example/b
crlDistributionPoints = URI:http://crl.example/root.crl, URI:ldap://crl.example/cn=root
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa_loose]
extendedKeyUsage = timeStamping, emailProtection
[responder]
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
[stamps]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
clock_precision_digits = 3
CONF
touch index.txt
echo 1000 >crlnumber
echo 01 >serial

root() { openssl req -x509 -newkey "$1" ${2:+-pkeyopt "$2"} -nodes -keyout root.key -out root.pem -days 10950 -subj '/CN=Test Root' -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n') -extensions root -config openssl.cnf; }
printf '[req]\ndistinguished_name = dn\n[dn]\n' >>openssl.cnf
root ec ec_paramgen_curve:P-256

issue() { # name, section, serial
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=Test $1"
    openssl x509 -req -in "$1.csr" -CA root.pem -CAkey root.key -set_serial "$3" -days 10900 -extfile openssl.cnf -extensions "$2" -out "$1.pem"
}
issue good leaf 0x2001
issue revoked leaf 0x2002
issue stranger leaf 0x2003
issue tsa tsa 0x2004
issue loose tsa_loose 0x2005
issue responder responder 0x2006
openssl req -new -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.csr -subj '/CN=Test RSA TSA'
openssl x509 -req -in rsa.csr -CA root.pem -CAkey root.key -set_serial 0x2007 -days 10900 -extfile openssl.cnf -extensions tsa -out rsa.pem
printf 'V\t500101000000Z\t\t2001\tunknown\t/CN=Test good\nR\t500101000000Z\t260301120000Z,keyCompromise\t2002\tunknown\t/CN=Test revoked\nR\t500101000000Z\t260401120000Z\t80000000000000000001\tunknown\t/CN=Test old\n' >index.txt

crl() { openssl ca -gencrl -cert root.pem -keyfile root.key -config openssl.cnf "${@:2}" -out "$1.pem" && openssl crl -in "$1.pem" -outform DER -out "$here/$1"; }
crl plain.crl
for kind in strange scoped indirect delta; do crl "$kind.crl" -crlexts "crl_$kind"; done

openssl ocsp -index index.txt -CA root.pem -issuer root.pem -rsigner responder.pem -rkey responder.key -cert good.pem -cert revoked.pem -cert stranger.pem -ndays 30 -no_nonce -respout "$here/delegated.ocsp" >/dev/null
openssl ocsp -index index.txt -CA root.pem -issuer root.pem -rsigner root.pem -rkey root.key -resp_no_certs -resp_key_id -sha256 -cert good.pem -nonce -respout "$here/direct.ocsp" >/dev/null

echo -n 'what existed' >data
stamp() { # name, signer, options of the query...
    openssl ts -query -data data -no_nonce "${@:3}" -out query
    openssl ts -reply -config openssl.cnf -section stamps -queryfile query -signer "$2.pem" -inkey "$2.key" -out "$here/$1"
}
stamp ecdsa.tsr tsa -sha256 -cert
stamp rsa.tsr rsa -sha512 -cert
stamp bare.tsr tsa -sha384
sed -i "s/^ess_cert_id_alg = .*/ess_cert_id_alg = sha1/" openssl.cnf
stamp v1.tsr tsa -sha256 -cert
sed -i 's/^digests = .*/digests = sha512/' openssl.cnf
stamp rejected.tsr tsa -sha256 -cert || true

for name in root good revoked stranger tsa loose responder rsa; do openssl x509 -in "$name.pem" -outform DER -out "$here/$name.cer"; done
