/* VulkanLayoutTest.c: the declarations of VulkanAPI.h are those of Vulkan's own
 * headers, where these are installed: sizes, and offsets of what is read.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "../../runtime-lite/lib/VulkanAPI.h"

#include <stdio.h>
#include <vulkan/vulkan_core.h>

static int failed, passed;

static void check(const char *what, size_t ours, size_t theirs) {
  ++*(ours == theirs ? &passed : &failed);
  if (ours != theirs)
    printf("%s: %zu instead of %zu\n", what, ours, theirs);
}

#define SIZE(OURS, THEIRS) check(#OURS, sizeof(OURS), sizeof(THEIRS))
#define OFFSET(OURS, FIELD, THEIRS, OTHER)                                     \
  check(#OURS "." #FIELD, offsetof(OURS, FIELD), offsetof(THEIRS, OTHER))
#define VALUE(OURS, THEIRS) check(#OURS, (size_t)(OURS), (size_t)(THEIRS))

static void check_structs(void) {
  SIZE(vk_application, VkApplicationInfo);
  SIZE(vk_instance_info, VkInstanceCreateInfo);
  SIZE(vk_properties, VkPhysicalDeviceProperties);
  SIZE(vk_memory_properties, VkPhysicalDeviceMemoryProperties);
  SIZE(vk_queue_family, VkQueueFamilyProperties);
  SIZE(vk_features, VkPhysicalDeviceFeatures2);
  SIZE(vk_features_1_1, VkPhysicalDeviceVulkan11Features);
  SIZE(vk_features_1_2, VkPhysicalDeviceVulkan12Features);
  SIZE(vk_queue_info, VkDeviceQueueCreateInfo);
  SIZE(vk_device_info, VkDeviceCreateInfo);
  SIZE(vk_buffer_info, VkBufferCreateInfo);
  SIZE(vk_requirements, VkMemoryRequirements);
  SIZE(vk_allocate_info, VkMemoryAllocateInfo);
  SIZE(vk_shader_info, VkShaderModuleCreateInfo);
  SIZE(vk_binding, VkDescriptorSetLayoutBinding);
  SIZE(vk_set_layout_info, VkDescriptorSetLayoutCreateInfo);
  SIZE(vk_push_range, VkPushConstantRange);
  SIZE(vk_pipeline_layout_info, VkPipelineLayoutCreateInfo);
  SIZE(vk_stage_info, VkPipelineShaderStageCreateInfo);
  SIZE(vk_pipeline_info, VkComputePipelineCreateInfo);
  SIZE(vk_pool_info, VkDescriptorPoolCreateInfo);
  SIZE(vk_sets_info, VkDescriptorSetAllocateInfo);
  SIZE(vk_range, VkDescriptorBufferInfo);
  SIZE(vk_write, VkWriteDescriptorSet);
  SIZE(vk_command_pool_info, VkCommandPoolCreateInfo);
  SIZE(vk_commands_info, VkCommandBufferAllocateInfo);
  SIZE(vk_begin_info, VkCommandBufferBeginInfo);
  SIZE(vk_barrier, VkMemoryBarrier);
  SIZE(vk_copy, VkBufferCopy);
  SIZE(vk_submit_info, VkSubmitInfo);
}

static void check_fields(void) {
  typedef VkPhysicalDeviceProperties theirs;
  OFFSET(vk_properties, max_storage_range, theirs,
         limits.maxStorageBufferRange);
  OFFSET(vk_properties, max_push_constants, theirs,
         limits.maxPushConstantsSize);
  OFFSET(vk_properties, max_storage_buffers, theirs,
         limits.maxPerStageDescriptorStorageBuffers);
  OFFSET(vk_properties, max_shared_bytes, theirs,
         limits.maxComputeSharedMemorySize);
  OFFSET(vk_properties, max_group_threads, theirs,
         limits.maxComputeWorkGroupInvocations);
  OFFSET(vk_properties, storage_alignment, theirs,
         limits.minStorageBufferOffsetAlignment);
  OFFSET(vk_features, core[VK_FLOAT64], VkPhysicalDeviceFeatures2,
         features.shaderFloat64);
  OFFSET(vk_features, core[VK_INT64], VkPhysicalDeviceFeatures2,
         features.shaderInt64);
  OFFSET(vk_features, core[VK_INT16], VkPhysicalDeviceFeatures2,
         features.shaderInt16);
  OFFSET(vk_features_1_1, storage16, VkPhysicalDeviceVulkan11Features,
         storageBuffer16BitAccess);
  OFFSET(vk_features_1_2, storage8, VkPhysicalDeviceVulkan12Features,
         storageBuffer8BitAccess);
  OFFSET(vk_features_1_2, float16, VkPhysicalDeviceVulkan12Features,
         shaderFloat16);
  OFFSET(vk_features_1_2, int8, VkPhysicalDeviceVulkan12Features, shaderInt8);
  OFFSET(vk_pipeline_info, layout, VkComputePipelineCreateInfo, layout);
  OFFSET(vk_write, buffers, VkWriteDescriptorSet, pBufferInfo);
}

static void check_values(void) {
  VALUE(VK_S_PIPELINE, VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
  VALUE(VK_S_PIPELINE_LAYOUT, VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO);
  VALUE(VK_S_STAGE, VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO);
  VALUE(VK_S_SHADER, VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO);
  VALUE(VK_S_SET_LAYOUT, VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO);
  VALUE(VK_S_POOL, VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
  VALUE(VK_S_SETS, VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO);
  VALUE(VK_S_WRITE, VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET);
  VALUE(VK_S_COMMAND_POOL, VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
  VALUE(VK_S_COMMANDS, VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
  VALUE(VK_S_BEGIN, VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
  VALUE(VK_S_BARRIER, VK_STRUCTURE_TYPE_MEMORY_BARRIER);
  VALUE(VK_S_FEATURES, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
  VALUE(VK_S_FEATURES_1_1,
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES);
  VALUE(VK_S_FEATURES_1_2,
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
  VALUE(VK_DESCRIPTOR_STORAGE, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER);
  VALUE(VK_USAGE_STORAGE, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);
  VALUE(VK_STAGE_COMPUTE, VK_SHADER_STAGE_COMPUTE_BIT);
  VALUE(VK_BIND_COMPUTE, VK_PIPELINE_BIND_POINT_COMPUTE);
  VALUE(VK_PIPELINE_STAGE_COMPUTE, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
  VALUE(VK_PIPELINE_STAGE_TRANSFER, VK_PIPELINE_STAGE_TRANSFER_BIT);
  VALUE(VK_ACCESS_TRANSFER_WRITE, VK_ACCESS_TRANSFER_WRITE_BIT);
}

int main(void) {
  check_structs();
  check_fields();
  check_values();
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
