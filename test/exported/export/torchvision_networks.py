"""Networks of torchvision: classification, detection, segmentation, video.

    python export/torchvision_networks.py [--filter REGEX] [--missing]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import torch
import torchvision
from torchvision.models import detection, segmentation, video

import torch_export
from exporting import Network, main

models = torchvision.models
IMAGE = {"image": "n 3 h w"}
SMALL = [dict(n=1, h=65, w=97), dict(n=2, h=64, w=64), dict(n=1, h=113, w=70)]


def classify(make, exports=("script", "dynamo"), sizes=SMALL, **more):
    return Network(lambda: make(weights=None, num_classes=10, **more), IMAGE,
                   sizes, exports)


def squeeze_widths(make):
    return lambda **more: make(width_mult=0.25, **more)


class Detector(torch.nn.Module):
    """Takes one image as a tensor."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, image):
        found = self.module([image])
        found = found[1] if isinstance(found, tuple) else found
        return tuple(found[0].values())


class Segmenter(torch.nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, image):
        return self.module(image)["out"]


def detector(make, **more):
    def build():
        sizes = dict(num_classes=5, weights_backbone=None, weights=None)
        sizes.update(more or dict(min_size=96, max_size=160))
        module = make(**sizes)
        for name, weight in module.named_parameters():
            # Scores that differ, so that a rounding does not change their
            # order.
            if "cls_logits" in name or "cls_score" in name:
                weight.data.normal_(0, 0.3)
        return Detector(module)
    return Network(build, {"image": "3 h w uniform"},
                   [dict(h=96, w=128), dict(h=110, w=91), dict(h=150, w=100)],
                   ("script", "script fixed"))


def headless(make, features):
    """With a small classifier in place of 100 million weights."""
    def build(weights, num_classes):
        module = make(weights=weights)
        module.classifier = torch.nn.Sequential(
            torch.nn.Linear(features, 32), torch.nn.ReLU(),
            torch.nn.Dropout(), torch.nn.Linear(32, num_classes))
        return module
    return build


def pyramid(out_channels=32, extra=None):
    """A small residual network with levels of features."""
    body = models.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1])
    return detection.backbone_utils.BackboneWithFPN(
        body, {f"layer{i}": str(i - 1) for i in (2, 3, 4)}, [128, 256, 512],
        out_channels, extra_blocks=extra)


def regions(make, **more):
    """Detectors that classify regions of the pyramid."""
    anchors = detection.rpn.AnchorGenerator(
        ((16,), (32,), (64,), (96,)), ((0.5, 1.0, 2.0),) * 4)
    def build(weights, weights_backbone, num_classes, min_size, max_size):
        head = detection.faster_rcnn.TwoMLPHead(32 * 49, 64)
        return make(pyramid(), num_classes=None,
                    min_size=min_size, max_size=max_size,
                    rpn_anchor_generator=anchors, box_head=head,
                    box_predictor=detection.faster_rcnn.FastRCNNPredictor(
                        64, num_classes), box_detections_per_img=20,
                    rpn_post_nms_top_n_test=50, **more)
    return build


def levels(make):
    """Detectors that classify each place of the pyramid."""
    def build(weights, weights_backbone, num_classes, min_size, max_size):
        anchors = detection.anchor_utils.AnchorGenerator(
            ((16,), (32,), (64,), (96,), (128,)),
            ((1.0,),) * 5 if make is detection.FCOS else ((0.5, 1.0),) * 5)
        extra = torchvision.ops.feature_pyramid_network.LastLevelP6P7(32, 32)
        return make(pyramid(extra=extra), num_classes=num_classes,
                    min_size=min_size, max_size=max_size,
                    anchor_generator=anchors)
    return build


def segmenter(make, exports=("script", "dynamo"), **more):
    return Network(lambda: Segmenter(make(weights=None, weights_backbone=None,
                                          num_classes=5, **more)),
                   IMAGE, [dict(n=1, h=65, w=97), dict(n=2, h=64, w=80)],
                   exports)


def clip(make, exports=("script", "dynamo"), sizes=None, **more):
    return Network(lambda: make(weights=None, num_classes=10, **more),
                   {"clip": "n 3 t h w"},
                   sizes or [dict(n=1, t=8, h=32, w=48),
                             dict(n=2, t=6, h=33, w=32)], exports)


