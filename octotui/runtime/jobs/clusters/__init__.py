"""Scripts on Kubernetes targets: the login of their account, and the kubeconfig that each gets (W13).

Never the choice of the worker that runs them, nor a connection to a cluster: kubectl on the worker has that.
"""
