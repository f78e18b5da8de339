"""BiRefNet at its real widths against the host's own class, and the host's BACKGROUND_REMOVAL through our node.

Random weights of all 754 tensors, so nothing is fetched; 96 x 96 pixels stand for 1024 x 1024 (47 s and 8 GB there),
since no layer depends on the size.
"""

from __future__ import annotations

from importlib import import_module

import pytest
import torch
from safetensors.torch import save_file

SIDE = 96


@pytest.fixture(scope="module")
def hosts(pack, tmp_path_factory):
    """The host's model object, loaded by its own node from a file of random weights, and that file."""
    import comfy.ops
    import folder_paths
    from comfy.background_removal.birefnet import BiRefNet
    from comfy_extras.nodes_bg_removal import LoadBackgroundRemovalModel

    tensors = BiRefNet({}, torch.float32, "cpu", comfy.ops.manual_cast).state_dict()
    torch.manual_seed(0)
    for name, value in list(tensors.items()):
        if value.is_floating_point():
            _randomise(name, value)
            tensors[name] = value.half()  # as published
    folder = tmp_path_factory.mktemp("background_removal")
    save_file(tensors, folder / "random.safetensors")
    tensors.clear()
    folder_paths.add_model_folder_path("background_removal", str(folder))
    model = LoadBackgroundRemovalModel.execute("random.safetensors")[0]
    model.image_size = SIDE
    return model, folder / "random.safetensors"


def _randomise(name: str, value: torch.Tensor) -> None:
    """Every tensor matters: offsets, running statistics and biases are not left at 0 and 1."""
    if name.endswith("running_var"):
        value.uniform_(0.5, 1.5)
    elif value.ndim == 1:
        value.uniform_(-0.2, 0.2).add_(1.0 if name.endswith("weight") else 0.0)
    else:
        value.uniform_(-1, 1).mul_((3 / value[0].numel()) ** 0.5)


def _row_by_row(name: str, value: torch.Tensor) -> torch.Tensor:
    """The host stacks the decoder's tiles column by column, colours innermost; the authors' code row by row, colours
    outermost. The same network, once these input channels are exchanged."""
    if ".ipt_blk" not in name or not name.endswith("conv1.weight"):
        return value
    grid = round((value.shape[1] / 3) ** 0.5)
    return value.unflatten(1, (grid, grid, 3)).permute(0, 3, 2, 1, 4, 5).flatten(1, 3)


@pytest.fixture(scope="module")
def ours(pack, hosts, tmp_path_factory):
    """The same weights, read by our loader."""
    from safetensors.torch import load_file

    path = tmp_path_factory.mktemp("ours") / "same.safetensors"
    save_file({name: _row_by_row(name, v).contiguous() for name, v in load_file(hosts[1]).items()}, path)
    matte = import_module(f"{pack.__name__}.dreamdance_core.segment.birefnet.matte")
    return matte.load_network(path, pack.dreamdance_core.runtime.Runtime())


def test_the_network_is_the_hosts_at_its_real_widths(hosts, ours):
    """Traps 68, 73: every key, every weight, the last output, in eval mode."""
    model = hosts[0].model
    assert not model.training and not ours.training
    assert len(ours.state_dict()) == 754 and sum(p.numel() for p in ours.parameters()) > 2e8
    planes = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        theirs, mine = model(planes), ours(planes)
    assert theirs.std() > 0.05
    torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-4)


def test_the_hosts_preprocessing_is_a_plain_resize_too_but_without_imagenet(pack, hosts):
    """Trap 68. The host asks for mean 0 and deviation 1; the weights were trained on ImageNet's, which we use."""
    import comfy.clip_model

    matte = import_module(f"{pack.__name__}.dreamdance_core.segment.birefnet.matte")
    model = hosts[0]
    rows, columns = torch.meshgrid(torch.linspace(0, 1, 300), torch.linspace(0, 1, 200), indexing="ij")
    picture = torch.stack([rows, columns, 1 - rows], -1)
    given = {"size": SIDE, "mean": model.image_mean, "std": model.image_std, "crop": False}
    theirs = comfy.clip_model.clip_preprocess(picture[None], **given)
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (matte.MEAN, matte.DEVIATION))
    mine = matte.prepare(picture, SIDE)
    assert mine.shape == theirs.shape
    assert (mine * deviation + mean - theirs).abs().max() < 0.01  # bicubic and rounded there, bilinear here
    assert model.image_mean == [0, 0, 0] and model.image_std == [1, 1, 1]


def test_the_hosts_model_cuts_out_through_our_node(pack, hosts):
    """LoadBackgroundRemovalModel -> Segment Character: its mask is taken as it is, only foreign islands apart."""
    model = hosts[0]
    model.image_size = 64
    picture = torch.rand(1, 96, 160, 3, generator=torch.Generator().manual_seed(2))
    mask = model.encode_image(picture)
    character, alpha, background, hole = pack.nodes.segment.SegmentCharacter.execute(
        picture, "birefnet", bg_removal_model=model
    ).result
    torch.testing.assert_close(alpha, mask.cpu().float(), atol=1e-4, rtol=0)
    assert character.shape == background.shape == picture.shape
    assert bool((hole[alpha > 0.5] == 1).all())
