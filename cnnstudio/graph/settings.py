"""How a project's data is read and its network trained. Forms and checks read these fields."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cnnstudio.graph.values import check_json

# Names of metrics that are cheap enough for each epoch; `cnnstudio.training.metrics` declares them.
Live = Literal["top_k", "precision", "recall", "f1", "calibration_error"]
Watched = Literal[
    "val_loss", "val_accuracy", "val_top_k", "val_precision", "val_recall", "val_f1",
    "val_calibration_error",
]  # fmt: skip


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Component(Settings):
    """A declared thing chosen by kind, with its parameters: an optimizer, a loss, …"""

    kind: str = Field(min_length=1)
    parameters: dict[str, Any] = Field(default_factory=dict)

    @field_validator("parameters")
    @classmethod
    def _plain_json(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_json(value)
        return value


class AugmentationStep(Component):
    """One step of the augmentation: a declared kind, how often it is applied, whether it is on."""

    probability: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        title="Probability",
        description="share of the images that it is applied to; the kind's own if empty",
    )
    enabled: bool = Field(True, title="On", description="off leaves the step out")


class WeightedLoss(Component):
    """A loss that counts `weight` times."""

    weight: float = Field(
        1.0, ge=0.0, le=1000.0, title="Weight", description="how much it counts; 0 leaves it out"
    )


class DataSettings(Settings):
    dataset: str = Field("shapes", title="Dataset", description="which images to learn from")
    options: dict[str, Any] = Field(
        default_factory=dict, title="Options", description="the dataset's own settings"
    )
    resize: Literal["resize", "crop", "pad"] = Field(
        "resize",
        title="Fit to input",
        description="how an image of another size becomes the network's input size: "
        "stretch it, cut its centre, or pad it with black",
    )
    validation: float = Field(
        0.15,
        ge=0.0,
        le=0.8,
        title="Validation share",
        description="part of the images kept aside to watch for overfitting",
    )
    test: float = Field(
        0.15,
        ge=0.0,
        le=0.8,
        title="Test share",
        description="part of the images used once, after training",
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, title="Split seed", description="another seed, another split"
    )
    shuffled_labels: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title="Shuffle labels by seed",
        description="deals the classes of training and validation images out anew, to see what a "
        "network shows that learned nothing true; 0 leaves them as they are",
    )
    normalize: bool = Field(
        True,
        title="Normalise",
        description="subtract the training images' mean and divide by their standard deviation, "
        "for each channel",
    )
    augmentation: tuple[AugmentationStep, ...] = Field(
        (),
        title="Augmentation",
        description="how training images are changed, anew in each epoch, step after step",
    )

    left_out: tuple[str, ...] = Field(
        (),
        title="Left out",
        description="keys of images that are not used: an image's path in the dataset's folder, "
        "or its number in the dataset",
    )
    relabelled: dict[str, str] = Field(
        default_factory=dict,
        title="Relabelled",
        description="keys of images whose class is another than the dataset says, with that class",
    )

    @field_validator("options")
    @classmethod
    def _plain_json(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_json(value)
        return value

    @model_validator(mode="after")
    def _something_left_to_learn_from(self) -> DataSettings:
        if self.validation + self.test > 0.9:
            raise ValueError("validation and test shares leave less than a tenth for training")
        return self

    @property
    def unaugmented(self) -> DataSettings:
        """The same images, left as they are: what decides about loading."""
        return self.model_copy(update={"augmentation": ()})


class TrainingSettings(Settings):
    epochs: int = Field(
        10, ge=1, le=100_000, title="Epochs", description="passes over the training images"
    )
    batch_size: int = Field(
        64, ge=1, le=65_536, title="Batch size", description="images in one step"
    )
    learning_rate: float = Field(
        1e-3, gt=0.0, le=100.0, title="Learning rate", description="how far one step goes"
    )
    optimizer: Component = Field(
        Component(kind="AdamW"), title="Optimizer", description="how gradients become steps"
    )
    schedule: Component = Field(
        Component(kind="Constant"),
        title="Schedule",
        description="how the learning rate changes during the run",
    )
    warmup: float = Field(
        0.0,
        ge=0.0,
        le=10_000.0,
        title="Warm-up epochs",
        description="the learning rate rises in a straight line for so many epochs",
    )
    accumulate: int = Field(
        1,
        ge=1,
        le=65_536,
        title="Batches a step",
        description="gradients of so many batches are added up for one step: a larger batch "
        "than fits into memory",
    )
    clip_norm: float = Field(
        0.0,
        ge=0.0,
        le=1e9,
        title="Clip gradient norm",
        description="a gradient that is longer is shortened to this; 0 leaves it",
    )
    clip_value: float = Field(
        0.0,
        ge=0.0,
        le=1e9,
        title="Clip gradient values",
        description="each entry of the gradient is kept between minus this and this; 0 leaves it",
    )
    l1: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="L1 penalty",
        description="this times the sum of the weights' sizes is added to the loss: weights that "
        "are not needed become 0 (biases and norms are left alone)",
    )
    decay_all: bool = Field(
        True,
        title="Decay biases and norms",
        description="whether weight decay acts on biases and normalisation layers too",
    )
    ema_decay: float = Field(
        0.0,
        ge=0.0,
        le=0.999999,
        title="Average weights",
        description="a running average of the weights is evaluated and kept instead of the last "
        "ones; how much of it stays at each step, such as 0.999; 0 keeps none",
    )
    early_stopping: int = Field(
        0,
        ge=0,
        le=100_000,
        title="Stop early after … epochs",
        description="ends the run when there was no progress for so many epochs; 0 never does",
    )
    early_metric: Watched = Field(
        "val_loss", title="Progress is", description="what has to become better"
    )
    early_change: float = Field(
        0.0,
        ge=0.0,
        le=1e9,
        title="Least progress",
        description="a smaller change of the metric does not count",
    )
    best_metric: Watched = Field(
        "val_accuracy",
        title="Best epoch by",
        description="which epoch's weights are kept as the best, and tested at the end; of equal "
        "ones the one with the lower validation loss",
    )
    live_metrics: tuple[Live, ...] = Field(
        ("f1",),
        title="Metrics of each epoch",
        description="told of the validation images beside loss and accuracy; the test at the end "
        "tells all",
    )
    top_k: int = Field(
        5,
        ge=2,
        le=1000,
        title="k of top-k accuracy",
        description="an image counts where its class is among so many most probable ones",
    )
    loss: Component = Field(
        Component(kind="CrossEntropyLoss"), title="Loss", description="what is made small"
    )
    added_losses: tuple[WeightedLoss, ...] = Field(
        (),
        max_length=16,
        title="Added losses",
        description="each is added to the loss, times its weight",
    )
    auxiliary_weight: float = Field(
        0.3,
        ge=0.0,
        le=10.0,
        title="Weight of further outputs",
        description="how much the losses of outputs after the first count, such as GoogLeNet's "
        "helpers; of no matter where there is one output",
    )
    output_losses: dict[str, WeightedLoss] = Field(
        default_factory=dict,
        title="Losses of further outputs",
        description="by the output's name, where it is not the loss above times the weight above",
    )
    initial_weights: str = Field(
        "",
        title="Start from weights",
        description="a .safetensors file of weights to begin with; empty for fresh ones, drawn "
        "with the seed",
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="fixes initial weights, order and dropout: same seed, same numbers",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", title="Device", description="where the network is trained"
    )
    threads: int = Field(
        0, ge=0, le=1024, title="Threads", description="processor threads; 0 for all cores"
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto",
        title="Precision",
        description="bf16 and fp16 compute in half precision what bears it, and keep weights in "
        "full: faster on a GPU, with half the memory; auto chooses by device and network",
    )
    channels_last: Literal["auto", "on", "off"] = Field(
        "auto",
        title="Channels last",
        description="stores images pixel by pixel: convolutions are faster so on most "
        "processors, and on GPUs in half precision",
    )
    fused: bool = Field(
        True,
        title="Fused steps",
        description="moves all weights in one go where optimizer and device can",
    )
    compile: bool = Field(
        False,
        title="Compile",
        description="translates the network for this device before the first step: that takes a "
        "minute, and each step less; needs a compiler on this machine",
    )
    deterministic: bool = Field(
        True,
        title="Same bits",
        description="on a GPU: the same numbers each time; off, it chooses among faster ways to "
        "compute, and a run that goes on is near the one that never stopped, not equal to it",
    )
    keep_images: Literal["auto", "device", "memory", "disk"] = Field(
        "auto",
        title="Keep images",
        description="where images wait for their step: prepared on the device, at the input's "
        "size in memory, or as files on the disk; auto takes the first that has room for them",
    )
    readers: int = Field(
        0,
        ge=0,
        le=256,
        title="Readers",
        description="threads that prepare images ahead where the device does not keep them; "
        "0 for as many as there are cores, at most 8",
    )
    parallel: Literal["ddp", "fsdp"] = Field(
        "ddp",
        title="Several processes",
        description="of torchrun: each has the whole network (ddp), or a share of its weights "
        "(fsdp), for a network that is too large for one device",
    )
    sync_norms: bool = Field(
        True,
        title="Norms over all processes",
        description="several processes (torchrun) normalise over the whole batch, as one would; "
        "otherwise each over its share",
    )
    checkpoint_every: int = Field(
        0,
        ge=0,
        le=100_000,
        title="Keep a checkpoint every … epochs",
        description="0 keeps only the last and the best",
    )
    snapshots: int = Field(
        60,
        ge=0,
        le=10_000,
        title="Snapshots for the history",
        description="weights kept over the run, most of them early, to look back at how it "
        "learned; 0 keeps none",
    )
    snapshot_megabytes: int = Field(
        256,
        ge=0,
        le=10_000_000,
        title="Megabytes for snapshots",
        description="what they may take on the disk; of a large network fewer are kept",
    )
    tensorboard: bool = Field(
        True,
        title="TensorBoard files",
        description="writes event files for TensorBoard into the run's folder as well",
    )