NETWORKS = {
    "tv_alexnet": classify(headless(models.alexnet, 9216),
                           ("dynamo fixed",)),
    "tv_vgg11_bn": classify(headless(models.vgg11_bn, 25088),
                            ("dynamo",)),
    "tv_resnet18": classify(models.resnet18, ("script", "dynamo",
                                              "dynamo half")),
    "tv_resnext": classify(
        lambda **more: models.ResNet(
            models.resnet.Bottleneck, [1, 1, 1, 1], groups=8,
            width_per_group=4, num_classes=10)),
    "tv_densenet": classify(
        lambda weights, **more: models.DenseNet(8, (2, 3, 2, 2), 16, **more)),
    "tv_squeezenet": classify(models.squeezenet1_1),
    "tv_mobilenet_v2": classify(squeeze_widths(models.mobilenet_v2),
                                ("script", "dynamo", "script half")),
    "tv_mobilenet_v3_small": classify(
        squeeze_widths(models.mobilenet_v3_small)),
    "tv_mnasnet": classify(models.mnasnet0_5, ("script", "dynamo fixed")),
    "tv_shufflenet": classify(models.shufflenet_v2_x0_5),
    "tv_googlenet": classify(
        lambda **more: models.googlenet(aux_logits=False, init_weights=False,
                                        **more)),
    "tv_inception_v3": classify(
        lambda **more: models.inception_v3(aux_logits=False,
                                           init_weights=False, **more),
        ("script fixed", "dynamo"),
        [dict(n=1, h=80, w=99), dict(n=2, h=97, w=75)]),
    "tv_efficientnet_b0": classify(models.efficientnet_b0,
                                   ("script", "dynamo")),
    "tv_regnet": classify(models.regnet_y_400mf, ("script", "dynamo")),
    "tv_convnext": classify(
        lambda weights, **more: models.ConvNeXt(
            [models.convnext.CNBlockConfig(16, 32, 1),
             models.convnext.CNBlockConfig(32, None, 2)], **more)),
    "tv_vit": Network(
        lambda: models.VisionTransformer(48, 8, 2, 2, 32, 64, num_classes=10),
        {"image": "n 3 48 48"}, [dict(n=1), dict(n=3)],
        ("script", "dynamo", "dynamo fixed")),
    "tv_swin": classify(
        lambda weights, **more: models.SwinTransformer(
            [4, 4], 16, [2, 2], [2, 4], [5, 5], **more)),
    "tv_swin_v2": classify(
        lambda weights, **more: models.SwinTransformer(
            [4, 4], 16, [2, 2], [2, 4], [4, 4],
            block=models.swin_transformer.SwinTransformerBlockV2,
            downsample_layer=models.swin_transformer.PatchMergingV2, **more),
        ("script", "dynamo fixed")),
    "tv_maxvit": Network(
        lambda: models.MaxVit((64, 64), 16, 4, [16, 32], [1, 1], 8, 0.1,
                              num_classes=10),
        {"image": "n 3 64 64"}, [dict(n=1), dict(n=2)],
        ("script", "dynamo fixed")),
    "tv_deeplab": segmenter(segmentation.deeplabv3_mobilenet_v3_large),
    "tv_lraspp": segmenter(segmentation.lraspp_mobilenet_v3_large),
    "tv_fcn": Network(
        lambda: Segmenter(segmentation.FCN(
            models._utils.IntermediateLayerGetter(
                models.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1]),
                {"layer4": "out"}),
            segmentation.fcn.FCNHead(512, 5))),
        IMAGE, [dict(n=1, h=65, w=97), dict(n=2, h=64, w=80)]),
    "tv_r3d": clip(lambda weights, **more: video.VideoResNet(
        video.resnet.BasicBlock, [video.resnet.Conv3DSimple] * 4, [1, 1, 1, 1],
        video.resnet.BasicStem, **more)),
    "tv_r2plus1d": clip(lambda weights, **more: video.VideoResNet(
        video.resnet.BasicBlock, [video.resnet.Conv2Plus1D] * 4, [1, 1, 1, 1],
        video.resnet.R2Plus1dStem, **more), ("script", "dynamo fixed")),
    "tv_mvit": Network(
        lambda: video.MViT(
            (16, 16), 4,
            [video.mvit.MSBlockConfig(1, 8, 8, [3, 3, 3], [3, 3, 3],
                                      [1, 1, 1], [1, 2, 2]),
             video.mvit.MSBlockConfig(2, 8, 16, [3, 3, 3], [3, 3, 3],
                                      [1, 2, 2], [1, 2, 2])],
            True, False, True, True, num_classes=10,
            patch_embed_kernel=(3, 5, 5),
            patch_embed_stride=(2, 2, 2), patch_embed_padding=(1, 2, 2)),
        {"clip": "n 3 8 16 16"}, [dict(n=1), dict(n=2)],
        ("script", "dynamo")),
    "tv_ssdlite": detector(
        detection.ssdlite320_mobilenet_v3_large, detections_per_img=20),
    "tv_fasterrcnn": detector(regions(detection.FasterRCNN)),
    "tv_maskrcnn": detector(regions(
        detection.MaskRCNN,
        mask_head=detection.mask_rcnn.MaskRCNNHeads(32, (16, 16), 1),
        mask_predictor=detection.mask_rcnn.MaskRCNNPredictor(16, 16, 5))),
    "tv_keypointrcnn": detector(regions(
        detection.KeypointRCNN,
        keypoint_head=detection.keypoint_rcnn.KeypointRCNNHeads(32, (16, 16)),
        keypoint_predictor=detection.keypoint_rcnn.KeypointRCNNPredictor(
            16, 5)), num_classes=2, min_size=96, max_size=160),
    "tv_retinanet": detector(levels(detection.RetinaNet)),
    "tv_fcos": detector(levels(detection.FCOS)),
    "tv_raft": Network(
        lambda: models.optical_flow.raft_small(weights=None),
        {"first": "n 3 h w", "second": "n 3 h w"},
        [dict(n=1, h=128, w=136), dict(n=1, h=144, w=128)],
        ("script", "dynamo")),
}

if __name__ == "__main__":
    main(NETWORKS, torch_export.export)
