/* VulkanDevice.h: an opened Vulkan device, between VulkanDevice.c, which finds
 * it, and Vulkan.c, which works with it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_VULKANDEVICE_H
#define ONNXC_VULKANDEVICE_H

#include "Device.h"
#include "VulkanAPI.h"

typedef struct vk_gpu {
  void *library;
  vk_functions vk;
  vk_object instance, physical, device, queue;
  uint32_t family;
  vk_memory_properties memory;
  uint64_t max_range; /* of a buffer, as a shader sees it */
} vk_gpu;

/* Opens the first device that has the features the model's functions need.
 * After a failure error_name says what was missing, and onnxc_vulkan_shut
 * releases what was opened. */
int32_t onnxc_vulkan_find(vk_gpu *gpu, const onnxc_device_code *code,
                          onnxc_context *context);
void onnxc_vulkan_shut(vk_gpu *gpu);

#endif /* ONNXC_VULKANDEVICE_H */
