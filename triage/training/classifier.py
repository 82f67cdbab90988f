"""The encoder with the two heads that triage uses: danger in steps, and kinds."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from triage.characters import PAD
from triage.opinion import KINDS, STEPS
from triage.training.encoder import Encoder


class Classifier(nn.Module):
    """What the whole message says: attention, mean and maximum over its characters."""

    def __init__(self, encoder: Encoder, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        hidden = encoder.letters.embedding_dim
        self.look = nn.Sequential(nn.Linear(hidden, 64), nn.Tanh(), nn.Linear(64, 1))
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Sequential(nn.Linear(3 * hidden, hidden), nn.GELU())
        self.danger = nn.Linear(hidden, len(STEPS))
        self.kinds = nn.Linear(hidden, len(KINDS))

    def forward(self, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What a batch of ``numbers`` (rows, length) says.

        Gives log-odds of the steps and of the kinds, and how much each character weighed
        (rows, length).
        """
        pooled, weights = self._read(numbers)
        return self.danger(pooled), self.kinds(pooled), weights

    def answers(self, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log-odds of the steps and of the kinds, and the vectors (rows, hidden) behind them."""
        pooled, _ = self._read(numbers)
        return self.danger(pooled), self.kinds(pooled), pooled

    def _read(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        vectors = self.dropout(self.encoder(numbers))
        blank = (numbers == PAD).unsqueeze(-1)
        weights = torch.softmax(self.look(vectors).masked_fill(blank, -1e4), dim=1)
        real = (~blank).to(vectors.dtype)
        mean = (vectors * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
        most = vectors.masked_fill(blank, -1e4).max(dim=1).values
        whole = torch.cat([(vectors * weights).sum(dim=1), mean, most], dim=-1)
        return self.dropout(self.dense(self.dropout(whole))), weights.squeeze(-1)
