"""`octotui keys`: all keys of the app as the file that may change them, and what is wrong with that."""

import sys

import click

from octotui.cli.terminal.output import USAGE, complain, say, say_lines


@click.command("keys")
@click.option("--check", "only_check", is_flag=True, help="Only say what is wrong with the file of keys.")
def command(only_check: bool) -> None:
    """Print all actions of the app with their keys, as the file in which you may give them others.

    That file is keys.toml beside config.toml in your configuration, or the one that OCTOTUI_KEYS names. Exit
    code 2 with complaints about it; the app opens with its usual keys then.
    """
    from octotui.store.screen_settings.keys_path import keys_file
    from octotui.ui.keys.key_file import printed_keys, read_keys

    found = read_keys()
    complain(found.complaints, lister="")
    complain(found.warnings, prefix="warning: ", lister="")
    if not only_check:
        say_lines(printed_keys(found.keymap))
    elif not found.complaints:
        count = len(found.keymap.keys)
        changed = "every action has its usual key" if not count else f"{count} with other keys than usual"
        say(f"{keys_file()}: {changed}; {'no problems found' if not found.warnings else 'it can be used'}")
    if found.complaints:
        sys.exit(USAGE)
