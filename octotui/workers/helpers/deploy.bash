# Deploying a package: what the script of such a step reads, after it has said what goes where.
#   source=FOLDER  target=FOLDER  package="ID VERSION"  job=NAME
# stage; fill NAME <<'END' … for each file that was filled in; install.

set -eu

new=$target.new-$job
old=$target.old-$job

trap leave EXIT

# leave: whatever happens, nothing half-done stays, and what was there before is there again.
leave() {
    if [ -e "$old" ] && ! [ -e "$target" ]; then mv "$old" "$target"; fi
    rm -rf "$new" "$old"
}

# stage: a copy beside the place where it will be.
stage() {
    if [ -e "$target" ] && ! [ -f "$target/.octotui-package" ] && [ -n "$(ls -A "$target" 2>&1)" ]; then
        fail_step "$target is there already and no package that octotui installed: move it away, or install elsewhere"
    fi
    mkdir -p "$(dirname "$target")"
    rm -rf "$new" "$old"
    cp -a "$source" "$new"
    printf '%s\n' "$package" >"$new/.octotui-package"
}

# fill NAME: a file's new content, which comes in Base64.
fill() {
    chmod u+w "$new/$1"
    base64 -d >"$new/$1"
}

# install: PreDeploy in the copy, the copy in its place, Deploy and PostDeploy there.
install() {
    perform "$new" PreDeploy
    if [ -e "$target" ]; then mv "$target" "$old"; fi
    mv "$new" "$target"
    rm -rf "$old"
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
