"""Many runs: the table of them, their curves together, in what they differ, sweeps, the queue."""
