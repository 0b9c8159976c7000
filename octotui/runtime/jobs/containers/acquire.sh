# Bring an image to this machine, by the engine that it has. Before these lines stand the settings, in names that
# begin with c_; what is found is said in lines that begin with c_mark, which nothing else knows.

c_end() {
    echo "$c_mark problem $1"
    exit 1
}
umask 077
for c_engine in podman docker ''; do
    if [ -z "$c_engine" ] || command -v "$c_engine" >/dev/null 2>&1; then break; fi
done
[ -n "$c_engine" ] || c_end "$c_worker has no podman and no docker, which run containers: install one of them there"

c_known() { "$c_engine" image inspect --format '{{.Id}} {{.Size}}{{range .RepoDigests}} {{.}}{{end}}' -- "$c_image" 2>/dev/null; }

c_before=$(c_known)
if [ -n "$c_before" ] && [ "$c_pull" != always ]; then
    echo "$c_mark known $c_before"
    exit 0
fi
if [ "$c_pull" = never ]; then c_end "$c_worker has no image $c_image, and pull = \"never\" says that none is pulled"; fi

mkdir login context
get_octopusvariable Login >login/config.json
if [ -n "$c_login" ]; then
    REGISTRY_AUTH_FILE=$PWD/login/config.json DOCKER_CONFIG=$PWD/login
    export REGISTRY_AUTH_FILE DOCKER_CONFIG
fi
if [ -n "$c_plain" ] && [ "$c_engine" = podman ]; then set -- --tls-verify=false; else set --; fi
if [ -n "$c_built" ]; then
    get_octopusvariable Dockerfile >context/Dockerfile
    "$c_engine" build --tag "$c_image" "$@" context </dev/null || exit 1
else
    "$c_engine" pull "$@" -- "$c_image" </dev/null || exit 1
fi
rm -rf login
c_after=$(c_known)
[ -n "$c_after" ] || c_end "$c_engine on $c_worker has no $c_image even after it was pulled"
if [ -n "$c_before" ]; then echo "$c_mark before $c_before"; fi
echo "$c_mark pulled $c_after"
