# What is done again and again: `just` lists it. Needs the test extra in .venv, as the README's second command makes it.

bin := ".venv/bin"

# List the recipes.
default:
    @just --list

# Run the tests, and all checks among them; `just test tests/engine` for some of them.
test *args:
    {{bin}}/pytest {{args}}

# Run what .ci/run runs: the tests with each Python there is.
ci:
    .ci/run

# Form, types and layers.
lint:
    {{bin}}/ruff format --check .
    {{bin}}/ruff check .
    {{bin}}/mypy
    {{bin}}/lint-imports

# Put files into form, and mend what can be mended.
format:
    {{bin}}/ruff format .
    {{bin}}/ruff check --fix .

# Measure one bench, such as `just bench scheduling`, on a quiet machine; without a name, list them.
bench name="" *args:
    @if [ -z "{{name}}" ]; then ls tests/bench | sed -n 's/\.py$//p' | grep -v '^__'; else {{bin}}/python -m tests.bench.{{name}} {{args}}; fi

# Compare the screens with their snapshots; `just snap --snapshot-update` accepts what is different.
snap *args:
    {{bin}}/pytest tests/ui/test_snapshots.py {{args}}

# Write the generated pages and pictures of docs/ anew.
docs:
    {{bin}}/python -m tests.docs

# Make a release: `just release 0.2.0`.
release version:
    .ci/release {{version}}
