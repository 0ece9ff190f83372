import pytest

import cnnstudio as cs


@pytest.mark.parametrize("name", cs.templates())
def test_every_template_is_sound_and_trains_offline(name):
    project = cs.template(name)
    assert cs.check(project).problems == []
    assert project.data.dataset in ("digits", "shapes")
    assert project.description.strip()


def test_a_template_with_another_number_of_classes_draws_as_many_shapes():
    project = cs.template("small_cnn", input_shape=(3, 40, 40), classes=8)
    assert project.data.dataset == "shapes"
    assert project.data.options == {"classes": 8}


@pytest.mark.timeout(300)
def test_lenet_reaches_97_percent_on_digits_without_further_settings(tmp_path):
    project = cs.template("lenet5", input_shape=(1, 28, 28), classes=10)
    run = cs.train(project, run_dir=tmp_path / "run")
    assert run.test["accuracy"] >= 0.97
    assert run.best["val_accuracy"] == max(row["val_accuracy"] for row in run.metrics)
