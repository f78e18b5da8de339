"""The gated transformer: CogVideoX with pose and character added through gates that depend on the noise level.

x' = f_b([x_t, background, mask]) + tanh(g_p(t)) f_p(pose) + tanh(g_c(t)) f_c(reference)      (DreamDance, eq. 6)

followed by CogVideoX's own blocks, with CLIP image tokens in place of the text tokens. Parameter names: f_b is
`patch_embed.proj`, f_p `pose_proj`, f_c `reference_proj`, g_p `pose_gate`, g_c `reference_gate`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch
from diffusers import CogVideoXTransformer3DModel, ModelMixin  # noqa: F401  a saved pipeline looks for the mixin here
from diffusers.configuration_utils import register_to_config
from diffusers.models.modeling_outputs import Transformer2DModelOutput
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from .first_block import FirstBlockState
from .widened import patch_layer, widen

LATENT = 16  # channels of one VAE latent
BACKGROUND = 2 * LATENT  # beta: background, mask
POSE = 3 * LATENT  # gamma: body, hand, face
OPEN_GATE = math.atanh(0.75)  # first bias of the gates: open enough that zero-initialised projections learn
NEW_LAYERS = ("pose_proj", "reference_proj", "pose_gate", "reference_gate", "clip_proj")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a window is conditioned on: latents (five axes), or the tokens that a forward pass has made of them.

    The background goes through one convolution with x_t, so that the base model's arithmetic stays as it is; that
    costs a ten-thousandth of a step. Pose, reference and text do not meet x_t before: they are projected once.
    """

    background: Float[Tensor, "B T 32 H W"]  # background, mask
    pose: Float[Tensor, "B T 48 H W"] | Float[Tensor, "B N D"]
    reference: Float[Tensor, "B 1 16 H W"] | Float[Tensor, "B M D"]  # one latent frame, added to every frame
    text: Float[Tensor, "B S D"] | None = None  # CLIP's tokens, projected
    strengths: tuple[float, float] = (1.0, 1.0)  # times the gates of pose and reference; 0 leaves that input unread


@dataclass
class GatedOutput(Transformer2DModelOutput):
    """v-prediction `sample` (B,T,16,H,W), both `gates` (B,2) and the projected `conditions`, for the next step."""

    sample: Tensor | dict  # a dictionary of all fields is how accelerate rebuilds it on another device
    gates: Tensor | None = None
    conditions: Conditions | None = None


