"""The program: `octotui`, or `python -m octotui`."""


def main() -> None:
    """Run the command line."""
    from octotui.cli.main import cli

    cli(prog_name="octotui")


if __name__ == "__main__":
    main()
