"""The small transformer: characters and their neighbours in, one vector a character out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import ModernBertConfig, ModernBertModel

from triage.characters import BREAK, PAD, START


class Encoder(nn.Module):
    """ModernBERT over characters, each of which also knows the pair and triple it stands in.

    The pairs and triples are hashed into tables: at no cost in arithmetic they bring what a
    word-level vocabulary would, which is what a small model with little text lacks most.
    """

    def __init__(self, alphabet_size: int, shape: dict[str, Any], dropout: float = 0.0) -> None:
        super().__init__()
        hidden, width = shape["hidden"], shape["gram_width"]
        self.buckets: int = shape["buckets"]
        self.letters = nn.Embedding(alphabet_size, hidden, padding_idx=PAD)
        self.pairs = nn.Embedding(self.buckets, width)
        self.triples = nn.Embedding(self.buckets, width)
        self.mix = nn.Linear(3 * width, hidden)
        for table in (self.letters, self.pairs, self.triples):
            nn.init.normal_(table.weight, std=0.02)
        self.body = ModernBertModel(
            ModernBertConfig(
                vocab_size=8,  # its own table is not used
                hidden_size=hidden,
                intermediate_size=shape["feed_forward"],
                num_hidden_layers=shape["layers"],
                num_attention_heads=shape["heads"],
                max_position_embeddings=512,
                global_attn_every_n_layers=1,
                pad_token_id=PAD,
                bos_token_id=START,
                cls_token_id=START,
                eos_token_id=BREAK,
                sep_token_id=BREAK,
                attn_implementation="sdpa",
                attention_dropout=dropout,
                mlp_dropout=dropout,
                embedding_dropout=dropout,
            )
        )

    def embed(self, numbers: Tensor) -> Tensor:
        """The vectors that go into the first layer."""
        before = nn.functional.pad(numbers, (1, 0))[:, :-1]
        after = nn.functional.pad(numbers, (0, 1))[:, 1:]
        left = (before * 7919 + numbers * 104729) % self.buckets
        right = (numbers * 7919 + after * 104729) % self.buckets
        triple = (before * 15485863 + numbers * 32452843 + after * 49979687) % self.buckets
        grams = torch.cat([self.pairs(left), self.pairs(right), self.triples(triple)], dim=-1)
        return self.letters(numbers) + self.mix(grams)

    def forward(self, numbers: Tensor) -> Tensor:
        """``numbers`` (rows, length), padded with ``PAD``; gives (rows, length, hidden)."""
        mask = (numbers != PAD).long()
        return self.body(inputs_embeds=self.embed(numbers), attention_mask=mask).last_hidden_state


class Guesser(nn.Module):
    """The encoder with a head that guesses hidden characters; used for pre-training alone."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        hidden = encoder.letters.embedding_dim
        self.dense = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.LayerNorm(hidden))
        self.bias = nn.Parameter(torch.zeros(encoder.letters.num_embeddings))

    def forward(self, numbers: Tensor, wanted: Tensor) -> Tensor:
        """The scores of every character at the places where ``wanted`` is true."""
        vectors = self.dense(self.encoder(numbers)[wanted])
        return vectors @ self.encoder.letters.weight.T + self.bias
