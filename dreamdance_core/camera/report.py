"""What a camera solver found, as lines for the user."""

from __future__ import annotations

from ..types import CameraSolution


def report_lines(solution: CameraSolution, seconds: float | None = None) -> list[str]:
    """One fact a line: kind of motion, frames solved, lens, parallax, path, error, time; then what was assumed."""
    cameras = solution.cameras
    focal = cameras.K[:, 0, 0]
    lines = [
        f"motion: {solution.kind}",
        f"frames solved: {int(solution.solved.sum())} of {len(cameras)}",
        f"focal length: {float(focal[0]):.1f} px at {cameras.width} px width",
    ]
    if float(focal.max() / focal.min()) > 1.001:
        lines[-1] += f", {float(focal.min()):.1f} to {float(focal.max()):.1f} px over the clip"
    if solution.parallax_deg is not None:
        lines.append(f"parallax: {solution.parallax_deg:.2f} degrees, first to last sight of a background point")
    if solution.median_depth is not None:
        centres = cameras.c2w[:, :3, 3] / solution.median_depth
        path = float((centres[1:] - centres[:-1]).norm(dim=-1).sum())
        reach = float((centres - centres[0]).norm(dim=-1).max())
        lines.append(f"path length: {path:.3f} of the background's median depth")
        lines.append(f"farthest from the start: {reach:.3f} of that depth")
    if solution.reprojection_px is not None:
        lines.append(f"reprojection error: {solution.reprojection_px:.2f} px, the median")
    if seconds is not None:
        lines.append(f"time: {seconds:.1f} s")
    return [*lines, *solution.notes]
