"""Clean backgrounds made into what a rendered Gaussian scene looks like, so that training needs no 3D.

DreamDance trains its second step on real clips whose background was damaged (black blocks, noise, blur, down-sampling,
random perspective). Ranges follow Real-ESRGAN (Wang et al. 2021) and TrajectoryCrafter (Yu et al. 2025); everything is
drawn once per clip, so that a damage moves and stays as it would in a render.
"""
