"""Every template is printed as a class that is the built network, and reads well."""

import pytest

import cnnstudio as cs
from tests.compiler.printing.printed import assert_formatted, assert_same_as_built


@pytest.mark.parametrize("name", cs.templates())
def test_a_template_is_printed_as_it_is_built(name):
    project = cs.template(name)
    source = assert_same_as_built(project)
    assert_formatted(source)
    assert project.description.split("\n")[0].split(":")[0] in source
    used = {node.block for network in project.networks for node in network.nodes if node.block}
    assert all(f"class {block}(nn.Module):" in source for block in used)


def test_a_densenet_is_a_class_for_a_layer_and_loops():
    source = cs.code(cs.template("densenet121"))
    assert "*(DenseLayer(64 + index * growth, growth=growth) for index in range(6))" in source
    assert "denseblock1_channels = 64 + growth * 6\n" in source
    assert "self.transition1 = Transition(denseblock1_channels)\n" in source
    assert "        return torch.cat([x, out], dim=1)\n" in source


def test_a_bottleneck_makes_its_shortcut_where_it_needs_one():
    source = cs.code(cs.template("resnet50"))
    assert "self.downsample: nn.Module = nn.Identity()\n" in source
    assert "shortcut = self.downsample(x)\n" in source
    assert "x = out + shortcut\n" in source
    assert (
        "*(Bottleneck(512, channels=128, stride=2, index=index) for index in range(1, 4))" in source
    )


def test_several_answers_are_given_by_name():
    source = cs.code(cs.template("googlenet"))
    assert "label_aux1 = self.aux1(inception4a)\n" in source
    assert 'return {"label": label, "label_aux1": label_aux1, "label_aux2": label_aux2}' in source
