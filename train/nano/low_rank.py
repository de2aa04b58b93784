"""LoRA's linear layers for learning on a processor: one pass over their results instead of four.

PEFT casts, multiplies, scales and adds in turn, each a pass over memory. The same numbers come out here, for adapters
without dropout on layers in half precision.
"""

from functools import partial
from typing import Any


def use(model: Any) -> int:
    """Lets every adapted linear layer of a PEFT model compute in this way; gives how many there are."""
    from peft.tuners.lora import Linear

    layers = [module for module in model.modules() if isinstance(module, Linear)]
    for layer in layers:
        layer.forward = partial(_adapted, layer, _function())
    return len(layers)


def _adapted(layer: Any, function: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    import torch

    (name,) = layer.active_adapters
    weight = layer.base_layer.weight
    first, second = layer.lora_A[name].weight, layer.lora_B[name].weight
    if layer.disable_adapters or layer.merged or layer.base_layer.bias is not None:
        return type(layer).forward(layer, x, *args, **kwargs)
    with torch.autocast(x.device.type, enabled=False):
        return function.apply(x.to(weight.dtype), weight, first, second, layer.scaling[name])


_made: list[Any] = []


def _function() -> Any:
    """x W' + s (x A') B' with its own gradient; made once, as torch is imported late."""
    if not _made:
        import torch

        class LowRank(torch.autograd.Function):
            forward, backward = staticmethod(_forward), staticmethod(_backward)

        _made.append(LowRank)
    return _made[0]


def _forward(context: Any, x: Any, weight: Any, first: Any, second: Any, scale: float) -> Any:
    rows = x.reshape(-1, x.shape[-1])
    a, b = first.to(weight.dtype), (second * scale).to(weight.dtype)
    low = rows @ a.T
    out = (rows @ weight.T).addmm_(low, b.T)
    context.save_for_backward(rows, low, weight, a, b)
    context.scale, context.shape = scale, x.shape
    return out.view(*x.shape[:-1], -1)


def _backward(context: Any, grad: Any) -> Any:
    rows, low, weight, a, b = context.saved_tensors
    grad = grad.reshape(-1, grad.shape[-1])
    back = grad @ b
    to_first, to_second = (back.T @ rows).float(), (grad.T @ low).float() * context.scale
    to_x = (grad @ weight).addmm_(back, a).view(context.shape) if context.needs_input_grad[0] else None
    return to_x, None, to_first, to_second, None
