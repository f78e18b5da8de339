"""The gated transformer: CogVideoX with pose and character added through gates that depend on the noise level.

x' = f_b([x_t, background, mask]) + tanh(g_p(t)) f_p(pose) + tanh(g_c(t)) f_c(reference)      (DreamDance, eq. 6)

followed by CogVideoX's own blocks, with CLIP image tokens in place of the text tokens. Parameter names: f_b is
`patch_embed.proj`, f_p `pose_proj`, f_c `reference_proj`, g_p `pose_gate`, g_c `reference_gate`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from diffusers import CogVideoXTransformer3DModel
from diffusers.configuration_utils import register_to_config
from diffusers.models.modeling_outputs import Transformer2DModelOutput
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

LATENT = 16  # channels of one VAE latent
BACKGROUND = 2 * LATENT  # beta: background, mask
POSE = 3 * LATENT  # gamma: body, hand, face
OPEN_GATE = math.atanh(0.75)  # first bias of the gates: open enough that zero-initialised projections learn


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What does not depend on x_t, projected once per run: tokens (B,N,D) to be added to those of x_t."""

    background: Float[Tensor, "B N D"]
    pose: Float[Tensor, "B N D"]
    reference: Float[Tensor, "B N D"]


class GatedCogVideoXTransformer(CogVideoXTransformer3DModel):
    """CogVideoX-5B-I2V (1.0 or 1.5, by its config) with DreamDance's conditioning.

    With closed gates and a zero mask it is the base model on [x_t, image latents]. The learned position table of
    5B-I2V 1.0 is dropped unless the config asks for it, because it forbids every size but 720x480.
    """

    @register_to_config
    def __init__(
        self,
        num_attention_heads: int = 48,
        attention_head_dim: int = 64,
        in_channels: int = LATENT + BACKGROUND,
        out_channels: int = LATENT,
        flip_sin_to_cos: bool = True,
        freq_shift: int = 0,
        time_embed_dim: int = 512,
        ofs_embed_dim: int | None = None,
        text_embed_dim: int = 4096,
        num_layers: int = 42,
        dropout: float = 0.0,
        attention_bias: bool = True,
        sample_width: int = 90,
        sample_height: int = 60,
        sample_frames: int = 49,
        patch_size: int = 2,
        patch_size_t: int | None = None,
        temporal_compression_ratio: int = 4,
        max_text_seq_length: int = 226,
        activation_fn: str = "gelu-approximate",
        timestep_activation_fn: str = "silu",
        norm_elementwise_affine: bool = True,
        norm_eps: float = 1e-5,
        spatial_interpolation_scale: float = 1.875,
        temporal_interpolation_scale: float = 1.0,
        use_rotary_positional_embeddings: bool = True,
        use_learned_positional_embeddings: bool = False,
        patch_bias: bool = True,
        clip_embed_dim: int = 1024,
    ) -> None:
        base = {name: value for name, value in self.config.items() if not name.startswith("_")}
        base.pop("clip_embed_dim")
        super().__init__(**base)
        self.register_to_config(clip_embed_dim=clip_embed_dim)
        width = num_attention_heads * attention_head_dim
        volume = patch_size * patch_size * (patch_size_t or 1)
        self.pose_proj = nn.Linear(POSE * volume, width, bias=False)
        self.reference_proj = nn.Linear(LATENT * volume, width, bias=False)
        self.pose_gate = nn.Linear(time_embed_dim, 1)
        self.reference_gate = nn.Linear(time_embed_dim, 1)
        self.clip_proj = nn.Linear(clip_embed_dim, text_embed_dim)
        for projection in (self.pose_proj, self.reference_proj):
            nn.init.zeros_(projection.weight)
        for gate in (self.pose_gate, self.reference_gate):
            nn.init.normal_(gate.weight, std=1e-3)
            nn.init.constant_(gate.bias, OPEN_GATE)

    def patches(self, latents: Float[Tensor, "B T C H W"]) -> Float[Tensor, "B N C V"]:
        """Patches as tokens in raster order, voxels ordered (t, h, w) within each channel: 1.5's own layout."""
        p, pt = self.config.patch_size, self.config.patch_size_t or 1
        return rearrange(latents, "b (t pt) c (h ph) (w pw) -> b (t h w) c (pt ph pw)", pt=pt, ph=p, pw=p)

    def _base_weight(self) -> Float[Tensor, "D C V"]:
        weight = self.patch_embed.proj.weight
        return weight.reshape(weight.shape[0], self.config.in_channels, -1)

    def project(
        self,
        background: Float[Tensor, "B T 16 H W"],
        mask: Float[Tensor, "B T 16 H W"],
        pose: Float[Tensor, "B T 48 H W"],
        reference: Float[Tensor, "B 1 16 H W"],
    ) -> Conditions:
        """Tokens of all conditions; the reference's single latent frame is projected once and repeated over time."""
        weight = self._base_weight()[:, LATENT:]
        beta = torch.einsum("bncv,dcv->bnd", self.patches(torch.cat([background, mask], 2)), weight)
        if self.patch_embed.proj.bias is not None:
            beta = beta + self.patch_embed.proj.bias
        still = reference.expand(-1, self.config.patch_size_t or 1, -1, -1, -1)
        phi = self.reference_proj(self.patches(still).flatten(2))
        repeats = background.shape[1] // still.shape[1]
        return Conditions(
            background=beta, pose=self.pose_proj(self.patches(pose).flatten(2)), reference=phi.repeat(1, repeats, 1)
        )

    def gates(self, embedding: Float[Tensor, "B E"]) -> tuple[Float[Tensor, "B 1"], Float[Tensor, "B 1"]]:
        """tanh(g_p), tanh(g_c) at a time embedding."""
        return torch.tanh(self.pose_gate(embedding)), torch.tanh(self.reference_gate(embedding))

    def embed_time(self, timestep: Tensor) -> Float[Tensor, "B E"]:
        """CogVideoX's time embedding of steps 0..999, without the ofs part."""
        dtype = self.time_embedding.linear_1.weight.dtype
        return self.time_embedding(self.time_proj(timestep).to(dtype))

    def forward(
        self,
        hidden_states: Float[Tensor, "B T 16 H W"],
        encoder_hidden_states: Float[Tensor, "B S X"],
        timestep: Tensor,
        conditions: Conditions,
        ofs: Tensor | None = None,
        image_rotary_emb: tuple[Tensor, Tensor] | None = None,
        strengths: tuple[float, float] = (1.0, 1.0),
        return_dict: bool = True,
    ) -> Transformer2DModelOutput | tuple[Tensor]:
        """v-prediction (B,T,16,H,W) for noisy latents and CLIP image tokens (B,S,clip_embed_dim).

        `strengths` scale the pose and the reference gate.
        """
        emb = self.embed_time(timestep)
        pose_gate, reference_gate = self.gates(emb)
        if self.ofs_embedding is not None:
            emb = emb + self.ofs_embedding(self.ofs_proj(ofs).to(emb.dtype))
        tokens = torch.einsum("bncv,dcv->bnd", self.patches(hidden_states), self._base_weight()[:, :LATENT])
        tokens = tokens + conditions.background
        tokens = tokens + strengths[0] * pose_gate[:, None] * conditions.pose
        tokens = tokens + strengths[1] * reference_gate[:, None] * conditions.reference
        text = self.patch_embed.text_proj(self.clip_proj(encoder_hidden_states))
        tokens = self._with_position_table(tokens, hidden_states)
        return self._blocks(tokens, text, emb, hidden_states.shape, image_rotary_emb, return_dict)

    def _with_position_table(self, tokens: Tensor, latents: Tensor) -> Tensor:
        if not self.config.use_learned_positional_embeddings:
            return tokens
        table = self.patch_embed.pos_embedding[:, self.config.max_text_seq_length :]
        if table.shape[1] != tokens.shape[1]:
            wide, high = self.config.sample_width * 8, self.config.sample_height * 8
            raise ValueError(
                f"this checkpoint keeps CogVideoX's learned position table, which fits {wide}x{high} and "
                f"{self.config.sample_frames} frames only, got latents of {tuple(latents.shape)}; "
                "use a checkpoint without the table"
            )
        return tokens + table.to(tokens)

    def _blocks(
        self,
        tokens: Tensor,
        text: Tensor,
        emb: Tensor,
        shape: torch.Size,
        rotary: tuple[Tensor, Tensor] | None,
        return_dict: bool,
    ) -> Transformer2DModelOutput | tuple[Tensor]:
        tokens, text = self.embedding_dropout(tokens), self.embedding_dropout(text)
        for block in self.transformer_blocks:
            if torch.is_grad_enabled() and self.gradient_checkpointing:
                tokens, text = self._gradient_checkpointing_func(block, tokens, text, emb, rotary)
            else:
                tokens, text = block(tokens, text, emb, rotary)
        out = self.proj_out(self.norm_out(self.norm_final(tokens), temb=emb))
        p, pt = self.config.patch_size, self.config.patch_size_t
        if pt is None:
            layout = "b (t h w) (c ph pw) -> b t c (h ph) (w pw)"
            size = {"t": shape[1], "h": shape[3] // p, "ph": p, "pw": p}
        else:
            layout = "b (t h w) (c pt ph pw) -> b (t pt) c (h ph) (w pw)"
            size = {"t": shape[1] // pt, "h": shape[3] // p, "ph": p, "pw": p, "pt": pt}
        sample = rearrange(out, layout, **size)
        return Transformer2DModelOutput(sample=sample) if return_dict else (sample,)

    @classmethod
    def from_base(cls, base: CogVideoXTransformer3DModel, clip_embed_dim: int = 1024) -> GatedCogVideoXTransformer:
        """The gated model on a base model's weights, shared and not copied where shapes agree.

        f_b is the base's patch embedding widened with zero columns, in the order [x_t, background, mask]. Raises
        ValueError when the base is not a CogVideoX of 16 latent channels.
        """
        config = {name: value for name, value in base.config.items() if not name.startswith("_")}
        if config["out_channels"] != LATENT or config["in_channels"] not in (LATENT, 2 * LATENT):
            raise ValueError(
                "the base must be a CogVideoX with 16 latent channels in and out (32 in for I2V), got "
                f"{config['in_channels']} in and {config['out_channels']} out"
            )
        given = config["in_channels"]
        config |= {
            "in_channels": LATENT + BACKGROUND,
            "use_learned_positional_embeddings": False,
            "clip_embed_dim": clip_embed_dim,
        }
        model = cls(**config)
        state = base.state_dict()
        state.pop("patch_embed.pos_embedding", None)
        state["patch_embed.proj.weight"] = widen(state["patch_embed.proj.weight"], given, LATENT + BACKGROUND)
        own = {name for name, _ in model.named_parameters() if name.split(".")[0] in NEW_LAYERS}
        missing, unexpected = model.load_state_dict(state, strict=False, assign=True)
        if set(missing) - own or unexpected:
            raise ValueError(
                f"the base's weights do not fit its config: missing {sorted(set(missing) - own)[:3]}, "
                f"unexpected {unexpected[:3]}"
            )
        return model.to(state["proj_out.weight"].dtype)


NEW_LAYERS = ("pose_proj", "reference_proj", "pose_gate", "reference_gate", "clip_proj")


def widen(weight: Tensor, channels: int, wanted: int) -> Tensor:
    """A patch embedding's weight with zero columns for channels that are not there yet.

    Conv2d weights (1.0) are [out, channel, h, w]; Linear weights (1.5) are channel-major [out, channel*t*h*w].
    """
    grouped = weight.reshape(weight.shape[0], channels, -1)
    wide = torch.cat([grouped, grouped.new_zeros(grouped.shape[0], wanted - channels, grouped.shape[2])], 1)
    return wide.reshape(weight.shape[0], wanted, *weight.shape[2:]) if weight.ndim == 4 else wide.flatten(1)
