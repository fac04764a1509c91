#!/usr/bin/env bash
# The wire contract keeps to buf's STANDARD rules. Needs buf on the PATH (.ci/tools brings it).
set -uo pipefail
cd "$(dirname "$0")/../src/Protos"
if ! command -v buf > /dev/null; then
  echo 'protos: NOT CHECKED, buf is missing; install @bufbuild/buf with npm and put it on the PATH'
  exit 0
fi
buf lint && echo "protos: $(ls s2m/v1/*.proto | wc -l) files, no breach"
