"""The border to DPVO, by the shapes it is known to take and give. Traps 4, 6, 7, 12, 14."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.camera.backends import dpvo
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import quat_from_matrix, rebase, rigid, so3_exp, xyzw_from_wxyz
from dreamdance_core.runtime import Runtime


def test_frames_are_halved_and_cut_with_their_lens() -> None:
    """Trap 14: 1000x700 becomes 500x350, then 496x336; the cut is at the right and the bottom. Blue comes first."""
    frame = torch.zeros(700, 1000, 3)
    frame[..., 0] = 1.0
    image, lens = dpvo.dpvo_input(frame, intrinsics(1000, 700, 900.0))
    assert image.shape == (3, 336, 496) and image.dtype == torch.uint8
    assert image[:, 5, 5].tolist() == [0, 0, 255]
    assert lens.tolist() == [450.0, 450.0, 250.0, 175.0]
    image, lens = dpvo.dpvo_input(frame[:200, :300], intrinsics(300, 200, 250.0))
    assert image.shape == (3, 192, 288) and lens.tolist() == [250.0, 250.0, 150.0, 100.0]


def test_rows_are_read_as_c2w_xyzw_and_rebased() -> None:
    """Traps 4, 6 and 7: the path comes back whatever frame DPVO put it in; frames it did not see lie between."""
    turn = so3_exp(torch.tensor([[0.0, 0, 0], [0.0, 0.2, 0], [0.1, 0.4, 0]], dtype=torch.float64))
    true = rigid(turn, torch.tensor([[0.0, 0, 0], [1.0, 0, 0.2], [2.0, 0.1, 0.4]], dtype=torch.float64))
    world = rigid(so3_exp(torch.tensor([0.3, -1.0, 0.2], dtype=torch.float64)), torch.tensor([4.0, -2, 1]).double())
    rows = torch.cat([(world @ true)[:, :3, 3], xyzw_from_wxyz(quat_from_matrix((world @ true)[:, :3, :3]))], 1)
    K = intrinsics(320, 192, 300.0)
    solution = dpvo.from_dpvo(rows.numpy(), np.array([0.0, 2.0, 4.0]), K, 6, (320, 192))
    torch.testing.assert_close(solution.cameras.c2w[[0, 2, 4]], rebase(true).float(), atol=1e-6, rtol=0)
    assert solution.solved.tolist() == [True, False, True, False, True, False]
    torch.testing.assert_close(solution.cameras.c2w[1, :3, 3], torch.tensor([0.5, 0, 0.1]))
    assert torch.equal(solution.cameras.K[3], K)
    with pytest.raises(ValueError, match="rows of 7 numbers"):
        dpvo.from_dpvo(np.zeros((3, 8)), np.arange(3.0), K, 3, (320, 192))


def test_every_second_frame_of_a_longer_clip_is_shown() -> None:
    """Trap 12: the rows' times are the clip's frame numbers."""
    solution = dpvo.tiny()(torch.rand(40, 48, 64, 3), None, 60.0)
    assert solution.solved.tolist() == [t % 2 == 0 for t in range(40)]
    torch.testing.assert_close(solution.cameras.c2w[:39, 0, 3], torch.arange(39.0))


def test_it_says_what_it_needs() -> None:
    with pytest.raises(ImportError, match=r"dpvo.*CUDA"):
        backends.load("camera", "dpvo", Runtime())
    with pytest.raises(ValueError, match="zoom must be off"):
        backends.load("camera", "dpvo", Runtime(), zoom=True)
