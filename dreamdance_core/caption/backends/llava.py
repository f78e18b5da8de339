"""LLaVA (llava-hf/llava-interleave-qwen-0.5b-hf, main; see its licence in `dreamdance weights list`), weight `llava`.

A sentence or two about the place, for the inpainter's prompt. Give it the background with the character removed: what
it sees it may mention, and the inpainter would paint it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ...io import weights
from ...runtime import Runtime
from ..words import whole_sentences

QUESTION = "Describe the place in this picture in one or two short sentences: setting, light, style. Mention no person."
LONGEST = 64  # tokens

Prepare = Callable[[UInt8[Tensor, "H W 3"]], dict[str, Tensor]]  # picture -> the model's inputs, question included
Read = Callable[[Tensor], str]  # token ids -> text


class Llava:
    """Greedy decoding, so that a picture always gets the same sentence."""

    def __init__(self, model: Any, prepare: Prepare, read: Read, run: Runtime) -> None:
        self.model, self.prepare, self.read, self.run = model, prepare, read, run

    @torch.no_grad()
    def __call__(self, image: Float[Tensor, "H W 3"]) -> str:
        """What the picture shows, in whole sentences on one line."""
        inputs = self.prepare((image.cpu().clamp(0, 1) * 255).round().to(torch.uint8))
        asked = inputs["input_ids"].shape[1]
        with self.run.resident(self.model) as model:
            inputs = {name: value.to(self.run.device) for name, value in inputs.items()}
            inputs["pixel_values"] = inputs["pixel_values"].to(model.dtype)
            ids = model.generate(
                **inputs, do_sample=False, max_new_tokens=LONGEST, stopping_criteria=[_reporter(self.run, asked)]
            )
        return whole_sentences(self.read(ids[0, asked:].cpu()))


def _reporter(run: Runtime, asked: int) -> Any:
    """Reports every token; a cancelling report ends the generation by its exception."""
    from transformers import StoppingCriteria

    class Reporter(StoppingCriteria):
        def __call__(self, input_ids: Tensor, scores: Any, **_: Any) -> Tensor:
            run.report(input_ids.shape[1] - asked, LONGEST)
            return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)

    return Reporter()


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as missing:
        raise ImportError(
            "LLaVA needs transformers: pip install transformers (the extra dreamdance[diffusion])"
        ) from missing
    return transformers


def load(run: Runtime) -> Llava:
    """The published model from local files; FileNotFoundError when they are nowhere."""
    transformers = _transformers()
    folder = weights.locate("llava", run)
    processor = transformers.AutoProcessor.from_pretrained(folder, local_files_only=True)
    model = transformers.LlavaForConditionalGeneration.from_pretrained(folder, local_files_only=True, dtype=run.dtype)
    turn = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
    prompt = processor.apply_chat_template(turn, add_generation_prompt=True)

    def prepare(picture: Tensor) -> dict[str, Tensor]:
        return dict(processor(images=picture.numpy(), text=prompt, return_tensors="pt"))

    def read(ids: Tensor) -> str:
        return processor.decode(ids, skip_special_tokens=True)

    return Llava(model.eval(), prepare, read, run)


def tiny() -> Llava:
    """The same class over a two-layer LLaVA with seeded random weights; its words are token numbers."""
    transformers = _transformers()
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(**sizes, image_size=32, patch_size=8, projection_dim=32),
        text_config=transformers.LlamaConfig(**sizes, vocab_size=64, num_key_value_heads=2, eos_token_id=None),
        image_token_index=63,
        image_seq_length=16,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.LlavaForConditionalGeneration(config).eval()

    def prepare(picture: Tensor) -> dict[str, Tensor]:
        planes = picture.permute(2, 0, 1)[None].float() / 255
        small = torch.nn.functional.interpolate(planes, (32, 32), mode="bilinear", antialias=True)
        ids = torch.tensor([[1, *[63] * 16, 5, 6, 7]])
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values": (small - 0.5) / 0.25}

    return Llava(model, prepare, lambda ids: " ".join(str(int(i)) for i in ids), Runtime())
