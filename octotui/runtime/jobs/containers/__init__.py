"""Scripts in containers: started by the engine of their worker, images pulled, what is left removed (S8).

Theory of operation. To a machine, a script in a container is an ordinary attempt: a script of sh, `run.sh`
here, by whichever way it is reached, so that the contract of machines is all that is needed. It writes what
runs inside to a private folder of the attempt, starts the container in front of that, and is its end: exit
code, reason, removal. That folder stands until the container is gone: where one is left, the container is
removed by its name. Never here: decisions about runs.
"""
