"""Networks of timm, with few blocks and channels where that can be said.

    python export/timm_networks.py [--filter REGEX] [--missing]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import timm

import torch_export
from exporting import Network, main

BOTH = ("script", "dynamo")
SIZES = [dict(n=1, h=64, w=96), dict(n=2, h=73, w=65)]


def free(name, exports=BOTH, **more):
    return Network(lambda: timm.create_model(name, num_classes=10, **more),
                   {"image": "n 3 h w"}, SIZES, exports)


def square(name, size=64, exports=BOTH, **more):
    return Network(
        lambda: timm.create_model(name, num_classes=10, **more),
        {"image": f"n 3 {size} {size}"}, [dict(n=1), dict(n=2)], exports)


TINY = dict(embed_dim=32, depth=2, num_heads=4)
NETWORKS = {
    "timm_vit_rope": square("vit_base_patch16_rope_224", 64, ("dynamo",),
                            img_size=64, **TINY),
    "timm_mixer": square("mixer_s16_224", 64, img_size=64, embed_dim=32,
                         num_blocks=2),
    "timm_resmlp": square("resmlp_12_224", 64, ("script",), img_size=64,
                          embed_dim=32, num_blocks=2),
    "timm_cait": square("cait_xxs24_224", 64, ("script",), img_size=64,
                        embed_dim=32, depth=2, num_heads=4),
    "timm_xcit": square("xcit_nano_12_p16_224", 64, img_size=64, **TINY),
    "timm_coat": square("coat_lite_tiny", 64, ("script",), img_size=64),
    "timm_crossvit": square("crossvit_tiny_240", 240, ("script fixed",)),
    "timm_levit": square("levit_128s", 224, ("script", "dynamo fixed")),
    "timm_pit": square("pit_ti_224", 224, ("script fixed",)),
    "timm_twins": square("twins_svt_small", 64, ("script", "dynamo fixed"),
                         img_size=64),
    "timm_pvt_v2": free("pvt_v2_b0"),
    "timm_poolformer": free("poolformerv2_s12", ("script",)),
    "timm_efficientformer": square("efficientformer_l1", 224,
                                   ("dynamo fixed",)),
    "timm_edgenext": free("edgenext_xx_small", BOTH),
    "timm_mobilevit_v2": free("mobilevitv2_050", BOTH),
    "timm_fastvit": free("fastvit_t8", ("script",)),
    "timm_repvgg": free("repvgg_a0", ("dynamo",)),
    "timm_ghostnet": free("ghostnetv2_100", ("script",)),
    "timm_lcnet": free("lcnet_050", BOTH),
    "timm_tf_efficientnet": free("tf_efficientnet_lite0", BOTH),
    "timm_hardcorenas": free("hardcorenas_a", ("script",)),
    "timm_res2net": free("res2net50_26w_4s", ("script",)),
    "timm_skresnet": free("skresnet18", BOTH),
    "timm_ecaresnet": free("ecaresnet26t", ("script",)),
    "timm_resnest": free("resnest14d", BOTH),
    "timm_hrnet": free("hrnet_w18_small", ("script",)),
    "timm_dla": free("dla46_c", ("script",)),
    "timm_vovnet": free("ese_vovnet19b_dw", ("script",)),
    "timm_nfnet": free("nf_resnet26", ("dynamo",)),
    "timm_botnet": square("botnet26t_256", 64, ("script",), img_size=64),
    "timm_halonet": square("halonet26t", 64, ("script",)),
    "timm_coatnet": square("coatnet_nano_rw_224", 64, ("dynamo",),
                           img_size=64),
    "timm_convmixer": free("convmixer_768_32", ("script",)),
    "timm_focalnet": free("focalnet_tiny_srf", ("dynamo",)),
    "timm_gcvit": square("gcvit_xxtiny", 64, ("script",), img_size=64),
    "timm_volo": square("volo_d1_224", 64, ("script",), img_size=64),
    "timm_starnet": free("starnet_s1", BOTH),
}

if __name__ == "__main__":
    main(NETWORKS, torch_export.export)
