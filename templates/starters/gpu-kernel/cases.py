"""What all measurements share: where they run, the inputs, the clock and the test of an answer."""
import random
import time

try:
    import torch
except ImportError:
    torch = None
    import numpy

GPU = torch is not None and torch.cuda.is_available()
DEVICE = "cuda" if GPU else "cpu"
# Rows and width. The GPU's are larger than its caches; the CPU's are small, so that anybody can try.
SHAPES = [(8192, 1024), (4096, 4096), (16384, 768)] if GPU else [(384, 768), (96, 2048), (1536, 128)]
# Neither powers of two nor multiples of a warp.
ODD_SHAPES = [(6001, 1000), (1237, 5003), (20011, 517)] if GPU else [(301, 700), (67, 2111), (1201, 129)]
TOLERANCE = 2e-4


def now():
    """Seconds, once all that the GPU was given is done."""
    if GPU:
        torch.cuda.synchronize()
    return time.perf_counter()


def make(seed, rows, width):
    """Inputs of one call, on the device: rows of different size and offset."""
    draw = random.Random(seed)
    scale, offset = draw.uniform(0.2, 4.0), draw.uniform(-2.0, 2.0)
    if torch is not None:
        generator = torch.Generator(device=DEVICE).manual_seed(draw.randrange(2**31))
        normal = lambda *shape: torch.randn(*shape, generator=generator, device=DEVICE)
    else:
        generator = numpy.random.default_rng(draw.randrange(2**31))
        normal = lambda *shape: generator.standard_normal(shape, dtype=numpy.float32)
    return scale * normal(rows, width) + offset, normal(width), 1.0 + 0.1 * normal(width), normal(width)


def copies(inputs):
    return tuple(one.clone() if torch is not None else one.copy() for one in inputs)


def exact(forward, inputs):
    """The original's answer in double precision."""
    return forward(*(one.double() if torch is not None else one.astype("float64") for one in inputs))


def fault(answer, inputs, expected):
    """Why an answer is wrong, or None. It must be an array of the same kind, whole, single and close everywhere."""
    if type(answer) is not type(inputs[0]):
        return f"it gave {type(answer).__name__}, not {type(inputs[0]).__name__}"
    if answer.dtype != inputs[0].dtype or tuple(answer.shape) != tuple(inputs[0].shape):
        return f"it gave {answer.dtype} {tuple(answer.shape)}"
    if torch is not None and answer.device != inputs[0].device:
        return f"the answer is on {answer.device}"
    # NaN is not close to anything.
    worst = float((abs(answer - expected) / (1.0 + abs(expected))).max())
    return None if worst <= TOLERANCE else f"it is off by {worst:.2g}"


def same(before, after):
    return all(bool((a == b).all()) for a, b in zip(before, after))


def noted():
    """What the original and the measurement lean on, to be looked at again: the candidate shares it."""
    shared = [torch, torch.Tensor, torch.cuda] if torch is not None else [numpy]
    return [(one, dict(vars(one))) for one in (*shared, time, random)]


def touched(before):
    return next((f"{one.__name__}.{name}" for one, was in before for name in was if vars(one).get(name) is not was[name]), None)
