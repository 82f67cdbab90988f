"""How triage's learned members are made: data, pre-training, fine-tuning, export, evaluation.

Nothing here runs in the service. It needs ``pip install -e '.[train]'``; `make triage-train`
runs every stage in order, and `python -m triage.training STAGE` runs one.
"""
