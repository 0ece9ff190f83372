"""Whatever can be built can be printed, and is the same network."""

from hypothesis import HealthCheck, assume, event, given, settings

from cnnstudio.compiler.check import check
from tests.compiler.printing.drawings import projects
from tests.compiler.printing.printed import assert_formatted, assert_same_as_built

QUIET = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=QUIET,
)
@given(projects())
def test_a_random_network_of_blocks_is_printed_as_it_is_built(project):
    assume(check(project).ok)
    source = assert_same_as_built(project)
    event(f"{source.count('class ')} classes")
    assert_formatted(source)
