/* VulkanAPI.h: the part of Vulkan 1.2 that Vulkan.c uses, so that neither
 * its headers nor its library are needed to build. Names and layouts are those
 * of the specification; test/runtime compares them with its headers.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_VULKANAPI_H
#define ONNXC_VULKANAPI_H

#include <stddef.h>
#include <stdint.h>

/* A dispatchable object is a pointer, any other a number. */
typedef void *vk_object;
typedef uint64_t vk_handle;
typedef uint32_t vk_bool;
typedef int32_t vk_result;

enum {
  VK_OK = 0,
  VK_OUT_OF_HOST = -1,
  VK_OUT_OF_DEVICE = -2,
  VK_NO_DRIVER = -9, /* VK_ERROR_INCOMPATIBLE_DRIVER */
  VK_API_1_2 = (1 << 22) | (2 << 12)
};

enum {
  VK_S_APPLICATION = 0,
  VK_S_INSTANCE = 1,
  VK_S_QUEUE = 2,
  VK_S_DEVICE = 3,
  VK_S_SUBMIT = 4,
  VK_S_ALLOCATE = 5,
  VK_S_BUFFER = 12,
  VK_S_SHADER = 16,
  VK_S_STAGE = 18,
  VK_S_PIPELINE = 29,
  VK_S_PIPELINE_LAYOUT = 30,
  VK_S_SET_LAYOUT = 32,
  VK_S_POOL = 33,
  VK_S_SETS = 34,
  VK_S_WRITE = 35,
  VK_S_COMMAND_POOL = 39,
  VK_S_COMMANDS = 40,
  VK_S_BEGIN = 42,
  VK_S_BARRIER = 46,
  VK_S_FEATURES_1_1 = 49,
  VK_S_FEATURES_1_2 = 51,
  VK_S_FEATURES = 1000059000
};

enum {
  VK_QUEUE_COMPUTE = 2,
  VK_MEMORY_DEVICE_LOCAL = 1,
  VK_MEMORY_HOST_VISIBLE = 2,
  VK_MEMORY_HOST_COHERENT = 4,
  VK_MEMORY_HOST_CACHED = 8,
  VK_USAGE_TRANSFER_SRC = 1,
  VK_USAGE_TRANSFER_DST = 2,
  VK_USAGE_STORAGE = 0x20,
  VK_DESCRIPTOR_STORAGE = 7,
  VK_STAGE_COMPUTE = 0x20, /* of shaders */
  VK_BIND_COMPUTE = 1,
  VK_PIPELINE_STAGE_COMPUTE = 0x800,
  VK_PIPELINE_STAGE_TRANSFER = 0x1000,
  VK_PIPELINE_STAGE_HOST = 0x4000,
  VK_ACCESS_SHADER_READ = 0x20,
  VK_ACCESS_SHADER_WRITE = 0x40,
  VK_ACCESS_TRANSFER_READ = 0x800,
  VK_ACCESS_TRANSFER_WRITE = 0x1000,
  VK_ACCESS_HOST_READ = 0x2000,
  VK_ACCESS_HOST_WRITE = 0x4000
};

typedef struct vk_application {
  int32_t type;
  const void *next;
  const char *name;
  uint32_t version;
  const char *engine;
  uint32_t engine_version, api_version;
} vk_application;

typedef struct vk_instance_info {
  int32_t type;
  const void *next;
  uint32_t flags;
  const vk_application *application;
  uint32_t num_layers;
  const char *const *layers;
  uint32_t num_extensions;
  const char *const *extensions;
} vk_instance_info;

typedef struct vk_properties {
  uint32_t api_version, driver_version, vendor, device, kind;
  char name[256];
  uint8_t cache_id[16];
  uint32_t before_range[8]; /* of the limits, those in between are skipped */
  uint32_t max_storage_range, max_push_constants;
  uint32_t before_buffers[10];
  uint32_t max_storage_buffers; /* a stage */
  uint32_t before_shared[34];
  uint32_t max_shared_bytes, max_groups[3], max_group_threads;
  uint32_t before_alignment[23];
  uint64_t storage_alignment;
  uint32_t rest[48];
} vk_properties;

typedef struct vk_memory_type {
  uint32_t flags, heap;
} vk_memory_type;
typedef struct vk_memory_heap {
  uint64_t bytes;
  uint32_t flags;
} vk_memory_heap;
typedef struct vk_memory_properties {
  uint32_t num_types;
  vk_memory_type types[32];
  uint32_t num_heaps;
  vk_memory_heap heaps[16];
} vk_memory_properties;

typedef struct vk_queue_family {
  uint32_t flags, count, timestamp_bits, granularity[3];
} vk_queue_family;

/* The features as the specification orders them. */
enum { VK_FLOAT64 = 39, VK_INT64 = 40, VK_INT16 = 41 };
typedef struct vk_features {
  int32_t type;
  void *next;
  vk_bool core[55];
} vk_features;
typedef struct vk_features_1_1 {
  int32_t type;
  void *next;
  vk_bool storage16, others[11];
} vk_features_1_1;
typedef struct vk_features_1_2 {
  int32_t type;
  void *next;
  vk_bool before[2], storage8, between[4], float16, int8, others[38];
} vk_features_1_2;

