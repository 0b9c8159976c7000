# Deployment of a package: sourced by the script of the step, which sets
#   _source=FOLDER  _target=FOLDER  _package="ID VERSION"  _job=NAME  _python=PROGRAM
# and calls: stage <<'END' … with a line for each substituted file; install.

set -eu

if [ -z "$_python" ]; then fail_step "a package is deployed by Python, from 3.8 on, and this machine has none: install it"; fi

_new=$_target.new-$_job

trap leave EXIT

# leave: roll back an incomplete installation, whatever happens.
leave() {
    "$_python" -I "${BASH_ENV%/*}/deploy.py" leave "$_target" "$_job" || true
}

# place ACTION …: run deploy.py, which follows no link; its refusal fails the step.
place() {
    if ! _refusal=$("$_python" -I "${BASH_ENV%/*}/deploy.py" "$1" "$_target" "$_job" "${@:2}"); then fail_step "$_refusal"; fi
}

# stage: copy the package beside its target.
stage() {
    place stage "$_source" "$_package"
}

# install: run PreDeploy in the copy, replace the target by it, run Deploy and PostDeploy there.
install() {
    perform "$_new" PreDeploy
    place install
    echo "$_package is in $_target"
    set_octopusvariable Package.InstallationDirectoryPath "$_target"
    perform "$_target" Deploy
    perform "$_target" PostDeploy
}

# perform FOLDER NAME: run the package's own scripts of that name, of each shell.
perform() {
    cd "$1"
    if [ -f "$2.sh" ]; then write_verbose "$2.sh"; bash "./$2.sh"; fi
    if [ -f "$2.py" ]; then write_verbose "$2.py"; python3 -u "${BASH_ENV%/*}/octopus.py" "./$2.py"; fi
    if [ -f "$2.ps1" ]; then
        write_verbose "$2.ps1"
        pwsh -NoLogo -NoProfile -NonInteractive -File "${BASH_ENV%/*}/octopus.ps1" "./$2.ps1"
    fi
    cd - >/dev/null
}
