"""Whatever can be built can be printed, and is the same network."""

from hypothesis import HealthCheck, assume, given, reject, settings

import cnnstudio as cs
from cnnstudio.compiler.check import check
from cnnstudio.graph import ProblemError
from tests.compiler.printing.drawings import projects
from tests.compiler.printing.printed import assert_formatted, assert_same_as_built

QUIET = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]
# The one thing that is refused: copies in a row of which only the last counts.
REFUSED = "don't use what the copy before them gives"


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(projects())
def test_a_random_network_of_blocks_is_printed_as_it_is_built(project):
    assume(check(project).ok)
    try:
        cs.code(project)
    except ProblemError as error:
        assert REFUSED in error.message
        reject()
    assert_formatted(assert_same_as_built(project))
