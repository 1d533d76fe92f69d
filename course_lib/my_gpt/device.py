"""Where a learner's function computes: what it makes of its own (np.zeros, torch.arange) lands on the device of its inputs."""

import functools

import torch


def on_device_of_inputs(function):
    """The function, run with the device of its first tensor as PyTorch's default device; without a tensor, where it is called."""

    @functools.wraps(function)
    def called(*inputs, **named):
        device = _device_of(inputs)
        if device is None or device == torch.get_default_device():
            return function(*inputs, **named)
        with device:
            return function(*inputs, **named)

    return called


def _device_of(inputs):
    for value in inputs:
        if isinstance(value, torch.Tensor):
            return value.device
        if isinstance(value, torch.nn.Module):
            value = list(value.parameters())
        if isinstance(value, list | tuple) and (device := _device_of(value)):
            return device
    return None
