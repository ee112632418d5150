#!/usr/bin/env bash
# Passes all tests on a fresh machine with the .NET 10 SDK: installs what they need, builds once, runs them, sums up.
#   ./test.sh                          everything
#   ./test.sh browser                  what runs in browsers, without one: types, lint, node's tests (seconds)
#   ./test.sh ChatFiles.Tests          one project (a second argument goes to `dotnet test --filter`)
# Before these:
#   --thorough                         what is repeated, as often as it pays to while nobody waits (else a short round of each)
#   --postgresql                       those tests of Core that are not about SQLite itself, on a PostgreSQL that is started for them
#   --coverage                         the lines that ChatFiles.Tests runs, as a figure at the end
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Browsers take the names of files for what the language says, and without one for nothing beyond ASCII.
[ -n "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ] || export LANG=C.UTF-8

say() { printf '\n== %s\n' "$*"; }

give_up() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Debian's packages, as root or through sudo.
install_packages() {
  command -v apt-get >/dev/null || give_up "Please install: $* (there is no apt-get here)."
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "Please install as root: apt-get install $*"
    as_root=(sudo)
  fi
  say "Installing $*"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The first of these that is there.
find_program() {
  local name
  for name in "$@"; do
    command -v "$name" && return
  done
  return 1
}

find_browser() { find_program chromium google-chrome google-chrome-stable chromium-browser; }
find_firefox() { find_program firefox-esr firefox; }

coverage=false
postgresql=false
while [[ "${1:-}" == --* ]]; do
  case "$1" in
    --thorough) export CHATFILES_THOROUGH=1 ;;
    --coverage) coverage=true ;;
    --postgresql) postgresql=true ;;
    *) give_up "Unknown: $1" ;;
  esac
  shift
done

results=artifacts/test-results
rm -rf "$results" artifacts/failures
mkdir -p "$results"

# Azurite, a real blob server to test against, tus-js-client, a real client of resumable uploads, and what checks scripts.
install_programs() {
  cmp -s build/npm/package-lock.json build/npm/node_modules/.installed && return
  command -v npm >/dev/null || install_packages nodejs npm
  say "Installing Azurite, tus-js-client and what checks scripts"
  npm ci --prefix build/npm --ignore-scripts --no-audit --no-fund --loglevel=error
  cp build/npm/package-lock.json build/npm/node_modules/.installed
}

# The browser's half: each check counts as one test.
browser_passed=0 browser_failed=0
check() {
  if "build/npm/node_modules/.bin/$1" "${@:2}"; then
    browser_passed=$((browser_passed + 1))
  else
    browser_failed=$((browser_failed + 1))
  fi
}

