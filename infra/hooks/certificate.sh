#!/bin/sh
# After azd provision: the server needs a certificate in the vault before it can start. Where there is none yet, the vault
# makes one that it has signed itself, so that a first installation runs; clients cannot verify it. Put your own in its
# place under the same name (az keyvault certificate import): the server takes it within half an hour.
set -eu

: "${SLUICE_VAULT:?is an output of infra/main.bicep}"
: "${SLUICE_TLS_SECRET:?is an output of infra/main.bicep}"
: "${SLUICE_HOST:?is an output of infra/main.bicep}"

# Given to main.bicep, which has put it into the vault as a secret.
if [ -n "${SLUICE_TLS_PEM:-}" ]; then
  echo "Certificate: SLUICE_TLS_PEM was put into $SLUICE_VAULT."
  exit 0
fi

if az keyvault certificate show --vault-name "$SLUICE_VAULT" --name "$SLUICE_TLS_SECRET" --output none 2>/dev/null; then
  echo "Certificate: $SLUICE_TLS_SECRET is in $SLUICE_VAULT."
  exit 0
fi

policy=$(mktemp)
trap 'rm -f "$policy"' EXIT
cat >"$policy" <<EOF
{
  "issuerParameters": { "name": "Self" },
  "keyProperties": { "exportable": true, "keyType": "RSA", "keySize": 2048, "reuseKey": false },
  "secretProperties": { "contentType": "application/x-pem-file" },
  "x509CertificateProperties": {
    "subject": "CN=sluice",
    "subjectAlternativeNames": { "dnsNames": ["$SLUICE_HOST"] },
    "ekus": ["1.3.6.1.5.5.7.3.1"],
    "keyUsage": ["digitalSignature", "keyEncipherment"],
    "validityInMonths": 12
  },
  "lifetimeActions": [{ "trigger": { "daysBeforeExpiry": 60 }, "action": { "actionType": "AutoRenew" } }]
}
EOF

# The role that allows it was assigned a moment ago: Azure takes up to some minutes to know it everywhere.
tries=${SLUICE_CERTIFICATE_TRIES:-20}
until az keyvault certificate create --vault-name "$SLUICE_VAULT" --name "$SLUICE_TLS_SECRET" --policy "@$policy" --output none
do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    echo "Certificate: $SLUICE_VAULT does not take one from here. Make or import $SLUICE_TLS_SECRET from where the vault can be reached, or give main.bicep tlsPem; then azd deploy." >&2
    exit 1
  fi
  sleep "${SLUICE_CERTIFICATE_WAIT:-15}"
done
echo "Certificate: made a self-signed one for $SLUICE_HOST in $SLUICE_VAULT. Replace it before clients verify it."
