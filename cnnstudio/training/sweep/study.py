"""A sweep's trials in Optuna's storage: a journal file, SQLite, or a shared database."""

from __future__ import annotations

import json
import time
import warnings
from datetime import datetime
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, Trial, TrialState

from cnnstudio.graph import RunError
from cnnstudio.training.sweep.directory import JOURNAL, Definition, SweepDirectory
from cnnstudio.training.sweep.space import Dimension, grid_of

# A trial that no run was made for within this time was lost with its worker.
LOST_SECONDS = 60.0
DEFINITION = "cnnstudio"
STARTUP_TRIALS = 5  # before TPE or a pruner judges
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)
BEGUN = (TrialState.RUNNING, TrialState.COMPLETE, TrialState.PRUNED)
_SEARCHED = {"space", "method", "metric", "trials"}

optuna.logging.set_verbosity(optuna.logging.ERROR)


def open_study(sweep: SweepDirectory) -> optuna.Study:
    """The sweep's study, made if there is none. RunError if the storage can't be had, or holds
    another search under this name."""
    definition = sweep.definition()
    told = definition.model_dump(mode="json", include=_SEARCHED)
    study, before = _opened(sweep, definition, told)
    if before is not None and before != json.loads(json.dumps(told)):
        raise RunError(
            f"The storage holds another search named '{definition.name}'.",
            "Give this one another --name, or search over the same settings to take part in it.",
        )
    return study


def _opened(
    sweep: SweepDirectory, definition: Definition, told: dict[str, Any]
) -> tuple[optuna.Study, dict[str, Any] | None]:
    """The study, and what it is said to search, which is noted in it the first time."""
    pauses = [*RETRY_SECONDS]
    while True:
        try:
            study = optuna.create_study(
                storage=_storage(sweep, definition.storage),
                study_name=definition.name,
                direction="maximize" if definition.maximize else "minimize",
                pruner=_pruner(definition),
                load_if_exists=True,
            )
            before = study.user_attrs.get(DEFINITION)
            if before is None:
                study.set_user_attr(DEFINITION, told)
            return study, before
        except Exception as error:  # whatever a database's driver raises
            if not pauses:
                raise RunError(
                    f"The storage of the sweep can't be used: {_first_line(error)}.",
                    "Check --storage: a file, or a database such as sqlite:///sweep.db.",
                ) from None
        # Two that make the same database at once are in each other's way.
        time.sleep(pauses.pop(0))


def fill_grid(study: optuna.Study, definition: Definition) -> None:
    """Queues a grid's points that are not in the study yet; nothing for other methods."""
    if definition.method != "grid":
        return
    there = []
    for trial in study.get_trials(deepcopy=False):
        if trial.state != TrialState.FAIL or "run" in trial.user_attrs:
            there.append(trial.params or trial.system_attrs.get("fixed_params", {}))
    for point in grid_of(definition.space):
        encoded = {one.path: _encoded(point[one.path], one) for one in definition.space}
        if encoded not in there:
            study.enqueue_trial(encoded)


def next_trial(study: optuna.Study, definition: Definition) -> Trial | None:
    """A new trial with its settings chosen; None if there are enough.

    Trials of several workers, wherever they are, are counted by their numbers: a worker that finds
    itself one too many gives its trial back.
    """
    while _spent(study.get_trials(deepcopy=False)) < _budget(definition):
        trial = study.ask()
        # Derived, not consumed: the numbers of a random search do not depend on who draws them.
        study.sampler = _sampler(definition, trial.number)
        trials = study.get_trials(deepcopy=False)
        if definition.method == "grid":
            # What was not in the queue is no point of the grid.
            mine = next(one for one in trials if one.number == trial.number)
            enough, repeated = "fixed_params" not in mine.system_attrs, _repeats(mine, trials)
        else:
            earlier = [one for one in trials if one.number <= trial.number]
            enough, repeated = _spent(earlier) > _budget(definition), False
        if not enough and not repeated:
            for dimension in definition.space:
                _suggest(trial, dimension)
            return trial
        study.tell(trial, state=TrialState.FAIL)
        if enough:
            return None
    return None


def _repeats(trial: FrozenTrial, trials: list[FrozenTrial]) -> bool:
    """Whether a point of the grid has been begun already: two machines may have queued it."""
    point = trial.system_attrs.get("fixed_params")
    return any(
        one.system_attrs.get("fixed_params") == point
        and one.number != trial.number
        and (one.state in BEGUN or "run" in one.user_attrs)
        for one in trials
    )


def settings_of_trial(trial: Trial | FrozenTrial, definition: Definition) -> dict[str, Any]:
    """The chosen value of each setting."""
    return {one.path: _decoded(trial.params[one.path], one) for one in definition.space}


def orphans(study: optuna.Study) -> list[FrozenTrial]:
    """Trials that are said to run; whether somebody tends them, their locks tell."""
    return study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))


def is_lost(trial: FrozenTrial) -> bool:
    """Whether a trial was begun long ago and never came as far as a run."""
    begun = trial.datetime_start
    silent = begun is None or (datetime.now() - begun).total_seconds() > LOST_SECONDS
    return silent and "run" not in trial.user_attrs


def give_back(study: optuna.Study, trial: FrozenTrial, definition: Definition) -> None:
    """Ends a lost trial; of a grid its point is put into the queue again."""
    study.tell(trial.number, state=TrialState.FAIL)
    fill_grid(study, definition)


def _budget(definition: Definition) -> int:
    if definition.method == "grid":
        return len(grid_of(definition.space))
    return definition.trials


def _spent(trials: list[FrozenTrial]) -> int:
    """Trials that count: those that failed before they had a run do not, nor those that wait."""
    return sum(
        trial.state != TrialState.WAITING
        and (trial.state != TrialState.FAIL or "run" in trial.user_attrs)
        for trial in trials
    )


def _suggest(trial: Trial, dimension: Dimension) -> None:
    path = dimension.path
    if dimension.choices:
        trial.suggest_categorical(path, [_encoded(v, dimension) for v in dimension.choices])
        return
    low, high, step = dimension.low, dimension.high, dimension.step
    assert low is not None and high is not None
    if dimension.whole:
        trial.suggest_int(path, int(low), int(high), step=int(step or 1), log=dimension.log)
    else:
        trial.suggest_float(path, low, high, step=step, log=dimension.log)


def _encoded(value: Any, dimension: Dimension) -> Any:
    """What Optuna can keep: lists and objects are choices as JSON."""
    plain = value is None or isinstance(value, bool | int | float | str)
    return value if plain or not dimension.choices else json.dumps(value)


def _decoded(value: Any, dimension: Dimension) -> Any:
    for choice in dimension.choices:
        if _encoded(choice, dimension) == value and type(choice) is not str:
            return choice
    return value


def _sampler(definition: Definition, number: int) -> BaseSampler:
    seed = (definition.seed * 1_000_003 + number) % 2**32
    if definition.method == "tpe":
        return optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=STARTUP_TRIALS, constant_liar=True
        )
    return optuna.samplers.RandomSampler(seed=seed)


def _pruner(definition: Definition) -> optuna.pruners.BasePruner:
    if definition.pruning == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS, n_warmup_steps=1)
    if definition.pruning == "halving":
        return optuna.pruners.SuccessiveHalvingPruner()
    return optuna.pruners.NopPruner()


def _storage(sweep: SweepDirectory, told: str) -> Any:
    if "://" in told:
        return told
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        path = sweep.path / JOURNAL if not told else (sweep.path / told)
        return JournalStorage(JournalFileBackend(str(path)))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
