"""The sampling loop, for `sample` and the pipeline: one latent of any length, denoised in overlapping windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from ....runtime import heard
from ....types import Window
from .first_block import FirstBlockState
from .memory import free_bytes
from .schedule import Sampler
from .transformer import Conditions, GatedCogVideoXTransformer, GatedOutput, rotary

# Device memory for what does not change over the steps (tokens of pose and reference), and for first-block states.
# At 48x768x768 in bf16 a window's tokens take 0.2 GB and its two states 0.7 GB.
TOKEN_BUDGET, STATE_BUDGET = 2 << 30, 4 << 30

# How windows are fused: long.aggregate's blend and copy_halves, handed in because stages do not import each other.
Fuse = tuple[Callable[..., Tensor], Callable[..., list[Tensor]]]


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """How a gated model is sampled; steps, guidance and seed come with the job."""

    windows: tuple[Window, ...] = ()  # latent frames; empty = the whole length at once
    fusion: Literal["blend", "edge"] = "blend"  # averaged model outputs, or EDGE's copied halves
    pose_strength: float = 1.0  # times the pose gate
    reference_strength: float = 1.0  # times the character gate
    sampler: Sampler = "ddim"  # the paper's, 50 steps; "dpm" needs 10 to 20
    cache: float | None = None  # first-block caching: relative change below which a step is reused (0.05 to 0.15)
    tiling: bool = True  # the VAE sees wide pictures in overlapping tiles


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a run is conditioned on, encoded."""

    windows: tuple[Window, ...]
    conditions: tuple[Conditions, ...]  # latents of each window, in host memory
    tokens: Float[Tensor, "1 S X"]  # CLIP's
    colours: Float[Tensor, "17 3"]  # for previews
    fuse: Fuse

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the latent of the whole length (1,L,16,h,w)."""
        height, width = self.conditions[0].background.shape[-2:]
        return (1, self.windows[-1].stop, 16, height, width)


@dataclass(kw_only=True)
class Step:
    """Where the loop stands after a step. `latents` may be replaced: the next step goes on from there."""

    index: int
    timestep: Tensor
    latents: Float[Tensor, "_ L 16 h w"]  # of the whole length, or with `edge` of each window
    clean: Float[Tensor, "16 h w"]  # the middle latent frame as the model expects it at the end
    gates: Float[Tensor, "2"]  # pose, reference


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the loop was left, so that it can go on from there."""

    steps: int  # that are done
    latents: Float[Tensor, "_ L 16 h w"]
    clean: Tensor | None  # what the scheduler remembers of its last step
    gates: Float[Tensor, "S 2"]


@runtime_checkable
class Kept(Protocol):
    """Keeps the loop's place outside the process's memory."""

    def load(self) -> Place | None:
        """The last place that was kept for this very run."""

    def save(self, place: Place) -> None:
        """Takes note of a place; it need not keep every one."""


def denoise(
    prepared: Prepared,
    transformer: GatedCogVideoXTransformer,
    scheduler: object,
    noise: Float[Tensor, "1 L 16 h w"],
    guidance: float,
    options: SampleOptions,
    watch: Callable[[], None],
    begin: Place | None = None,
) -> Iterator[Step]:
    """Every step of the scheduler on noise of the whole length; `watch` is called before each block of the network.

    `blend` keeps one latent and fuses the model outputs of the windows, so that overlaps take one step; `edge` keeps
    the windows side by side and copies between them after each step but the last. `begin`: go on from there.
    """
    windows, (_, copy_halves) = prepared.windows, prepared.fuse
    edge = options.fusion == "edge"
    predict = _Predictor(prepared, transformer, guidance, options, noise.device)
    state = torch.cat([noise[:, w.start : w.stop] for w in windows]) if edge else noise
    done = 0
    if begin is not None:
        done, state = begin.steps, begin.latents.to(noise)
        scheduler.recall(None if begin.clean is None else begin.clean.to(noise))
    try:
        for index, t in enumerate(scheduler.timesteps[done:], done):
            time = t[None].to(noise.device)
            views = state.split(1) if edge else [state[:, w.start : w.stop] for w in windows]
            with heard(transformer.transformer_blocks, watch):
                outputs = [predict(view, window, time) for window, view in enumerate(views)]
            velocity = torch.cat(outputs) if edge else _blended(outputs, prepared)
            alpha = scheduler.alphas_cumprod[int(t)].to(state)
            middle = state.shape[1] // 2
            clean = alpha.sqrt() * state[0, middle] - (1 - alpha).sqrt() * velocity[0, middle]
            state = scheduler.step(velocity, t, state).prev_sample
            if edge and index + 1 < len(scheduler.timesteps):
                state = torch.stack(copy_halves(list(state), list(windows)))
            step = Step(index=index, timestep=t, latents=state, clean=clean, gates=predict.gates)
            yield step
            state = step.latents
    finally:
        predict.forget()


def finished(latents: Float[Tensor, "_ L 16 h w"], prepared: Prepared) -> Float[Tensor, "1 T 16 h w"]:
    """The latent of the whole length from the last step's."""
    return latents if latents.shape[1] == prepared.shape[1] else _blended(list(latents.split(1)), prepared)


