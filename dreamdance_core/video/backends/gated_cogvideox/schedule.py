"""CogVideoX-5B's noise schedule and the two samplers that step through it."""

from __future__ import annotations

from typing import Literal

import torch
from diffusers import CogVideoXDDIMScheduler, SchedulerMixin  # noqa: F401  a saved pipeline looks for the mixin here
from diffusers.configuration_utils import register_to_config
from diffusers.schedulers.scheduling_ddim_cogvideox import DDIMSchedulerOutput
from jaxtyping import Float
from torch import Tensor

Sampler = Literal["ddim", "dpm"]
ORDERS: dict[Sampler, int] = {"ddim": 1, "dpm": 2}
SPACING: dict[Sampler, float] = {"ddim": 1.0, "dpm": 1.5}


class GatedScheduler(CogVideoXDDIMScheduler):
    """DDIM (`solver_order` 1, the paper's) or DPM-Solver++(2M) (2, for 10 to 20 steps) on v-predictions, without noise.

    The defaults are CogVideoX-5B's published schedule: zero terminal SNR, no SNR shift, trailing steps. Both solvers
    take the levels of neighbouring steps from the list of steps; the base class subtracts a whole number, so that with
    a number of steps that does not divide 1000 it ends on noise. `spacing_power` above 1 makes steps shorter towards
    the end, where small detail is decided; a few trailing steps would lose it. Source of order 2: Lu et al.,
    DPM-Solver++ (2022), algorithm 2; where log-SNRs are infinite (first and last step) it falls back to order 1.
    """

    @register_to_config
    def __init__(
        self,
        num_train_timesteps: int = 1000,
        beta_start: float = 0.00085,
        beta_end: float = 0.0120,
        beta_schedule: str = "scaled_linear",
        trained_betas: list[float] | None = None,
        clip_sample: bool = False,
        set_alpha_to_one: bool = True,
        steps_offset: int = 0,
        prediction_type: str = "v_prediction",
        clip_sample_range: float = 1.0,
        sample_max_value: float = 1.0,
        timestep_spacing: str = "trailing",
        rescale_betas_zero_snr: bool = True,
        snr_shift_scale: float = 1.0,
        solver_order: int = 1,
        spacing_power: float = 1.0,
    ) -> None:
        base = {name: value for name, value in self.config.items() if not name.startswith("_")}
        for own in ("solver_order", "spacing_power"):
            base.pop(own)
        super().__init__(**base)
        self.register_to_config(
            _use_default_values=[]
        )  # other schedulers' `from_config` must not exchange the defaults
        self._clean: Tensor | None = None  # x0 as the last step saw it

    def set_timesteps(self, num_inference_steps: int, device: str | torch.device | None = None) -> None:
        super().set_timesteps(num_inference_steps, device)
        # Rounding gives the library one step too many, -1, for some numbers (61, 103, 121 …).
        self.timesteps = self.timesteps[:num_inference_steps]
        if self.config.spacing_power != 1.0:
            total, left = self.config.num_train_timesteps, torch.arange(num_inference_steps, 0, -1)
            spaced = (total * (left / num_inference_steps) ** self.config.spacing_power).round().long() - 1
            self.timesteps = torch.maximum(spaced, left - 1).to(device)
        self._clean = None

    @property
    def memory(self) -> Tensor | None:
        """What the next step needs to know of the last one."""
        return self._clean

    def recall(self, memory: Tensor | None) -> None:
        """Takes up where another scheduler of the same steps was, by its `memory`."""
        self._clean = memory

    def _level(self, index: int) -> tuple[Tensor, Tensor]:
        """alpha and sigma of the step at an index of the list of steps; past its end the picture is clean."""
        last = index >= len(self.timesteps)
        square = self.final_alpha_cumprod if last else self.alphas_cumprod[self.timesteps[index].cpu()]
        return square.double().sqrt(), (1 - square.double()).sqrt()

    def clean(self, model_output: Tensor, timestep: int | Tensor, sample: Tensor) -> Tensor:
        """The x0 that a v-prediction stands for."""
        alpha, sigma = self._level(self._index(timestep))
        return alpha.to(sample) * sample - sigma.to(sample) * model_output

    def _index(self, timestep: int | Tensor) -> int:
        return int((self.timesteps == timestep).nonzero()[0])

    def step(
        self, model_output: Float[Tensor, "..."], timestep: int | Tensor, sample: Float[Tensor, "..."], **options
    ) -> DDIMSchedulerOutput | tuple:
        """The sample at the next step's noise level; options: `return_dict`."""
        index = self._index(timestep)
        clean = self.clean(model_output, timestep, sample)
        (alpha, sigma), (alpha_next, sigma_next) = self._level(index), self._level(index + 1)
        wanted = clean
        if self.config.solver_order == 2 and self._clean is not None and 0 < index < len(self.timesteps) - 1:
            alpha_last, sigma_last = self._level(index - 1)
            step, last = (
                (alpha_next * sigma / (sigma_next * alpha)).log(),
                (alpha * sigma_last / sigma / alpha_last).log(),
            )
            wanted = clean + (step / last / 2).to(sample) * (clean - self._clean)
        self._clean = clean
        decay = sigma_next / sigma
        # exp(-h) = alpha sigma' / (alpha' sigma), so that nothing is divided by the zero alpha of the first step
        prev = decay.to(sample) * sample + (alpha_next - alpha * decay).to(sample) * wanted
        if not options.get("return_dict", True):
            return (prev, clean)
        return DDIMSchedulerOutput(prev_sample=prev, pred_original_sample=clean)


def scheduler_for(sampler: Sampler, steps: int) -> GatedScheduler:
    """A scheduler that is set to that many steps."""
    scheduler = GatedScheduler(solver_order=ORDERS[sampler], spacing_power=SPACING[sampler])
    scheduler.set_timesteps(steps)
    return scheduler
