"""What holds on a processor holds on a GPU, where there is one."""

from __future__ import annotations

import pytest
import torch

import cnnstudio as cs
from cnnstudio.graph import RunError
from cnnstudio.training.preparation import choose_device, prepare
from cnnstudio.training.rundir import RunDirectory, read_json
from tests.training.networks import small

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")


def big(images: int, batch_size: int, **settings):
    """ResNet-18 on drawn images of 224×224."""
    project = cs.template("resnet18", (3, 224, 224), 10)
    options = {"count": images, "size": 224, "classes": 10}
    return project.model_copy(
        update={
            "data": project.data.model_copy(update={"options": options}),
            "training": project.training.model_copy(
                update={"epochs": 1, "batch_size": batch_size, "device": "cuda"} | settings
            ),
        }
    )


def test_images_wait_on_the_gpu_and_so_does_the_model():
    ready = prepare(small(device="cuda"), choose_device("cuda"))
    images, labels = next(iter(ready.train(torch.arange(64), 64)))
    assert images.device.type == labels.device.type == "cuda"
    assert ready.train._held[0].device.type == "cuda"
    assert next(ready.model.parameters()).is_cuda
    assert ready.optimizer.param_groups[0]["fused"]


def test_images_prepared_ahead_are_those_held_on_the_gpu():
    held, ahead = (
        prepare(small(device="cuda", keep_images=keep), choose_device("cuda"))
        for keep in ("device", "memory")
    )
    order = torch.randperm(len(held.train))
    for ours, theirs in zip(held.train(order, 64), ahead.train(order, 64), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_run_that_goes_on_is_the_run_that_never_stopped(precision, tmp_path):
    project = small(epochs=3, device="cuda", precision=precision, clip_norm=1.0)
    whole = cs.train(project, tmp_path / "whole")

    def stop(event):
        if event["type"] == "epoch" and event["epoch"] == 2:
            RunDirectory(tmp_path / "broken").control("stop")

    cs.train(project, tmp_path / "broken", on_event=stop)
    broken = cs.train(None, tmp_path / "broken", resume=True)
    for name, value in broken.model("last").state_dict().items():
        torch.testing.assert_close(value, whole.model("last").state_dict()[name], msg=name)
    state = read_json(broken.directory.checkpoint("last") / "state.json")
    assert ("scaler" in state) == (precision == "fp16")
    assert broken.metrics[-1]["val_accuracy"] > 0.8


def test_half_precision_is_chosen_for_large_networks_alone():
    device = choose_device("cuda")
    assert prepare(small(device="cuda"), device).machine.precision == "fp32"
    machine = prepare(big(64, 64), device).machine
    newer = torch.cuda.get_device_capability() >= (8, 0)
    assert (machine.precision, machine.channels_last) == (
        ("bf16", True) if newer else ("fp32", False)
    )


def test_a_network_is_compiled(tmp_path):
    run = cs.train(small(epochs=2, device="cuda", compile=True), tmp_path / "run")
    start = next(event for event in run.directory.events()[0] if event["type"] == "start")
    assert start["compiled"] and run.metrics[-1]["val_accuracy"] > 0.7


def test_too_little_memory_ends_the_run_with_advice(tmp_path):
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(0.02)
    try:
        with pytest.raises(RunError, match="memory is not enough") as told:
            cs.train(big(300, 200, precision="fp32"), tmp_path / "run")
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
        torch.cuda.empty_cache()
    assert "batch size smaller" in told.value.hint and "bf16" in told.value.hint
    assert RunDirectory(tmp_path / "run").status().state == "failed"
