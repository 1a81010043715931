"""The kernel to make fast. It gets and gives arrays of PyTorch where that is installed (on the GPU where there is one), else of NumPy."""
try:
    from torch import sqrt, tanh
except ImportError:
    from numpy import sqrt, tanh

EPSILON = 1e-5


def forward(x, bias, gamma, beta):
    """Layer normalisation of gelu(x + bias) over each row of x, in single precision."""
    h = x + bias
    g = 0.5 * h * (1.0 + tanh(0.7978845608028654 * (h + 0.044715 * h**3)))
    mean = g.sum(-1)[:, None] / x.shape[1]
    centred = g - mean
    variance = (centred**2).sum(-1)[:, None] / x.shape[1]
    return centred / sqrt(variance + EPSILON) * gamma + beta
