"""The real SDXL classes with a few thousand random weights, as a folder like the published ones."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    EulerDiscreteScheduler,
    StableDiffusionXLControlNetPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

_BLOCKS = {"block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4}
_ATTENTION = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "attention_head_dim": (2, 4),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 6 * 8 + 16,
    "cross_attention_dim": 32,
    "transformer_layers_per_block": (1, 1),
}


def controlnet(seed: int) -> ControlNetModel:
    """A ControlNet that does something: published ones start from zero and are trained away from it."""
    torch.manual_seed(seed)
    net = ControlNetModel(in_channels=4, conditioning_embedding_out_channels=(16, 32), **_BLOCKS, **_ATTENTION)
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if name.startswith(("controlnet", "controlnet_cond_embedding.conv_out")):
                weight.normal_(0, 0.3)
    return net


def _tokenizer(folder: Path) -> CLIPTokenizer:
    letters = [chr(code) for code in range(97, 123)]
    entries = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({entry: number for number, entry in enumerate(entries)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def save_sdxl(folder: Path) -> dict[str, Path]:
    """Writes a checkpoint and two ControlNets; their folders by name."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4, **_BLOCKS,
        )  # fmt: skip
        unet = UNet2DConditionModel(
            in_channels=4, out_channels=4, up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), **_BLOCKS, **_ATTENTION
        )
        text = {"vocab_size": 60, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2}
        text |= {"num_attention_heads": 2, "projection_dim": 16, "bos_token_id": 0, "eos_token_id": 1}
        encoders = CLIPTextModel(CLIPTextConfig(**text)), CLIPTextModelWithProjection(CLIPTextConfig(**text))
        nets = [controlnet(1), controlnet(2)]
    tokenizers = [_tokenizer(folder / "words" / str(number)) for number in (1, 2)]
    pipe = StableDiffusionXLControlNetPipeline(
        vae=vae, unet=unet, controlnet=nets, text_encoder=encoders[0], text_encoder_2=encoders[1],
        tokenizer=tokenizers[0], tokenizer_2=tokenizers[1], add_watermarker=False,
        scheduler=EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
    )  # fmt: skip
    places = {"checkpoint": folder / "checkpoint", "depth": folder / "depth", "edges": folder / "edges"}
    pipe.save_pretrained(places["checkpoint"])
    nets[0].save_pretrained(places["depth"])
    nets[1].save_pretrained(places["edges"])
    return places
