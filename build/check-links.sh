#!/usr/bin/env bash
# Fails on links and images in README and docs that lead to files or headings that are not there.
set -euo pipefail
cd "$(dirname "$0")/.."

# The name that a Markdown heading is linked by: lower case, without punctuation, dashes for spaces.
anchors() { grep -E '^#+ ' "$1" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'; }

broken=0
count=0
while IFS= read -r page; do
    while IFS= read -r target; do
        count=$((count + 1))
        path=${target%%#*}
        file=$page
        [ -z "$path" ] || file=$(dirname "$page")/$path
        if [ ! -e "$file" ]; then
            echo "$page: there is no $target"
            broken=$((broken + 1))
        elif [[ $target == *#* && $file == *.md ]] && ! anchors "$file" | grep -qxF -- "${target#*#}"; then
            echo "$page: $file has no heading '${target#*#}'"
            broken=$((broken + 1))
        fi
    done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^)" ]+' | sed 's/^](//' | grep -vE '^(https?|mailto):' || true)
done < <(git ls-files '*.md')
echo "$count links, $broken broken"
[ "$broken" -eq 0 ]
