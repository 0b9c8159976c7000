"""Jobs: an attempt at a step on one machine, from its values to its outcome.

Theory of operation. `JobStarted` makes `effects` call `ScriptJobs.run` (or the `Acquirer`, for packages).
An attempt goes through these stages, each a file here:

1. Sensitive values are read from their sources, once for each run (`secret_sources`, `secret_store`).
   They live in memory, and in the private files of a running attempt, never in an event; what cannot be
   read fails the attempt with a reason.
2. Packages are copied from the worker's cache (`package_acquisition`), and files of a package that is
   deployed are filled in (`package_deployment`).
3. The script and its values are made (`job_script`, `template_parameters`): `#{...}` is filled in, and
   values go into a private file, so that neither their size nor their names matter to the environment.
4. A *resume record* is written beside the script (`resume_record`), and only then the executor starts it.
   With it a later session can go on: it says where in the log this attempt's output begins, and what must
   be masked.
5. Output arrives in chunks from the beginning of the spool. `transcript` takes service messages out of it
   (`service_message_parser`), `masking` replaces sensitive values, and `job_output` appends the rest to
   the log. Where stderr is told apart, each stream is masked by itself, and messages are read on stdout
   alone. Progress is throttled (`progress_throttle`). No chunk is handled line by line, and none enters the
   State.
6. At the end artifacts are copied, and the outcome is reported as a command with job and attempt number,
   so that one that comes too late is ignored.

Resume after a crash: scripts outlive octotui. A new session inspects each attempt that was running. It
follows one that still runs or has ended, from the start of its spool, and skips as many bytes of each stream
as its log has already, whatever their order is now; these come out alike even where other values are masked
by now, since `masked_spans` has noted what was masked. What cannot be known is `lost`, and people decide. No
attempt is started twice.

A script is hostile: what it prints, and what it leaves in its workspace, is bounded, and is believed only
where it could not have been forged. A full disk ends the job, not the session.

Never the State: it is read, and changed only by the commands that are reported.
"""
