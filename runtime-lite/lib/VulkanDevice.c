/* VulkanDevice.c: finds a Vulkan device that can run a model.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _POSIX_C_SOURCE 200809L
#include "VulkanDevice.h"

#include <dlfcn.h>
#include <string.h>

/* POSIX gives functions as objects, which ISO C does not convert. */
static vk_function to_function(void *symbol) {
  vk_function function;
  memcpy(&function, &symbol, sizeof function);
  return function;
}

static int load_functions(vk_gpu *gpu, vk_loader loader) {
  int complete = 1;
#define ONNXC_VK_LOAD(RESULT, NAME, PARAMETERS)                                \
  {                                                                            \
    vk_function found = loader(gpu->instance, "vk" #NAME);                     \
    memcpy(&gpu->vk.NAME, &found, sizeof found);                               \
    complete &= found != NULL;                                                 \
  }
  ONNXC_VK_INSTANCE(ONNXC_VK_LOAD)
#undef ONNXC_VK_LOAD
  return complete;
}

typedef struct feature_chain {
  vk_features core;
  vk_features_1_1 v1_1;
  vk_features_1_2 v1_2;
} feature_chain;

static void start_chain(feature_chain *chain) {
  memset(chain, 0, sizeof *chain);
  chain->core.type = VK_S_FEATURES;
  chain->core.next = &chain->v1_1;
  chain->v1_1.type = VK_S_FEATURES_1_1;
  chain->v1_1.next = &chain->v1_2;
  chain->v1_2.type = VK_S_FEATURES_1_2;
}

/* Where the chain has the feature that is one of the bits ONNXC_GPU_*. */
static vk_bool *get_feature(feature_chain *chain, uint64_t bit) {
  switch (bit) {
  case ONNXC_GPU_INT64:
    return &chain->core.core[VK_INT64];
  case ONNXC_GPU_INT16:
    return &chain->core.core[VK_INT16];
  case ONNXC_GPU_FLOAT64:
    return &chain->core.core[VK_FLOAT64];
  case ONNXC_GPU_INT8:
    return &chain->v1_2.int8;
  case ONNXC_GPU_FLOAT16:
    return &chain->v1_2.float16;
  case ONNXC_GPU_STORAGE16:
    return &chain->v1_1.storage16;
  case ONNXC_GPU_STORAGE8:
    return &chain->v1_2.storage8;
  }
  return NULL;
}

/* What the device lacks of the features, in words; null if nothing. */
static const char *find_lack(feature_chain *has, uint64_t features) {
  static const struct {
    uint64_t bit;
    const char *lack;
  } names[] = {
      {ONNXC_GPU_INT64, "the Vulkan device has no 64-bit integers"},
      {ONNXC_GPU_INT16, "the Vulkan device has no 16-bit integers"},
      {ONNXC_GPU_INT8, "the Vulkan device has no 8-bit integers"},
      {ONNXC_GPU_FLOAT64, "the Vulkan device has no double precision"},
      {ONNXC_GPU_FLOAT16, "the Vulkan device has no half precision"},
      {ONNXC_GPU_STORAGE16, "the Vulkan device has no 16-bit storage"},
      {ONNXC_GPU_STORAGE8, "the Vulkan device has no 8-bit storage"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    if (features & names[i].bit && !*get_feature(has, names[i].bit))
      return names[i].lack;
    features &= ~names[i].bit;
  }
  return features ? "the model needs a later runtime" : NULL;
}

static const char *check_limits(const onnxc_device_code *code,
                                const vk_properties *properties) {
  if (properties->api_version < VK_API_1_2)
    return "the Vulkan device is older than Vulkan 1.2";
  if (properties->storage_alignment > ONNXC_ARENA_ALIGNMENT)
    return "the Vulkan device wants buffers at multiples of more than 64 bytes";
  for (int32_t i = 0; i < code->num_functions; ++i) {
    const onnxc_device_function *function = &code->functions[i];
    if ((uint32_t)function->num_buffers > properties->max_storage_buffers)
      return "the Vulkan device takes too few buffers at a time";
    if ((uint32_t)function->num_sizes * 4 > properties->max_push_constants)
      return "the Vulkan device takes too few push constants";
    if ((uint32_t)function->threads > properties->max_group_threads)
      return "the Vulkan device has too small groups of threads";
  }
  return NULL;
}

static int find_family(vk_gpu *gpu, vk_object physical) {
  enum { kMost = 32 };
  vk_queue_family families[kMost];
  uint32_t count = kMost;
  gpu->vk.GetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
  for (uint32_t i = 0; i < count; ++i)
    if (families[i].flags & VK_QUEUE_COMPUTE) {
      gpu->family = i;
      return 1;
    }
  return 0;
}

static int32_t open_device(vk_gpu *gpu, uint64_t features) {
  feature_chain wanted;
  start_chain(&wanted);
  for (uint64_t bit = 1; bit <= features; bit <<= 1)
    if (features & bit)
      *get_feature(&wanted, bit) = 1;
  float priority = 1.0f;
  vk_queue_info queue = {VK_S_QUEUE, NULL, 0, gpu->family, 1, &priority};
  vk_device_info info = {VK_S_DEVICE, &wanted, 0, 1,    &queue,
                         0,           NULL,    0, NULL, NULL};
  if (gpu->vk.CreateDevice(gpu->physical, &info, NULL, &gpu->device) != VK_OK)
    return ONNXC_DEVICE_ERROR;
  gpu->vk.GetDeviceQueue(gpu->device, gpu->family, 0, &gpu->queue);
  gpu->vk.GetPhysicalDeviceMemoryProperties(gpu->physical, &gpu->memory);
  return ONNXC_OK;
}

int32_t onnxc_vulkan_find(vk_gpu *gpu, const onnxc_device_code *code,
                          onnxc_context *context) {
  memset(gpu, 0, sizeof *gpu);
  context->error_name = "libvulkan.so.1";
  gpu->library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!gpu->library)
    return ONNXC_NO_DRIVER;
  vk_function symbol =
      to_function(dlsym(gpu->library, "vkGetInstanceProcAddr"));
  vk_loader loader = (vk_loader)symbol;
  if (!symbol)
    return ONNXC_NO_DRIVER;
  vk_result (*create)(const vk_instance_info *, const void *, vk_object *);
  vk_function found = loader(NULL, "vkCreateInstance");
  memcpy(&create, &found, sizeof found);
  vk_application application = {VK_S_APPLICATION, NULL, "onnxc", 1, "onnxc", 1,
                                VK_API_1_2};
  vk_instance_info info = {VK_S_INSTANCE, NULL, 0, &application,
                           0,             NULL, 0, NULL};
  context->error_name = "no Vulkan driver is installed";
  if (!create || create(&info, NULL, &gpu->instance) != VK_OK) {
    gpu->instance = NULL;
    return ONNXC_NO_DRIVER;
  }
  if (!load_functions(gpu, loader)) {
    context->error_name = "the Vulkan loader is older than Vulkan 1.2";
    return ONNXC_NO_DRIVER;
  }
  enum { kMost = 16 };
  vk_object devices[kMost];
  uint32_t count = kMost;
  context->error_name = "no Vulkan device is there";
  if (gpu->vk.EnumeratePhysicalDevices(gpu->instance, &count, devices) < 0)
    return ONNXC_BAD_DEVICE;
  for (uint32_t i = 0; i < count; ++i) {
    vk_properties properties;
    gpu->vk.GetPhysicalDeviceProperties(devices[i], &properties);
    const char *lack = check_limits(code, &properties);
    if (!lack) {
      feature_chain has;
      start_chain(&has);
      gpu->vk.GetPhysicalDeviceFeatures2(devices[i], &has.core);
      lack = find_lack(&has, code->features);
    }
    if (!lack && !find_family(gpu, devices[i]))
      lack = "the Vulkan device computes nothing";
    if (lack) {
      context->error_name = lack;
      continue;
    }
    gpu->physical = devices[i];
    gpu->max_range = properties.max_storage_range;
    context->error_name = "the Vulkan device cannot be opened";
    return open_device(gpu, code->features);
  }
  return ONNXC_BAD_DEVICE;
}

void onnxc_vulkan_shut(vk_gpu *gpu) {
  if (gpu->device)
    gpu->vk.DestroyDevice(gpu->device, NULL);
  if (gpu->instance && gpu->vk.DestroyInstance)
    gpu->vk.DestroyInstance(gpu->instance, NULL);
  if (gpu->library)
    dlclose(gpu->library);
}