test_browser_half() {
  say "Checking the browser's half"
  check tsc -p build/npm/tsconfig.json
  check eslint -c build/npm/eslint.config.js wwwroot/js wwwroot/service-worker.js ChatFiles.Tests/Browser build/bench build/emoji.js build/npm/*.js
  check stylelint -c build/npm/stylelint.config.js 'wwwroot/**/*.css' 'ChatFiles.Web/Components/**/*.css'
  local tap="$results/browser.tap"
  # What failed says so itself; a run that never came to its end has no count and is one failure.
  timeout 120 node --test --test-reporter=tap --test-reporter-destination="$tap" ChatFiles.Tests/Browser/*.test.js || awk '/^ *not ok/, /^ *\.\.\.$/' "$tap"
  local passed failed
  passed=$(sed -n 's/^# pass //p' "$tap")
  failed=$(sed -n 's/^# fail //p' "$tap")
  browser_passed=$((browser_passed + ${passed:-0}))
  browser_failed=$((browser_failed + ${failed:-1}))
}

if [ "${1:-}" = browser ]; then
  install_programs
  test_browser_half
  printf '\n%s passed, %s failed\n' "$browser_passed" "$browser_failed"
  exit $((browser_failed > 0))
fi

# PostgreSQL's programs, which Debian keeps in a folder for each version; a part of the tests starts a server by itself.
find_servers() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

# A server on a socket of its own, for one run: what a power cut would do to it does not matter. It refuses to be root's.
if $postgresql; then
  [ -n "$(find_servers)" ] || install_packages postgresql
  servers=$(find_servers)
  cluster=$(mktemp -d)
  as_owner=()
  if [ "$(id -u)" -eq 0 ]; then
    as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres: "$cluster"
  fi
  chmod 755 "$cluster"
  say "Starting PostgreSQL"
  "${as_owner[@]}" "$servers/initdb" -D "$cluster/data" -U chatfiles --auth=trust -E UTF8 --locale=C.UTF-8 >"$results/postgresql.log"
  trap '"${as_owner[@]}" "$servers/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null; rm -rf "$cluster"' EXIT
  "${as_owner[@]}" "$servers/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" start >/dev/null -o \
    "-k $cluster -c listen_addresses= -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  export CHATFILES_POSTGRESQL="Host=$cluster;Username=chatfiles"
  set -- ChatFiles.Tests "FullyQualifiedName~ChatFiles.Tests.Core&Database!=Sqlite${2:+&($2)}"
fi

# The browser that the tests in ChatFiles.E2E drive; an executable named in CHROMIUM is taken as it is.
if [ -z "${CHROMIUM:-}" ]; then
  find_browser >/dev/null || install_packages chromium fonts-liberation
  CHROMIUM=$(find_browser) || give_up "The package chromium brought no browser."
fi
export CHROMIUM
# The same engine without windows, for what needs no whole browser: less of the machine's time. Not every Debian or Ubuntu has it.
headless_shell=chromium-headless-shell
if [ -z "${CHROMIUM_HEADLESS:-}" ] && [ "$CHROMIUM" = /usr/bin/chromium ]; then
  command -v $headless_shell >/dev/null || ! apt-cache show $headless_shell >/dev/null 2>&1 || install_packages $headless_shell
  CHROMIUM_HEADLESS=$(command -v $headless_shell || true)
fi
export CHROMIUM_HEADLESS

# The same in other engines: Firefox, where an executable named in FIREFOX is taken as it is, and WebKit, with its driver
# and a screen that nobody sees.
packages=()
[ -n "${FIREFOX:-}" ] || find_firefox >/dev/null || packages+=(firefox-esr)
command -v WebKitWebDriver >/dev/null || packages+=(webkit2gtk-driver)
command -v Xvfb >/dev/null || packages+=(xvfb)

[ -n "$(find_servers)" ] || packages+=(postgresql)

# pdftoppm draws the first page of a PDF, as on a server that has it; films get their picture where ffmpeg is there: it is
# too large for a test. clamd scans what is uploaded; the tests bring their own signature, so that it needs no others.
command -v pdftoppm >/dev/null || packages+=(poppler-utils)
PATH="$PATH:/usr/sbin" command -v clamd >/dev/null || packages+=(clamav-daemon)
[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
FIREFOX=${FIREFOX:-$(find_firefox)} || give_up "The package firefox-esr brought no Firefox."
export FIREFOX

# The web server that is put in front of what is installed.
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || install_packages nginx-light

# What is installed on servers, made while other things wait for the network; a part of the tests takes the one that is there.
export CHATFILES_PACKAGE="$PWD/artifacts/package/chatfiles"
packaging=
if [[ "${1:-}" != ChatFiles.Tests* ]] && { [ -z "${2:-}" ] || [ ! -d "$CHATFILES_PACKAGE" ]; }; then
  build/package.sh >artifacts/package.log 2>&1 &
  packaging=$!
fi

install_programs
export AZURITE="$PWD/build/npm/node_modules/.bin/azurite-blob"

if [ -z "${1:-}" ]; then test_browser_half; fi

say "Building"
dotnet build ChatFiles.sln --nologo -v quiet

if [ -n "$packaging" ] && ! wait "$packaging"; then
  cat artifacts/package.log
  give_up "build/package.sh failed."
fi
# Just made, it is what is run where the program is a process of its own; what is to be counted is not compiled ahead.
if [ -n "$packaging" ] && ! $coverage; then export CHATFILES_PROGRAM="$CHATFILES_PACKAGE/ChatFiles.Web"; fi

say "Testing"
filter=()
if [ -n "${2:-}" ]; then filter=(--filter "$2"); fi
status=0
# One project after the other (-m:1): the browser tests are about what people see, not about a machine out of breath.
dotnet test "${1:-ChatFiles.sln}" --no-build --nologo -m:1 "${filter[@]}" \
  --logger trx --results-directory "$results" -p:Coverage="$coverage" \
  --blame-hang-timeout 4m --blame-hang-dump-type none || status=$?

# The sum over the projects, as a plain last line.
counters=$(cat "$results"/*.trx 2>/dev/null | grep -o '<Counters [^>]*>' || true)
sum_of() { grep -o " $1=\"[0-9]*\"" <<<"$counters" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'; }
total=$(sum_of total) executed=$(sum_of executed)
skipped=$((total - executed))
passed=$(($(sum_of passed) + browser_passed))
failed=$((executed + browser_passed + browser_failed - passed))
if [ "$executed" -eq 0 ]; then
  status=1
  echo "No test ran." >&2
fi
if [ "$failed" -gt 0 ]; then
  status=1
  [ -d artifacts/failures ] && echo "What people saw when a browser test failed is in artifacts/failures."
fi
percent_of() { cat "$results"/*/coverage.cobertura.xml | sed -n "s/.*<package name=\"$1\" line-rate=\"\([0-9.]*\)\".*/\1/p" | awk '{ printf "%.0f", $1 * 100 }'; }
if $coverage; then
  printf '\nLine coverage by ChatFiles.Tests: ChatFiles.Core %s %%, ChatFiles.Web %s %%\n' "$(percent_of ChatFiles.Core)" "$(percent_of ChatFiles.Web)"
fi
line="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then line="$line, $skipped skipped"; fi
printf '\n%s\n' "$line"
exit "$status"
