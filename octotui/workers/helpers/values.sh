# Print one value of a job by its name, $1, for get_octopusvariable, in a subshell of any sh. The file
# OCTOTUI_VALUES is sourced, up to the line of the value.

# A script may have made it read-only: values are found without it, too.
if (LC_ALL=C) 2>/dev/null; then LC_ALL=C; fi
__octotui_name=$1

# octotui_change FROM TO: replace a letter in the name, to convert it to a key.
octotui_change() {
    __octotui_changed=
    while [ "${__octotui_name#*"$1"}" != "$__octotui_name" ]; do
        __octotui_changed=$__octotui_changed${__octotui_name%%"$1"*}$2
        __octotui_name=${__octotui_name#*"$1"}
    done
    __octotui_name=$__octotui_changed$__octotui_name
}

# octotui_value KEY NAME VALUE: print it and exit, if the key matches.
octotui_value() {
    case $1 in
        "$__octotui_name")
            case $3 in
                *'\0000'*)
                    echo "the value of $2 holds a NUL, which no variable of a shell can: \$(…) drops it, so write it to a file with get_octopusvariable \"$2\" >FILE" >&2
                    ;;
            esac
            printf %b "$3"
            exit 0
            ;;
    esac
}

if [ ! -r "$OCTOTUI_VALUES" ]; then
    echo "get_octopusvariable cannot read $OCTOTUI_VALUES: it goes when the step ends, unless the script removes it" >&2
    exit 1
fi
. "$OCTOTUI_VALUES"
echo
