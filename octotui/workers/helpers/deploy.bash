# Deploying a package: what the script of such a step reads, after it has said what goes where.
#   _source=FOLDER  _target=FOLDER  _package="ID VERSION"  _job=NAME  _python=PROGRAM
# stage <<'END' … with a line for each file that was filled in; install.

set -eu

_new=$_target.new-$_job

trap leave EXIT

# leave: whatever happens, nothing half-done stays, and what was there before is there again.
leave() {
    "$_python" -I "${BASH_ENV%/*}/deploy.py" leave "$_target" "$_job" || true
}

# place ACTION …: what deploy.py does, by descriptors and through no link; what it refuses fails the step.
place() {
    if ! _said=$("$_python" -I "${BASH_ENV%/*}/deploy.py" "$1" "$_target" "$_job" "${@:2}"); then fail_step "$_said"; fi
}

# stage: a copy beside the place where it will be.
stage() {
    place stage "$_source" "$_package"
}

# install: PreDeploy in the copy, the copy in its place, Deploy and PostDeploy there.
install() {
    perform "$_new" PreDeploy
    place install
    echo "$_package is in $_target"
    set_octopusvariable Package.InstallationDirectoryPath "$_target"
    perform "$_target" Deploy
    perform "$_target" PostDeploy
}

# perform FOLDER NAME: the package's own script of that name, in each shell there is one for.
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
