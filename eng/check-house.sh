#!/usr/bin/env bash
# House rules that no analyzer knows. Looks at every file git knows or would add; prints each breach as FILE:LINE and ends with 1 when there is one.
set -uo pipefail
cd "$(dirname "$0")/.."

breaches=0
mapfile -t files < <(git ls-files --cached --others --exclude-standard | grep -vE '(^|/)packages\.lock\.json$|\.(png|jpg|zip|safetensors)$|^LICENSE$|^eng/check-house\.sh$')
existing=()
for file in "${files[@]}"; do [[ -f "$file" ]] && existing+=("$file"); done
mapfile -t code < <(printf '%s\n' "${existing[@]}" | grep -E '\.cs$')
mapfile -t tests < <(printf '%s\n' "${code[@]}" | grep -E '^tests/')
mapfile -t tensor_code < <(printf '%s\n' "${code[@]}" | grep -E '^src/(Model|Worker|Local)/')
mapfile -t docs < <(printf '%s\n' "${existing[@]}" | grep -E '^(docs/|README\.md$|benchmarks/.*\.md$)')
# The limit of .editorconfig. Folders join as their longer lines are cut.
mapfile -t measured < <(printf '%s\n' "${code[@]}" | grep -E '^((src|tests)/(Coordinator|Local)(\.Tests)?/|eng/)')

# forbid REASON PATTERN FILE...
forbid() {
  local reason=$1 pattern=$2
  shift 2
  (($# == 0)) && return
  local found
  if found=$(grep -HnE -- "$pattern" "$@"); then
    printf '%s\n' "$found" | cut -c1-200 | sed "s|^|$reason: |"
    breaches=$((breaches + $(printf '%s\n' "$found" | wc -l)))
  fi
}

for file in "${code[@]}"; do
  limit=400
  [[ "$file" == tests/* ]] && limit=600
  lines=$(wc -l < "$file")
  if ((lines > limit)); then
    echo "too long: $file has $lines lines, at most $limit; cut it along its nouns"
    breaches=$((breaches + 1))
  fi
done

forbid 'line longer than 180' '^.{181}' "${measured[@]}"
forbid 'placeholder' '@@' "${docs[@]}"
forbid 'unfinished' '\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException' "${code[@]}"
forbid 'sleeping test' '\bThread\.Sleep\(|\bTask\.Delay\([0-9]' "${tests[@]}"
forbid 'skipped test' '\[(Fact|Theory)\([^)]*Skip *=' "${tests[@]}"
forbid 'scalar not held (docs/decisions/0003)' '^[^=]*[(,].*\.ToScalar\(\)' "${tensor_code[@]}"
forbid 'machine path' '(^|[^A-Za-z0-9_.])/(home|root|tmp|work|Users|mnt)/[A-Za-z0-9_.]' "${existing[@]}"
forbid 'registry host' '(nuget|npmjs|pypi|pythonhosted|docker|ghcr|quay|mcr\.microsoft)\.(org|com|io)\b|index\.json' "${existing[@]}"
forbid 'secret' 'BEGIN [A-Z ]*PRIVATE KEY|(password|secret|api[_-]?key) *[:=] *["'"'"'][^"'"'"' ]{6,}' "${existing[@]}"
forbid 'folder or class of no domain' '\b(class|namespace) [A-Za-z.]*(Helper|Helpers|Utils|Utilities|Common)\b' "${code[@]}"

if ((breaches > 0)); then
  echo "house check: $breaches breaches"
  exit 1
fi
echo "house check: ${#existing[@]} files, no breach"
