"""The log-mel spectrogram that WhisperFeatureExtractor makes of 20 s, on any device of torch."""

from functools import lru_cache
from typing import Any

from train.nano.truth import RATE_HZ

N_FFT, HOP, N_MELS = 2048, 320, 192
SPAN = 8.0  # powers of ten below the loudest that are kept


def log_mel(sound: Any) -> Any:
    """(192, 1000) float32 of (320000,) samples at 16 kHz."""
    import torch

    window, filters = _fixed(str(sound.device))
    spectrum = torch.view_as_real(torch.stft(sound, N_FFT, HOP, window=window, return_complex=True)[:, :-1])
    mel = filters @ spectrum.square().sum(-1)
    logs = mel.clamp(min=1e-10).log10()
    return (torch.maximum(logs, logs.max() - SPAN) + 4.0) / 4.0


@lru_cache(maxsize=4)
def _fixed(device: str) -> tuple[Any, Any]:
    """The window and the filters (192, 1025)."""
    import torch
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(
        num_frequency_bins=1 + N_FFT // 2,
        num_mel_filters=N_MELS,
        min_frequency=0.0,
        max_frequency=RATE_HZ / 2,
        sampling_rate=RATE_HZ,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.hann_window(N_FFT, device=device), torch.tensor(filters.T, dtype=torch.float32, device=device)