def _blended(parts: list[Tensor], prepared: Prepared) -> Tensor:
    return prepared.fuse[0]([part[0] for part in parts], list(prepared.windows), prepared.windows[-1].stop)[None]


def _room(budget: int, device: torch.device) -> int:
    """The budget, but at most a quarter of what is free on the device: the pass needs the rest."""
    free = free_bytes(device)
    return budget if free is None else min(budget, free // 4)


class _Predictor:
    """A function (latents of a window, its index, time) -> float32 v-prediction with guidance.

    Guidance drops pose, reference and CLIP, never the background. Tokens of the conditions are kept on the device as
    far as the budget goes, and made anew at each step beyond it.
    """

    def __init__(
        self,
        prepared: Prepared,
        transformer: GatedCogVideoXTransformer,
        guidance: float,
        options: SampleOptions,
        device: torch.device,
    ) -> None:
        self.transformer, self.guidance, self.options = transformer, guidance, options
        self.device, self.dtype = device, transformer.dtype
        self.gates = torch.zeros(2)
        self._conditions = list(prepared.conditions)
        self._reference = prepared.conditions[0].reference  # one for all windows
        self._room = _room(TOKEN_BUDGET, device)
        tokens = prepared.tokens.to(device, self.dtype)
        self._clip = {"guided": tokens, "free": torch.zeros_like(tokens)}
        self._text: dict[str, Tensor] = {}  # the same, projected
        self._ropes: dict[torch.Size, tuple[Tensor, Tensor]] = {}
        self._states = self._first_block_states(prepared)
        branches = len(prepared.windows) * (1 if guidance == 1.0 else 2)
        self._check_cache(branches)
        self.forget()

    def __call__(self, latents: Tensor, window: int, time: Tensor) -> Tensor:
        strengths = (self.options.pose_strength, self.options.reference_strength)
        given = self._conditions[window]
        conditions = Conditions(
            background=self._here(given.background),
            pose=self._here(given.pose),
            reference=self._here(self._reference),
            strengths=strengths,
        )
        out = self._forward("guided", latents, window, time, conditions)
        self.gates = out.gates[0].float().cpu()
        self._remember(window, out.conditions)
        if self.guidance == 1.0:
            return out.sample.float()
        closed = replace(out.conditions, strengths=(0.0, 0.0))
        free = self._forward("free", latents, window, time, closed).sample.float()
        return free + self.guidance * (out.sample.float() - free)

    def forget(self) -> None:
        """Drops what diffusers' caches, if the model has one enabled, remember of a run."""
        if self.transformer.is_cache_enabled:
            self.transformer._reset_stateful_cache()

    def _forward(self, branch: str, latents: Tensor, window: int, time: Tensor, conditions: Conditions) -> GatedOutput:
        if latents.shape not in self._ropes:
            self._ropes[latents.shape] = rotary(self.transformer, latents.shape, self.device)
        newer = self.transformer.ofs_embedding is not None
        with self.transformer.cache_context(f"{branch} {window}"):
            out = self.transformer(
                hidden_states=latents.to(self.dtype),
                encoder_hidden_states=self._clip[branch],
                timestep=time,
                conditions=replace(conditions, text=self._text.get(branch)),
                ofs=torch.full((1,), 2.0, device=self.device) if newer else None,  # 1.5's constant
                image_rotary_emb=self._ropes[latents.shape],
                first_block=self._states.get((branch, window)),
            )
        self._text[branch] = out.conditions.text
        return out

    def _here(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.device, self.dtype)

    def _remember(self, window: int, projected: Conditions) -> None:
        """Keeps the tokens of a window on the device if there is room."""
        self._reference = projected.reference
        if projected.pose.ndim == 5 or self._conditions[window].pose.ndim == 3:
            return
        size = projected.pose.nbytes + projected.background.nbytes
        if size <= self._room:
            self._room -= size
            self._conditions[window] = projected

    def _first_block_states(self, prepared: Prepared) -> dict[tuple[str, int], FirstBlockState]:
        if self.options.cache is None:
            return {}
        config = self.transformer.config
        width = config.num_attention_heads * config.attention_head_dim
        _, _, _, height, wide = prepared.shape
        grid = height * wide // config.patch_size**2
        frames = sum(w.stop - w.start for w in prepared.windows) // (config.patch_size_t or 1)
        parked = 2 * 2 * frames * grid * width * self.dtype.itemsize > _room(STATE_BUDGET, self.device)
        names = [(branch, index) for branch in ("guided", "free") for index in range(len(prepared.windows))]
        return {name: FirstBlockState(self.options.cache, parked=parked) for name in names}

    def _check_cache(self, branches: int) -> None:
        """Raises ValueError when diffusers' cache would mix what windows and branches remember."""
        kind = type(getattr(self.transformer, "_cache_config", None)).__name__
        if branches > 1 and kind in ("PyramidAttentionBroadcastConfig", "FasterCacheConfig"):
            raise ValueError(
                f"{kind} keeps one state for all passes of a step, this run has {branches} (windows and guidance); "
                "use SampleOptions.cache or FirstBlockCacheConfig, which keep them apart"
            )