typedef struct vk_queue_info {
  int32_t type;
  const void *next;
  uint32_t flags, family, count;
  const float *priorities;
} vk_queue_info;
typedef struct vk_device_info {
  int32_t type;
  const void *next;
  uint32_t flags, num_queues;
  const vk_queue_info *queues;
  uint32_t num_layers;
  const char *const *layers;
  uint32_t num_extensions;
  const char *const *extensions;
  const void *features;
} vk_device_info;

typedef struct vk_buffer_info {
  int32_t type;
  const void *next;
  uint32_t flags;
  uint64_t bytes;
  uint32_t usage, sharing, num_families;
  const uint32_t *families;
} vk_buffer_info;
typedef struct vk_requirements {
  uint64_t bytes, alignment;
  uint32_t types;
} vk_requirements;
typedef struct vk_allocate_info {
  int32_t type;
  const void *next;
  uint64_t bytes;
  uint32_t memory_type;
} vk_allocate_info;

typedef struct vk_shader_info {
  int32_t type;
  const void *next;
  uint32_t flags;
  size_t bytes;
  const void *code;
} vk_shader_info;
typedef struct vk_binding {
  uint32_t binding;
  int32_t kind;
  uint32_t count, stages;
  const void *samplers;
} vk_binding;
typedef struct vk_set_layout_info {
  int32_t type;
  const void *next;
  uint32_t flags, num_bindings;
  const vk_binding *bindings;
} vk_set_layout_info;
typedef struct vk_push_range {
  uint32_t stages, offset, bytes;
} vk_push_range;
typedef struct vk_pipeline_layout_info {
  int32_t type;
  const void *next;
  uint32_t flags, num_sets;
  const vk_handle *sets;
  uint32_t num_ranges;
  const vk_push_range *ranges;
} vk_pipeline_layout_info;
typedef struct vk_stage_info {
  int32_t type;
  const void *next;
  uint32_t flags, stage;
  vk_handle shader;
  const char *entry;
  const void *constants;
} vk_stage_info;
typedef struct vk_pipeline_info {
  int32_t type;
  const void *next;
  uint32_t flags;
  vk_stage_info stage;
  vk_handle layout, base;
  int32_t base_index;
} vk_pipeline_info;

typedef struct vk_pool_size {
  int32_t kind;
  uint32_t count;
} vk_pool_size;
typedef struct vk_pool_info {
  int32_t type;
  const void *next;
  uint32_t flags, max_sets, num_sizes;
  const vk_pool_size *sizes;
} vk_pool_info;
typedef struct vk_sets_info {
  int32_t type;
  const void *next;
  vk_handle pool;
  uint32_t count;
  const vk_handle *layouts;
} vk_sets_info;
typedef struct vk_range {
  vk_handle buffer;
  uint64_t offset, bytes;
} vk_range;
typedef struct vk_write {
  int32_t type;
  const void *next;
  vk_handle set;
  uint32_t binding, element, count;
  int32_t kind;
  const void *images;
  const vk_range *buffers;
  const void *views;
} vk_write;

typedef struct vk_command_pool_info {
  int32_t type;
  const void *next;
  uint32_t flags, family;
} vk_command_pool_info;
typedef struct vk_commands_info {
  int32_t type;
  const void *next;
  vk_handle pool;
  int32_t level;
  uint32_t count;
} vk_commands_info;
typedef struct vk_begin_info {
  int32_t type;
  const void *next;
  uint32_t flags;
  const void *inheritance;
} vk_begin_info;
typedef struct vk_barrier {
  int32_t type;
  const void *next;
  uint32_t from, to;
} vk_barrier;
typedef struct vk_copy {
  uint64_t from, to, bytes;
} vk_copy;
typedef struct vk_submit_info {
  int32_t type;
  const void *next;
  uint32_t num_waits;
  const vk_handle *waits;
  const uint32_t *stages;
  uint32_t num_commands;
  const vk_object *commands;
  uint32_t num_signals;
  const vk_handle *signals;
} vk_submit_info;

typedef void (*vk_function)(void);
typedef vk_function (*vk_loader)(vk_object instance, const char *name);

