"""Stylised static pairs: frames of real clips in the look of drawn art, so that the trained model knows such art.

DreamDance, training data: initial frames of several clips are concatenated in space, restyled in one pass by SDXL with
depth and edge ControlNets, cut apart, and each repeated in time. One pass gives its frames one style and one character,
so that any of them can be the reference of any other.
"""
