"""Forms made from declared parameters: of layers, datasets, optimizers, and of settings."""

from cnnstudio.ui.forms.form import Form, first_mistake
from cnnstudio.ui.forms.settings_parameters import parameters_of_settings

__all__ = ["Form", "first_mistake", "parameters_of_settings"]