/* F(result, name, parameters): what is loaded for an instance. */
#define ONNXC_VK_INSTANCE(F)                                                   \
  F(void, DestroyInstance, (vk_object, const void *))                          \
  F(vk_result, EnumeratePhysicalDevices,                                       \
    (vk_object, uint32_t *, vk_object *))                                      \
  F(void, GetPhysicalDeviceProperties, (vk_object, vk_properties *))           \
  F(void, GetPhysicalDeviceFeatures2, (vk_object, vk_features *))              \
  F(void, GetPhysicalDeviceMemoryProperties,                                   \
    (vk_object, vk_memory_properties *))                                       \
  F(void, GetPhysicalDeviceQueueFamilyProperties,                              \
    (vk_object, uint32_t *, vk_queue_family *))                                \
  F(vk_result, CreateDevice,                                                   \
    (vk_object, const vk_device_info *, const void *, vk_object *))            \
  F(void, DestroyDevice, (vk_object, const void *))                            \
  F(void, GetDeviceQueue, (vk_object, uint32_t, uint32_t, vk_object *))        \
  F(vk_result, DeviceWaitIdle, (vk_object))                                    \
  F(vk_result, CreateBuffer,                                                   \
    (vk_object, const vk_buffer_info *, const void *, vk_handle *))            \
  F(void, DestroyBuffer, (vk_object, vk_handle, const void *))                 \
  F(void, GetBufferMemoryRequirements,                                         \
    (vk_object, vk_handle, vk_requirements *))                                 \
  F(vk_result, AllocateMemory,                                                 \
    (vk_object, const vk_allocate_info *, const void *, vk_handle *))          \
  F(void, FreeMemory, (vk_object, vk_handle, const void *))                    \
  F(vk_result, BindBufferMemory, (vk_object, vk_handle, vk_handle, uint64_t))  \
  F(vk_result, MapMemory,                                                      \
    (vk_object, vk_handle, uint64_t, uint64_t, uint32_t, void **))             \
  F(vk_result, CreateShaderModule,                                             \
    (vk_object, const vk_shader_info *, const void *, vk_handle *))            \
  F(void, DestroyShaderModule, (vk_object, vk_handle, const void *))           \
  F(vk_result, CreateDescriptorSetLayout,                                      \
    (vk_object, const vk_set_layout_info *, const void *, vk_handle *))        \
  F(void, DestroyDescriptorSetLayout, (vk_object, vk_handle, const void *))    \
  F(vk_result, CreatePipelineLayout,                                           \
    (vk_object, const vk_pipeline_layout_info *, const void *, vk_handle *))   \
  F(void, DestroyPipelineLayout, (vk_object, vk_handle, const void *))         \
  F(vk_result, CreateComputePipelines,                                         \
    (vk_object, vk_handle, uint32_t, const vk_pipeline_info *, const void *,   \
     vk_handle *))                                                             \
  F(void, DestroyPipeline, (vk_object, vk_handle, const void *))               \
  F(vk_result, CreateDescriptorPool,                                           \
    (vk_object, const vk_pool_info *, const void *, vk_handle *))              \
  F(void, DestroyDescriptorPool, (vk_object, vk_handle, const void *))         \
  F(vk_result, AllocateDescriptorSets,                                         \
    (vk_object, const vk_sets_info *, vk_handle *))                            \
  F(void, UpdateDescriptorSets,                                                \
    (vk_object, uint32_t, const vk_write *, uint32_t, const void *))           \
  F(vk_result, CreateCommandPool,                                              \
    (vk_object, const vk_command_pool_info *, const void *, vk_handle *))      \
  F(void, DestroyCommandPool, (vk_object, vk_handle, const void *))            \
  F(vk_result, ResetCommandPool, (vk_object, vk_handle, uint32_t))             \
  F(vk_result, AllocateCommandBuffers,                                         \
    (vk_object, const vk_commands_info *, vk_object *))                        \
  F(vk_result, BeginCommandBuffer, (vk_object, const vk_begin_info *))         \
  F(vk_result, EndCommandBuffer, (vk_object))                                  \
  F(void, CmdBindPipeline, (vk_object, int32_t, vk_handle))                    \
  F(void, CmdBindDescriptorSets,                                               \
    (vk_object, int32_t, vk_handle, uint32_t, uint32_t, const vk_handle *,     \
     uint32_t, const uint32_t *))                                              \
  F(void, CmdPushConstants,                                                    \
    (vk_object, vk_handle, uint32_t, uint32_t, uint32_t, const void *))        \
  F(void, CmdDispatch, (vk_object, uint32_t, uint32_t, uint32_t))              \
  F(void, CmdCopyBuffer,                                                       \
    (vk_object, vk_handle, vk_handle, uint32_t, const vk_copy *))              \
  F(void, CmdPipelineBarrier,                                                  \
    (vk_object, uint32_t, uint32_t, uint32_t, uint32_t, const vk_barrier *,    \
     uint32_t, const void *, uint32_t, const void *))                          \
  F(vk_result, QueueSubmit,                                                    \
    (vk_object, uint32_t, const vk_submit_info *, vk_handle))                  \
  F(vk_result, QueueWaitIdle, (vk_object))

typedef struct vk_functions {
#define ONNXC_VK_MEMBER(RESULT, NAME, PARAMETERS) RESULT(*NAME) PARAMETERS;
  ONNXC_VK_INSTANCE(ONNXC_VK_MEMBER)
#undef ONNXC_VK_MEMBER
} vk_functions;

#endif /* ONNXC_VULKANAPI_H */
