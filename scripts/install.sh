#!/bin/sh
# Installs what Entente needs from the distribution, or says what to install.
#
#   scripts/install.sh run     to build and run
#   scripts/install.sh test    to test as well
#   scripts/install.sh bench   to measure under load
#   scripts/install.sh faults  to kill it and to scan it
#   scripts/install.sh audit   to check its dependencies
#
# It looks for the things themselves and not for packages, so that it is quick and quiet where all is
# there, however it came there.

set -eu
cd "$(dirname "$0")/.."

purpose=${1:-run}
cargo=${CARGO:-cargo}
cargo_deny=0.20.2
client_lists="tests/clients/official.txt tests/clients/explorer.txt"
missing=
debian=
fedora=
brew=

# need WORD DEBIAN FEDORA BREW: something is missing, and these packages have it
need() {
    missing="$missing $1"
    debian="$debian $2"
    fedora="$fedora $3"
    brew="$brew $4"
}

has() { command -v "$1" >/dev/null 2>&1; }

# the header stands for the package: the library alone comes with other packages as well
has_libpq() {
    has pg_config && [ -e "$(pg_config --includedir)/libpq-fe.h" ] && return
    has pkg-config && pkg-config --exists libpq && return
    [ -e /usr/include/postgresql/libpq-fe.h ] || [ -e /usr/include/libpq-fe.h ]
}

# the server's programs, where the embedded default looks for them
has_postgres() {
    has initdb && has postgres && return
    for initdb in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb \
        /opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb; do
        [ -x "$initdb" ] && return
    done
    return 1
}

has_chromium() { has chromium || has chromium-browser || has google-chrome; }

has_pgbouncer() { has pgbouncer || [ -x /usr/sbin/pgbouncer ]; }

has_axe() {
    wanted=tests/browser/package-lock.json
    installed=tests/browser/node_modules/.package-lock.json
    [ -e "$installed" ] && [ ! "$wanted" -nt "$installed" ]
}

# the lists name every package in one version, with its hash
has_clients() {
    for list in $client_lists; do
        name=${list##*/}
        [ -e "tests/clients/venv/${name%.txt}/done" ] && [ ! "$list" -nt "tests/clients/venv/${name%.txt}/done" ] || return 1
    done
}

has_scanner() { [ -e tests/faults/venv/done ] && [ ! tests/faults/scanner.txt -nt tests/faults/venv/done ]; }

has_deny() { [ "$("$cargo" deny --version 2>/dev/null)" = "cargo-deny $cargo_deny" ]; }

# Debian's python3 comes without what makes environments
has_python() { has python3 && python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

look_for_compiler() { has cc || need "C-compiler" "gcc libc6-dev" gcc gcc; }

look_for_run() {
    look_for_compiler
    has_libpq || need libpq libpq-dev libpq-devel libpq
    # a server elsewhere will do to run, but the tests want to start their own
    if [ "$purpose" != run ] || [ -z "${DATABASE_URL:-}" ]; then
        has_postgres || need PostgreSQL postgresql "postgresql-server postgresql-contrib" postgresql@17
    fi
}

look_for_test() {
    has_chromium || need Chromium "chromium fonts-liberation fonts-wqy-microhei" "chromium wqy-microhei-fonts" "--cask chromium"
    has chromedriver || need chromedriver chromium-driver chromedriver "--cask chromedriver"
    has_pgbouncer || need PgBouncer pgbouncer pgbouncer pgbouncer
    has_axe || has npm || need npm npm nodejs-npm node
    has_clients || has_python || need "Python 3.11" "python3 python3-venv" python3 python3
}

look_for_bench() { has wrk || need wrk wrk wrk wrk; }

look_for_faults() { has_scanner || has_python || need "Python 3.11" "python3 python3-venv" python3 python3; }

look() {
    missing= debian= fedora= brew=
    case $purpose in
        run) look_for_run ;;
        test) look_for_run; look_for_test ;;
        bench) look_for_run; look_for_bench ;;
        faults) look_for_run; look_for_faults ;;
        # it reads what is needed, and neither builds nor runs anything of it
        audit) look_for_compiler ;;
        *) echo "usage: $0 run|test|bench|faults|audit" >&2; exit 2 ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    has apt-get || return 1
    [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }
}

# Debian's server package makes a cluster and starts it at boot. Entente has a cluster of its own, so
# that one would only take memory; but on a machine that has a server already its choice stands.
forgo_system_cluster() {
    case " $debian " in *" postgresql "*) ;; *) return 0 ;; esac
    [ -e /etc/postgresql-common/createcluster.conf ] && return
    as_root mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
        apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
}

apt_knows() {
    for package in "$@"; do
        apt-cache show "$package" >/dev/null 2>&1 || return 1
    done
}

# The package lists may be missing, as in a container, or so old that they name files no longer there;
# otherwise fetching them is time lost. $debian is a list of words.
# shellcheck disable=SC2086
install() {
    echo "Installing$debian"
    forgo_system_cluster
    if apt_knows $debian && apt_install $debian; then
        return
    fi
    as_root apt-get update -q && apt_install $debian
}

explain() {
    {
        echo "Missing:$missing"
        echo "Please install:"
        echo "  Debian, Ubuntu  apt-get install$debian"
        echo "  Fedora          dnf install$fedora"
        echo "  macOS           brew install$brew"
        case " $brew " in *" libpq "*)
            echo '                  export PATH="$(brew --prefix libpq)/bin:$PATH"' ;;
        esac
    } >&2
    exit 1
}

look
if [ -n "$missing" ]; then
    may_install || explain
    install || explain
    look
    [ -z "$missing" ] || explain
fi

# axe-core and an identity provider, in exactly the versions of the lock file; installing runs none of their code
if [ "$purpose" = test ] && ! has_axe; then
    npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --loglevel=error
    touch tests/browser/node_modules/.package-lock.json
fi

# environment LIST FOLDER [PIP OPTIONS]: installs what the list names, and nothing else
environment() {
    list=$1
    folder=$2
    shift 2
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" --disable-pip-version-check -q install --require-hashes --only-binary :all: "$@" -r "$list"
    touch "$folder/done"
}

# the clients that the API is tested with, each list in an environment of its own: they want other versions of the same packages
if [ "$purpose" = test ] && ! has_clients; then
    for clients in $client_lists; do
        name=${clients##*/}
        environment "$clients" "tests/clients/venv/${name%.txt}"
    done
fi

# some of the scanner's libraries are only published as source
if [ "$purpose" = faults ] && ! has_scanner; then
    environment tests/faults/scanner.txt tests/faults/venv --no-binary yaswfp,pyperclip,urwid-mitmproxy
fi

# from crates.io, with the dependencies that it was published with
if [ "$purpose" = audit ] && ! has_deny; then
    "$cargo" install --locked cargo-deny --version "$cargo_deny"
fi
