"""The pack's nodes. Only this folder imports the host (comfy, folder_paths, server)."""

from __future__ import annotations

from comfyui_version import __version__ as _host_version

_NEEDED = (0, 30, 0)


def check_host_version(version: str, needed: tuple[int, ...] = _NEEDED) -> None:
    """Raises ImportError with the needed ComfyUI version when the host's is older (the host itself does not check)."""
    have = tuple(int(part) for part in version.split("-")[0].split("+")[0].split(".")[:3] if part.isdigit())
    if have < needed:
        want = ".".join(map(str, needed))
        raise ImportError(f"DreamDance needs ComfyUI {want} or newer, this is {version}; update ComfyUI and restart it")


check_host_version(_host_version)

from comfy_api.latest import ComfyExtension, io  # noqa: E402  (the version check must speak first)

from . import (  # noqa: E402
    camera,
    camera_paths,
    caption,
    characters,
    clock,
    control,
    gated,
    gaussians,
    host,
    interop,
    long_inpaint,
    long_video,
    plate,
    pose,
    pose_edit,
    pose_people,
    pose_retarget,
    scene,
    scene_files,
    segment,
    video,
)

NODES: list[type[io.ComfyNode]] = [
    segment.LoadSample,
    segment.SegmentCharacter,
    characters.PlaceCharacter,
    plate.RemoveCharacter,
    pose.ExtractPose,
    pose.SavePose,
    pose.LoadPose,
    pose_edit.EditPose,
    pose_edit.SmoothPose,
    pose_retarget.RetargetPose,
    pose_people.PickPerson,
    camera.EstimateCamera,
    camera.CameraPath,
    camera_paths.CameraKeyframes,
    camera_paths.EditCameras,
    camera_paths.CheckCameraPath,
    camera.LoadCameras,
    camera.SaveCameras,
    interop.CamerasToLoad3D,
    interop.CamerasToCameraCtrl,
    interop.CamerasToWan,
    interop.CamerasFromLoad3D,
    interop.CamerasFromCameraCtrl,
    interop.CamerasFromWan,
    interop.CamerasFromGeometry,
    scene.EstimateDepth,
    caption.CaptionScene,
    scene.SpiralSceneInpaint,
    gaussians.TrainGaussians,
    gaussians.RenderBackground,
    scene_files.LoadScene,
    scene_files.PlaceCameras,
    video.Puppet,
    characters.JoinCharacters,
    gated.LoadModel,
    gated.GatedVideoInpaint,
    clock.ResampleClip,
    long_inpaint.LongVideoInpaint,
    long_video.TemporalAggregate,
    control.ComposeControlVideo,
    control.PasteBack,
]


class DreamDanceExtension(ComfyExtension):
    async def on_load(self) -> None:
        host.register_weight_folder()

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return NODES
