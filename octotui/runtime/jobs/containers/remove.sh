# Remove a container by its name, whatever it does, by whichever engine has it. Before these lines stands c_container.
c_left=
for c_engine in podman docker; do
    if command -v "$c_engine" >/dev/null 2>&1; then
        "$c_engine" kill --signal KILL "$c_container" >/dev/null 2>&1
        "$c_engine" rm --force "$c_container" >/dev/null 2>&1
        if "$c_engine" container inspect "$c_container" >/dev/null 2>&1; then c_left=1; fi
    fi
done
[ -z "$c_left" ]
