"""Training on accelerate: one GPU, several, FSDP or DeepSpeed by accelerate's own configuration; stopped and resumed.

A step depends on the seed, its number and the weights alone, so that a run which was killed goes on with the very
losses it would have had, and a batch that is shared among processes has the gradients of the whole.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..runtime import Runtime
from ..video.backends.gated_cogvideox.checkpoint import open_tensors, write_tensors
from ..video.backends.gated_cogvideox.model import GatedModel
from . import state as states
from .config import TrainConfig, as_table
from .draws import character_weight, fill_probability
from .encode import encode_example
from .example import Example
from .latents import check_latents
from .means import asked_to_stop, flat, make_accelerator, make_optimizer
from .model import load_networks, write_checkpoint
from .samples import Clips, Sample, Samples, shares, upcoming
from .step import Key, Noised, losses, noised, predict
from .validate import Quality, validate

DTYPES = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
GATE_TIMES = (999, 750, 500, 250, 0)  # noise levels at which the gates are written down
NUMBERS = ("loss", "character", "background", "lr", "weight", "box", "grad_norm")
COLUMNS = (*NUMBERS, *(f"{gate}_{t}" for gate in ("pose", "reference") for t in GATE_TIMES), "data_s", "step_s")
QUALITIES = ("result", "background")  # of validation videos


class Diverged(RuntimeError):
    """The loss is no number any more."""


def train(config: TrainConfig, out: Path, run: Runtime, quality: Quality | None = None) -> int:
    """Trains until the last step, or as long as the config's stop_after says, and goes on where `out` was left; the
    steps that are done.

    In `out`: checkpoints `step-000500.dreamdance.safetensors`, losses.csv, validation videos, what trackers write, and
    the states from which a run goes on. quality(result, truth): a number per validation video, PSNR for one. Raises
    ValueError for settings, data and models that do not fit, Diverged when the loss is no number (the last state is
    kept), KeyboardInterrupt when the run was asked to stop, after its state was saved.
    """
    loop = _Loop(config, out, run, quality)
    with asked_to_stop() as asked:
        reason = loop.go(asked)
    if reason == "signal":
        raise KeyboardInterrupt
    return loop.done


@dataclass(frozen=True, kw_only=True)
class _Done:
    """What a step came to, over all processes."""

    numbers: dict[str, float]
    stop: bool  # some process was asked to


class _Loop:
    def __init__(self, config: TrainConfig, out: Path, run: Runtime, quality: Quality | None) -> None:
        self.config, self.out, self.quality = config, out, quality
        self.started = time.monotonic()
        self.accelerator = make_accelerator(config, out, run)
        self.run = replace(run, device=self.accelerator.device)
        if not self.accelerator.is_main_process:
            self.run = replace(self.run, report=lambda done, total, preview=None: None, note=lambda text: None)
        shares(0, config, 0, self.accelerator.num_processes)
        self.clips = Clips(config, self.run.report)
        kind = self.accelerator.distributed_type.name
        self.sharded = kind in ("FSDP", "DEEPSPEED", "MEGATRON_LM")
        self._check_sharded()
        # FSDP lays weights that learn and weights that do not side by side: they must have one type.
        frozen = torch.float32 if kind == "FSDP" else DTYPES[config.training.precision]
        self.networks = load_networks(config.model, self.run, frozen=frozen, seed=config.training.seed)
        if config.data.encode == "stored":
            for part in self.clips.parts:
                check_latents(part, self.networks.vae, self.networks.clip, config.objective)
        self._prepare()
        self.done = 0
        self._go_on()

    def _check_sharded(self) -> None:
        """Raises ValueError for what does not work with weights spread over processes, tells what is left out."""
        if not self.sharded:
            return
        if self.config.training.ema:
            raise ValueError("training: ema must be 0 with FSDP or DeepSpeed, which spread the weights over processes")
        if self.config.validation.every:
            self.run.note("with FSDP or DeepSpeed there are no validation videos and no gate curves")

    def _prepare(self) -> None:
        accelerator, training, networks = self.accelerator, self.config.training, self.networks
        if training.gradient_checkpointing:
            networks.transformer.enable_gradient_checkpointing()
        if self.config.data.encode == "online" or self.config.validation.every:
            networks.vae.to(accelerator.device)
            networks.clip.to(accelerator.device)
        plugin = accelerator.state.deepspeed_plugin
        if plugin is not None:
            part = training.batch // accelerator.num_processes // training.accumulate
            plugin.deepspeed_config["train_micro_batch_size_per_gpu"] = part
            plugin.deepspeed_config["gradient_clipping"] = training.clip_norm
            plugin.deepspeed_config["gradient_accumulation_steps"] = training.accumulate
        accelerator.gradient_accumulation_steps = training.accumulate  # the launcher's variable would count before it
        optimizer = make_optimizer(networks, self.config)
        self.model, self.optimizer = accelerator.prepare(networks.transformer, optimizer)
        self.weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.average = None
        if training.ema:
            from diffusers.training_utils import EMAModel

            self.average = EMAModel(self.weights, decay=training.ema)
            self.average.to(accelerator.device)
            accelerator.register_for_checkpointing(self.average)
        if not self.sharded:
            accelerator.register_save_state_pre_hook(self._save_trained)
            accelerator.register_load_state_pre_hook(self._load_trained)

    def _save_trained(self, models: list, weights: list, folder: str) -> None:
        """A state holds what learns, by the network's own names: not a base's frozen weights, and the same for any
        number of processes."""
        weights.clear()  # accelerate's own list: what is left in it would be written too
        if self.accelerator.is_main_process:
            named = self.networks.transformer.named_parameters()
            tensors = {name: weight for name, weight in named if weight.requires_grad}
            write_tensors(Path(folder) / "trained.safetensors", tensors, {})

    def _load_trained(self, models: list, folder: str) -> None:
        if not (Path(folder) / "trained.safetensors").is_file():
            return  # a state of whole weights, which accelerate reads
        models.clear()
        file = open_tensors(Path(folder) / "trained.safetensors")
        for name, weight in self.networks.transformer.named_parameters():
            if weight.requires_grad:
                weight.data.copy_(file.get(name))

    def _go_on(self) -> None:
        """Takes up the newest state of the output folder, if there is one."""
        found = states.latest(self.out)
        if found is not None:
            for note in states.check_same_run(found, self._facts()):
                self.run.note(note)
            self.accelerator.load_state(str(found.folder))
            self.accelerator.step = 0  # its count of parts; their number may have been changed
            if self.average is not None:
                self.average.to(self.accelerator.device)  # accelerate reads it onto the CPU
            self.done = found.step
            self.run.note(f"going on after step {found.step} of {self.config.training.steps}")
        trackers = {name: {"purge_step": self.done + 1} for name in self.config.log.trackers if name == "tensorboard"}
        if self.config.log.trackers:
            self.accelerator.init_trackers("dreamdance", flat(as_table(self.config)), init_kwargs=trackers)
        self.tables: dict[str, states.StepTable] = {}
        if self.accelerator.is_main_process:
            for name, columns in {"losses": COLUMNS, "validation": QUALITIES}.items():
                self.tables[name] = states.StepTable(self.out / f"{name}.csv", columns, self.done)

    def go(self, asked: threading.Event) -> str:
        """Trains; why it ended: "done", "time" or "signal"."""
        training, accelerator = self.config.training, self.accelerator
        parts = upcoming(
            Samples(self.clips, self.config), self.done, accelerator.process_index, accelerator.num_processes
        )
        stopped = False
        while self.done < training.steps and not stopped:
            out_of_time = 0 < training.stop_after < time.monotonic() - self.started
            result = self._step(parts, asked.is_set() or out_of_time)
            self.done, stopped = self.done + 1, result.stop
            self._log(result.numbers)
            self.run.report(self.done, training.steps)
            last = self.done == training.steps
            if last or stopped or self.done % training.save_every == 0:
                self.save()
            every = self.config.validation.every
            if every and not self.sharded and (last or self.done % every == 0):
                self._validate()
        reason = "done" if self.done == training.steps else "signal" if asked.is_set() else "time"
        self._end(reason)
        return reason

    def _step(self, parts: Iterator[list[Sample]], stop: bool) -> _Done:
        """One step of the optimiser."""
        accelerator, training, objective = self.accelerator, self.config.training, self.config.objective
        lr = training.lr * min(1.0, (self.done + 1) / max(training.warmup, 1))
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        begun, waited, found, norm = time.perf_counter(), 0.0, [], math.nan
        for _ in range(training.accumulate):
            before = time.perf_counter()
            part = next(parts)
            waited += time.perf_counter() - before
            given = self._noised(part)
            with accelerator.accumulate(self.model):
                with self._autocast():
                    predicted = predict(self.model, self.networks.transformer, given, accelerator.device)
                    loss = losses(predicted, given, self.done, objective)
                accelerator.backward(loss.total.mean())
                found.append(torch.stack([loss.total.detach(), loss.character, loss.background], 1))
                if accelerator.sync_gradients:
                    seen = accelerator.gather(torch.cat(found))
                    self._check(seen[:, 0])
                    norm = accelerator.clip_grad_norm_(self.weights, training.clip_norm)
                self.optimizer.step()
                self.optimizer.zero_grad()
        if self.average is not None:
            self.average.step(self.weights)
        whole, character, background = (float(column.nanmean()) for column in seen.unbind(1))
        numbers = {"loss": whole, "character": character, "background": background, "lr": lr}
        numbers |= {"weight": character_weight(self.done, objective), "box": fill_probability(self.done, objective)}
        numbers |= {"grad_norm": math.nan if norm is None else float(norm)} | self._gates()
        numbers |= {"data_s": waited, "step_s": time.perf_counter() - begun}
        return _Done(numbers=numbers, stop=self._agreed(stop))

    def _autocast(self) -> AbstractContextManager:
        """Mixed precision. DeepSpeed's own keeps the weights short and leaves the inputs to us."""
        precision = self.config.training.precision
        if self.accelerator.distributed_type.name == "DEEPSPEED" and precision != "no":
            return torch.autocast(self.accelerator.device.type, DTYPES[precision])
        return self.accelerator.autocast()

    def _noised(self, part: list[Sample]) -> Noised:
        """A part in latents with its noise, made outside mixed precision as when the model is used."""
        networks, config = self.networks, self.config
        encoded = [
            encode_example(sample.content, networks.vae, networks.clip, self.run)
            if isinstance(sample.content, Example)
            else sample.content
            for sample in part
        ]
        keys = [Key(seed=config.training.seed, step=sample.step, index=sample.index) for sample in part]
        return noised(encoded, keys, config.objective)

    def _check(self, seen: Tensor) -> None:
        if not torch.isfinite(seen).all():
            kept = states.latest(self.out)
            state = f"the state of step {kept.step} is kept" if kept else "no state was saved yet"
            raise Diverged(
                f"the loss of step {self.done + 1} is {float(seen.mean())}, training diverged; {state}: lower "
                "training.lr, or train with bf16 instead of fp16"
            )

    def _agreed(self, stop: bool) -> bool:
        """Whether any process wants to stop."""
        if self.accelerator.num_processes == 1:
            return stop
        return bool(self.accelerator.gather(torch.tensor([stop], device=self.accelerator.device)).any())

    @torch.no_grad()
    def _gates(self) -> dict[str, float]:
        """Both gates at some noise levels; none where the weights are spread over processes."""
        if self.sharded:
            return {}
        transformer = self.networks.transformer
        times = torch.tensor(GATE_TIMES, device=self.accelerator.device)
        emb = transformer.time_embedding(transformer.time_proj(times).to(transformer.time_embedding.linear_1.weight))
        gates = {name: transformer._gate(getattr(transformer, f"{name}_gate"), emb) for name in ("pose", "reference")}
        return {
            f"{name}_{t}": float(v)
            for name, values in gates.items()
            for t, v in zip(GATE_TIMES, values[:, 0], strict=True)
        }

    def _log(self, numbers: Mapping[str, float]) -> None:
        if self.tables:
            self.tables["losses"].add(self.done, numbers)
        self.accelerator.log({name: v for name, v in numbers.items() if not math.isnan(v)}, step=self.done)

    def save(self) -> None:
        """A checkpoint to use and a state to go on from; each is there whole or not at all."""
        accelerator, out = self.accelerator, self.out
        if accelerator.is_main_process:
            states.begin(out, self.done)
        accelerator.wait_for_everyone()
        accelerator.save_state(str(states.place_of(out, self.done)[0]))
        accelerator.wait_for_everyone()
        with self._averaged():
            weights = accelerator.get_state_dict(self.model)
            if accelerator.is_main_process:
                path = out / f"step-{self.done:06d}.dreamdance.safetensors"
                write_checkpoint(path, self.networks, self._stored(weights), self._notes())
        if accelerator.is_main_process:  # last: a state that is there promises its checkpoint
            states.finish(out, self.done, self._facts(), self.config.training.keep)
        accelerator.wait_for_everyone()

    def _facts(self) -> dict[str, Any]:
        """What a state remembers of its run: the settings, and which clips there were."""
        return as_table(self.config) | {"clips": self.clips.digests()}

    def _stored(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights in the type in which they are used; the gates stay float32."""
        dtype = DTYPES[self.config.training.precision]
        exact = self.networks.transformer._keep_in_fp32_modules
        return {n: v if n.split(".")[0] in exact else v.to(dtype) for n, v in weights.items()}

    def _notes(self) -> str:
        count, training = len(self.clips.moving) + len(self.clips.still), self.config.training
        return f"{self.done} steps of {training.batch} clips, out of {count}, seed {training.seed}"

    @contextmanager
    def _averaged(self) -> Iterator[None]:
        """The averaged weights in place of the last ones, if there are any."""
        if self.average is None:
            yield
            return
        self.average.store(self.weights)
        self.average.copy_to(self.weights)
        try:
            yield
        finally:
            self.average.restore(self.weights)

    def _validate(self) -> None:
        networks, accelerator = self.networks, self.accelerator
        clips = self.clips.held_out(self.config.validation.clips) if accelerator.is_main_process else []
        if clips:
            transformer = networks.transformer.eval()
            gated = GatedModel(transformer=transformer, vae=networks.vae, clip=networks.clip, base=networks.base)
            with self._averaged(), accelerator.autocast():
                found = validate(gated, clips, self.config, self.out, self.done, (self.run, self.quality))
            transformer.train()
            self.tables["validation"].add(self.done, found)
            accelerator.log({f"validation/{name}": value for name, value in found.items()}, step=self.done)
        accelerator.wait_for_everyone()

    def _end(self, reason: str) -> None:
        for table in self.tables.values():
            table.close()
        self.accelerator.end_training()
        left = self.config.training.steps - self.done
        said = {"done": "all steps are done", "time": "the time is over", "signal": "asked to stop"}[reason]
        more = f"; {left} steps are left, the same command goes on" if left else ""
        self.run.note(f"{said} after step {self.done}, saved in {self.out}{more}")
