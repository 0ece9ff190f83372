"""The one family of errors that people see; window and command line print them the same way."""


class CnnStudioError(Exception):
    """Something went wrong that the user can understand and act on.

    `message` says what happened and where, `hint` what to do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class ProjectFileError(CnnStudioError):
    """A project file can't be read or written."""


class ProblemError(CnnStudioError):
    """A network, node or parameter is not valid. `node` is the node's name where there is one."""

    def __init__(self, message: str, node: str | None = None, hint: str = "") -> None:
        super().__init__(message, hint)
        self.node = node


class DataError(CnnStudioError):
    """A dataset is missing, unreadable or does not fit."""


class RunError(CnnStudioError):
    """A training run can't start, go on or be read."""


class WeightsError(RunError):
    """A file of weights is missing, damaged, or of another network."""


class ExportError(CnnStudioError):
    """A network can't be exported, or the export doesn't compute what the canvas does.

    `node` is the name of the node at which that shows, where it is known.
    """

    def __init__(self, message: str, hint: str = "", node: str | None = None) -> None:
        super().__init__(message, hint)
        self.node = node


class KernelError(CnnStudioError):
    """The helper process could not answer."""


class ExplanationError(CnnStudioError):
    """An explanation method can't be applied to this network, layer or image."""


class NoWeightsError(ExplanationError):
    """A layer has no weights to show. `node` is the nearest that has some, if there is one."""

    def __init__(self, message: str, hint: str = "", node: str | None = None) -> None:
        super().__init__(message, hint)
        self.node = node
