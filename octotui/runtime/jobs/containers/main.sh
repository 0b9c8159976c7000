# Be the first process of a container, for any sh: run the script of an attempt, pass TERM on to all once, and end
# with the script's exit code. $1 is the folder of the script, $2 that of helper functions, $3 the shell of the
# script, $4 how many streams its output has. Only names that no variable of a run has are used.
if [ "$4" = 1 ]; then exec 2>&1; fi
if ! : >"$1/began"; then exit 125; fi
trap 'exit 143' TERM
. "$1/passed"
. "$1/environment"
case $3 in
    python) __octotui_program=python3 ;;
    *) __octotui_program=$3 ;;
esac
if ! command -v "$__octotui_program" >/dev/null 2>&1; then
    : >"$1/lacking"
    exit 127
fi
__octotui_script=$1/script
case $3 in
    python) set -- python3 -u "$2/octopus.py" "$__octotui_script" ;;
    pwsh) set -- pwsh -NoLogo -NoProfile -NonInteractive -File "$2/octopus.ps1" "$__octotui_script" ;;
    bash)
        BASH_ENV=$2/octopus.bash
        export BASH_ENV
        set -- bash "$__octotui_script"
        ;;
    *)
        __octotui_helpers=$2
        export __octotui_helpers
        set -- sh -c '. "$__octotui_helpers/octopus.sh"; . "$0"' "$__octotui_script"
        ;;
esac
"$@" &
__octotui_child=$!
__octotui_stop() {
    trap '' TERM
    if [ $$ = 1 ]; then kill -TERM -1; else kill -TERM "$__octotui_child"; fi 2>/dev/null
}
trap __octotui_stop TERM
while :; do
    __octotui_code=0
    wait "$__octotui_child" || __octotui_code=$?
    kill -0 "$__octotui_child" 2>/dev/null || break
done
exit "$__octotui_code"
