"""Rotations and rigid transforms against scipy, and the laws they obey."""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from dreamdance_core.geometry import rigid


def _poses(count: int, seed: int = 0) -> torch.Tensor:
    random = np.random.default_rng(seed)
    R = Rotation.random(count, random_state=seed).as_matrix()
    return rigid.rigid(torch.from_numpy(R).float(), torch.from_numpy(random.normal(size=(count, 3))).float())


def test_quaternions_agree_with_scipy() -> None:
    """Trap 6: scipy is xyzw, ours is wxyz."""
    R = Rotation.random(300, random_state=1)
    ours = rigid.wxyz_from_xyzw(torch.from_numpy(R.as_quat()).float())
    torch.testing.assert_close(rigid.matrix_from_quat(ours), torch.from_numpy(R.as_matrix()).float(), atol=1e-5, rtol=0)
    back = rigid.quat_from_matrix(torch.from_numpy(R.as_matrix()).float())
    assert float((back * ours).sum(-1).abs().min()) > 1 - 1e-6
    torch.testing.assert_close(rigid.wxyz_from_xyzw(rigid.xyzw_from_wxyz(ours)), ours)


def test_identity_rows_are_the_identity() -> None:
    """Trap 6: (0,0,0,1) read in the wrong order gives diag(-1,-1,1)."""
    quat = rigid.wxyz_from_xyzw(torch.tensor([[0.0, 0, 0, 1]]))
    torch.testing.assert_close(rigid.matrix_from_quat(quat)[0], torch.eye(3))


def test_half_turns_keep_their_axis() -> None:
    for axis in torch.eye(3):
        R = 2 * torch.outer(axis, axis) - torch.eye(3)
        torch.testing.assert_close(rigid.matrix_from_quat(rigid.quat_from_matrix(R)), R)


def test_exp_and_log_agree_with_scipy() -> None:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(200, 3)) * np.geomspace(1e-7, 1, 200)[:, None]
    ours = rigid.so3_exp(torch.from_numpy(vectors))
    np.testing.assert_allclose(ours.numpy(), Rotation.from_rotvec(vectors).as_matrix(), atol=1e-12)
    np.testing.assert_allclose(rigid.so3_log(ours).numpy(), vectors, atol=1e-9)


def test_rigid_inverse_is_the_inverse() -> None:
    """Trap 5."""
    poses = _poses(50)
    torch.testing.assert_close(rigid.rigid_inverse(poses), torch.linalg.inv(poses), atol=1e-5, rtol=1e-4)


def test_rebasing_forgets_the_frame_of_the_file() -> None:
    """Traps 7 and 8: any rigid transform from the left leaves the standardised path as it is."""
    path, frame = _poses(20), _poses(1, seed=9)[0]
    torch.testing.assert_close(rigid.rebase(frame @ path), rigid.rebase(path), atol=1e-5, rtol=1e-4)
    assert torch.equal(rigid.rebase(path)[0], torch.eye(4))
    wrong = path[:, :3, 3] - path[0, :3, 3]  # subtraction only
    assert not torch.allclose(rigid.rebase(path)[:, :3, 3], wrong, atol=1e-2)


def test_look_at_is_upright_and_proper() -> None:
    """Traps 1 and 3: determinant +1, the column `down` points to +Y."""
    eye = torch.randn(30, 3, generator=torch.Generator().manual_seed(0))
    pose = rigid.look_at(eye, torch.tensor([0.3, -0.2, 9.0]).expand(30, 3))
    torch.testing.assert_close(torch.linalg.det(pose[:, :3, :3]), torch.ones(30))
    assert bool((pose[:, 1, 1] > 0).all())
    forward = torch.nn.functional.normalize(torch.tensor([0.3, -0.2, 9.0]) - eye, dim=-1)
    torch.testing.assert_close(pose[:, :3, 2], forward)
