"""The errors of planning and sending, as a tree. The root, and what the exit codes mean: survey/errors.py.

FollowupError
├── InputError                 exit code 2
│   └── RulesError             whoever wrote the rules file
└── OperationError             exit code 1
    └── GatewayError           a channel could not send; scheduler/delivery/gateway.py
"""

from survey.errors import InputError


class RulesError(InputError):
    """The rules file cannot be used; the message is one sentence that names the file and the key."""
