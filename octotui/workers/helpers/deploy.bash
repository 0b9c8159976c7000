# Deploying a package: what the script of such a step reads, after it has said what goes where.
#   source=FOLDER  target=FOLDER  package="ID VERSION"  job=NAME  python=PROGRAM
# stage <<'END' … with a line for each file that was filled in; install.

set -eu

new=$target.new-$job

trap leave EXIT

# leave: whatever happens, nothing half-done stays, and what was there before is there again.
leave() {
    "$python" -I "${BASH_ENV%/*}/deploy.py" leave "$target" "$job" || true
}

# place ACTION …: what deploy.py does, by descriptors and through no link; what it refuses fails the step.
place() {
    if ! said=$("$python" -I "${BASH_ENV%/*}/deploy.py" "$1" "$target" "$job" "${@:2}"); then fail_step "$said"; fi
}

# stage: a copy beside the place where it will be.
stage() {
    place stage "$source" "$package"
}

# install: PreDeploy in the copy, the copy in its place, Deploy and PostDeploy there.
install() {
    perform "$new" PreDeploy
    place install
    echo "$package is in $target"
    set_octopusvariable Package.InstallationDirectoryPath "$target"
    perform "$target" Deploy
    perform "$target" PostDeploy
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
