"""The view of a job's log: a window of lines over a file of any size, with paging, search and copying.

Theory of operation. A log is never loaded. `store.logs` keeps a sparse index beside each log (offset,
line number, time), by which `LogReader` finds any line with one seek and a short scan. `line_window`
holds the lines near the view, and nothing else; `pager` is a Textual `Line API` widget that draws one
strip for each visible row. The cost of a frame is that of the rows on the screen, whatever the length of
the log or of a line.

A position is a `Spot`: line, and row within that line when lines are wrapped. There is no total height,
as that would mean wrapping the whole log; moving is always relative to a position, in rows. While
`following`, the position is the end of the file, looked up anew for each frame; any movement backwards
ends it, and `G` takes it up again.

Text comes from strangers. `line_text` makes control characters visible, keeps colours (SGR) and drops
every other escape sequence, measures wide characters, and cuts a line into rows; of a line, the first 64
KiB are shown, so that one of a gigabyte costs little more than a short one.

`search` goes through the file in blocks, as a generator that gives the loop its turn between blocks, and
keeps the numbers of the lines that match. A pattern has a time limit for each line (`patterns`): a line for
which it backtracks for longer is left out and counted, and after many of them the search ends.

Never the format of a log on disk: that is `store.logs`. Never which job is shown: the panel says so.
"""
