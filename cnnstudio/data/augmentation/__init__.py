"""Augmentation: training images changed at random, anew in each epoch, so that few teach as many.

Reading the declarations needs no torch; the images are changed by torchvision's transforms.v2.
"""