class GatedCogVideoXTransformer(CogVideoXTransformer3DModel):
    """CogVideoX-5B-I2V (1.0 or 1.5, by its config) with DreamDance's conditioning.

    With closed gates and a zero mask it is the base model on [x_t, image latents]. The learned position table of
    5B-I2V 1.0 is dropped unless the config asks for it, because it fits 720x480 and 49 frames only. Weights are used
    through their modules' calls alone and everything happens in `forward`, so that offloading, quantisation and
    casting hooks see it.
    """

    # The new layers are as sensitive as the patch embedding that they extend, and as small.
    _skip_layerwise_casting_patterns = ["patch_embed", "norm", "pose_", "reference_"]
    _keep_in_fp32_modules = ["pose_gate", "reference_gate"]

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
        interpolate_position_table: bool = False,
    ) -> None:
        base = {name: value for name, value in self.config.items() if not name.startswith("_")}
        for own in ("clip_embed_dim", "interpolate_position_table"):
            base.pop(own)
        super().__init__(**base)
        width = num_attention_heads * attention_head_dim
        volume = patch_size * patch_size * (patch_size_t or 1)
        self.patch_embed.proj = patch_layer(in_channels, 2 * LATENT, width, patch_size, patch_size_t, patch_bias)
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

    def forward(
        self,
        hidden_states: Float[Tensor, "B T 16 H W"],
        encoder_hidden_states: Float[Tensor, "B S X"],
        timestep: Tensor,
        conditions: Conditions,
        ofs: Tensor | None = None,
        image_rotary_emb: tuple[Tensor, Tensor] | None = None,
        first_block: FirstBlockState | None = None,
        return_dict: bool = True,
    ) -> GatedOutput | tuple:
        """v-prediction for noisy latents and CLIP image tokens (B,S,clip_embed_dim), unread once `conditions` has them.

        With `first_block`, a step whose first block changes little reuses what the others did.
        """
        emb = self.time_embedding(self.time_proj(timestep).to(hidden_states.dtype))
        gates = torch.cat([self._gate(self.pose_gate, emb), self._gate(self.reference_gate, emb)], 1)
        if self.ofs_embedding is not None:
            emb = emb + self.ofs_embedding(self.ofs_proj(ofs).to(emb.dtype))
        tokens = self._tokens(self.patch_embed.proj, torch.cat([hidden_states, conditions.background], 2))
        conditions, strengths = self._project(conditions, encoder_hidden_states), conditions.strengths
        if strengths[0]:
            tokens = torch.addcmul(tokens, conditions.pose.to(tokens), strengths[0] * gates[:, :1, None].to(tokens))
        if strengths[1]:
            frames = tokens.unflatten(1, (-1, conditions.reference.shape[1]))
            still = conditions.reference[:, None].to(tokens)
            tokens = torch.addcmul(frames, still, strengths[1] * gates[:, 1:, None, None].to(tokens)).flatten(1, 2)
        text = conditions.text
        if self.config.use_learned_positional_embeddings:
            text, tokens = self._with_position_table(text, tokens, hidden_states.shape)
        tokens, text = self.embedding_dropout(tokens), self.embedding_dropout(text)
        tokens = self._blocks(tokens, text, emb, image_rotary_emb, first_block)
        sample = self._pictures(self.proj_out(self.norm_out(self.norm_final(tokens), temb=emb)), hidden_states.shape)
        if not return_dict:
            return (sample, gates, conditions)
        return GatedOutput(sample=sample, gates=gates, conditions=conditions)

    @staticmethod
    def _gate(gate: nn.Module, emb: Float[Tensor, "B E"]) -> Float[Tensor, "B 1"]:
        return torch.tanh(gate(emb.to(gate.weight.dtype)))

    def _tokens(self, layer: nn.Module, latents: Float[Tensor, "B T C H W"]) -> Float[Tensor, "B N D"]:
        """Latents through a patch layer, tokens in raster order.

        1.0's patch embedding sees pictures, linear layers see patches with columns ordered (channel, t, h, w).
        """
        if self.config.patch_size_t is None and layer is self.patch_embed.proj:
            tokens = layer(latents.flatten(0, 1))
            return rearrange(tokens, "(b t) d h w -> b (t h w) d", b=len(latents))
        p, pt = self.config.patch_size, self.config.patch_size_t or 1
        return layer(rearrange(latents, "b (t pt) c (h ph) (w pw) -> b (t h w) (c pt ph pw)", pt=pt, ph=p, pw=p))

    def _project(self, conditions: Conditions, clip: Float[Tensor, "B S X"]) -> Conditions:
        """The conditions with tokens for what is read and was not projected yet."""
        if conditions.text is None:
            conditions = replace(conditions, text=self.patch_embed.text_proj(self.clip_proj(clip)))
        if conditions.strengths[0] and conditions.pose.ndim == 5:
            conditions = replace(conditions, pose=self._tokens(self.pose_proj, conditions.pose))
        if conditions.strengths[1] and conditions.reference.ndim == 5:
            still = conditions.reference.expand(-1, self.config.patch_size_t or 1, -1, -1, -1)
            conditions = replace(conditions, reference=self._tokens(self.reference_proj, still))
        return conditions

    def _with_position_table(self, text: Tensor, tokens: Tensor, shape: torch.Size) -> tuple[Tensor, Tensor]:
        """Both streams plus the learned table: its text rows as far as they go, its video rows at this size."""
        config = self.config
        split = config.max_text_seq_length
        table = self.patch_embed.pos_embedding.to(tokens)
        grid = (shape[1], shape[3] // config.patch_size, shape[4] // config.patch_size)
        own = (
            (config.sample_frames - 1) // config.temporal_compression_ratio + 1,
            config.sample_height // config.patch_size,
            config.sample_width // config.patch_size,
        )
        video = table[:, split:]
        if grid != own:
            if not config.interpolate_position_table:
                wide, high = config.sample_width * 8, config.sample_height * 8
                raise ValueError(
                    f"this checkpoint keeps CogVideoX's learned position table, which fits {wide}x{high} and "
                    f"{config.sample_frames} frames only, got latents of {tuple(shape)}; use that size, a checkpoint "
                    "that interpolates the table or one without it"
                )
            cube = video.transpose(1, 2).unflatten(2, own).float()
            video = F.interpolate(cube, grid, mode="trilinear", align_corners=False).flatten(2).transpose(1, 2)
        reach = min(split, text.shape[1])
        return text + F.pad(table[:, :reach], (0, 0, 0, text.shape[1] - reach)), tokens + video.to(tokens)

    def _blocks(
        self,
        tokens: Tensor,
        text: Tensor,
        emb: Tensor,
        rotary: tuple[Tensor, Tensor] | None,
        first_block: FirstBlockState | None,
    ) -> Tensor:
        for index, block in enumerate(self.transformer_blocks):
            if torch.is_grad_enabled() and self.gradient_checkpointing:
                tokens, text = self._gradient_checkpointing_func(block, tokens, text, emb, rotary)
                continue
            before = tokens
            tokens, text = block(hidden_states=tokens, encoder_hidden_states=text, temb=emb, image_rotary_emb=rotary)
            if first_block is not None and index == 0:
                if first_block.unchanged(tokens - before):
                    return tokens + first_block.rest_for(tokens)
                after_first = tokens
        if first_block is not None:
            first_block.keep(tokens - after_first)
        return tokens

    def _pictures(self, out: Tensor, shape: torch.Size) -> Tensor:
        p, pt = self.config.patch_size, self.config.patch_size_t
        size = {"h": shape[3] // p, "w": shape[4] // p, "ph": p, "pw": p}
        if pt is None:
            return rearrange(out, "b (t h w) (c ph pw) -> b t c (h ph) (w pw)", **size)
        return rearrange(out, "b (t h w) (c pt ph pw) -> b (t pt) c (h ph) (w pw)", pt=pt, **size)

    @classmethod
    def from_base(
        cls,
        base: CogVideoXTransformer3DModel,
        clip_embed_dim: int = 1024,
        table: Literal["off", "keep", "interpolate"] = "off",
    ) -> GatedCogVideoXTransformer:
        """The gated model on a base model's weights, shared and not copied where shapes agree.

        f_b is the base's patch embedding widened with zero columns, in the order [x_t, background, mask]. `table`:
        what becomes of a learned position table. Raises ValueError when the base is not a CogVideoX-5B.
        """
        config = {name: value for name, value in base.config.items() if not name.startswith("_")}
        given = config["in_channels"]
        if config["out_channels"] != LATENT or given not in (LATENT, 2 * LATENT):
            raise ValueError(
                "the base must be a CogVideoX with 16 latent channels in and out (32 in for I2V), got "
                f"{given} in and {config['out_channels']} out"
            )
        if not config["use_rotary_positional_embeddings"]:
            raise ValueError("the base must have rotary positions, as CogVideoX-5B has; this one is a CogVideoX-2B")
        config |= {
            "in_channels": LATENT + BACKGROUND,
            "use_learned_positional_embeddings": config["use_learned_positional_embeddings"] and table != "off",
            "interpolate_position_table": table == "interpolate",
            "clip_embed_dim": clip_embed_dim,
        }
        model = cls(**config)
        state = base.state_dict()
        if not config["use_learned_positional_embeddings"]:
            state.pop("patch_embed.pos_embedding", None)
        state["patch_embed.proj.weight"] = widen(state["patch_embed.proj.weight"], given, LATENT + BACKGROUND)
        own = {name for name, _ in model.named_parameters() if name.split(".")[0] in NEW_LAYERS}
        missing, unexpected = model.load_state_dict(state, strict=False, assign=True)
        if set(missing) - own or unexpected:
            raise ValueError(
                f"the base's weights do not fit its config: missing {sorted(set(missing) - own)[:3]}, "
                f"unexpected {unexpected[:3]}"
            )
        for name in ("pose_proj", "reference_proj", "clip_proj"):  # the gates stay float32
            getattr(model, name).to(state["proj_out.weight"].dtype)
        return model


def rotary(transformer: CogVideoXTransformer3DModel, shape: torch.Size, device: torch.device) -> tuple[Tensor, Tensor]:
    """Rotary tables for latents (B,T,C,H,W), restarted in each window.

    CogVideoX 1.0 stretches the grid over a centred crop of its training grid that keeps the aspect; 1.5 cuts from it.
    """
    from diffusers.models.embeddings import get_3d_rotary_pos_embed

    config = transformer.config
    p, pt = config.patch_size, config.patch_size_t or 1
    rows, columns, times = shape[3] // p, shape[4] // p, shape[1] // pt
    base_rows, base_columns = config.sample_height // p, config.sample_width // p
    grid = {"grid_size": (rows, columns), "temporal_size": times}
    common = {"embed_dim": config.attention_head_dim, "device": device, **grid}
    if config.patch_size_t is not None:
        limit = (max(base_rows, rows), max(base_columns, columns))
        return get_3d_rotary_pos_embed(crops_coords=None, grid_type="slice", max_size=limit, **common)
    scale = min(base_rows / rows, base_columns / columns)
    high, wide = round(rows * scale), round(columns * scale)
    top, left = round((base_rows - high) / 2), round((base_columns - wide) / 2)
    return get_3d_rotary_pos_embed(crops_coords=((top, left), (top + high, left + wide)), **common)
