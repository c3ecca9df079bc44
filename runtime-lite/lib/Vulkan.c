/* Vulkan.c: records a model's launches in a command buffer and replays it.
 *
 * A shader gets its buffers as a descriptor set and its sizes as push
 * constants. An address of this device is a made-up number: each buffer has a
 * range of numbers, as large as it is, to itself, so that generated code can
 * add to it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "VulkanDevice.h"

#include <stdlib.h>
#include <string.h>

/* Sets and descriptors of a pool; more pools are made as needed. */
enum { kSetsOfPool = 128, kBuffersOfPool = 1024 };

typedef struct vk_buffer {
  uintptr_t address;
  size_t bytes;
  vk_handle buffer, memory;
  void *mapped; /* null where the host cannot reach it */
  struct vk_buffer *next;
} vk_buffer;

typedef struct vk_shader {
  vk_handle set_layout, layout, pipeline;
} vk_shader;

typedef struct vk_pool {
  vk_handle handle;
  struct vk_pool *next;
} vk_pool;

/* What was recorded of a part. */
typedef struct vk_recording {
  vk_handle command_pool;
  vk_object commands;
  vk_pool *pools;
} vk_recording;

typedef struct vk_model {
  onnxc_device base;
  vk_gpu gpu;
  vk_buffer *buffers;
  uintptr_t next_address;
  vk_shader *shaders;
  vk_recording *recordings; /* of each part */
  vk_recording *current;
  vk_recording transfer; /* copies between host and device */
} vk_model;

static int32_t to_status(vk_result result) {
  if (result == VK_OUT_OF_HOST || result == VK_OUT_OF_DEVICE)
    return ONNXC_OUT_OF_MEMORY;
  return result == VK_OK ? ONNXC_OK : ONNXC_DEVICE_ERROR;
}

/* --- memory --------------------------------------------------------------- */

static int find_memory_type(vk_model *model, uint32_t allowed,
                            uint32_t wanted) {
  for (uint32_t i = 0; i < model->gpu.memory.num_types; ++i)
    if (allowed >> i & 1 &&
        (model->gpu.memory.types[i].flags & wanted) == wanted)
      return (int)i;
  return -1;
}

/* The kinds of memory in the order in which they are tried. */
static int choose_memory_type(vk_model *model, uint32_t allowed,
                              onnxc_memory kind) {
  const uint32_t host = VK_MEMORY_HOST_VISIBLE | VK_MEMORY_HOST_COHERENT;
  const uint32_t tries[][3] = {
      {VK_MEMORY_DEVICE_LOCAL | host, VK_MEMORY_DEVICE_LOCAL, 0},
      {VK_MEMORY_DEVICE_LOCAL | host, host, 0},
      {host | VK_MEMORY_HOST_CACHED, host, 0}};
  for (int i = 0; i < 3; ++i) {
    int found = find_memory_type(model, allowed, tries[kind][i]);
    if (found >= 0)
      return found;
  }
  return -1;
}

static void destroy_buffer(vk_model *model, vk_buffer *buffer) {
  vk_functions *vk = &model->gpu.vk;
  if (buffer->buffer)
    vk->DestroyBuffer(model->gpu.device, buffer->buffer, NULL);
  if (buffer->memory)
    vk->FreeMemory(model->gpu.device, buffer->memory, NULL);
  free(buffer);
}

static vk_buffer *create_buffer(vk_model *model, size_t bytes,
                                onnxc_memory kind) {
  vk_functions *vk = &model->gpu.vk;
  vk_object device = model->gpu.device;
  vk_buffer *buffer = calloc(1, sizeof *buffer);
  if (!buffer)
    return NULL;
  /* 8-bit and 16-bit elements are stored in words. */
  buffer->bytes = (bytes + 3) / 4 * 4;
  vk_buffer_info info = {VK_S_BUFFER,
                         NULL,
                         0,
                         buffer->bytes,
                         VK_USAGE_STORAGE | VK_USAGE_TRANSFER_SRC |
                             VK_USAGE_TRANSFER_DST,
                         0,
                         0,
                         NULL};
  vk_requirements need;
  if (vk->CreateBuffer(device, &info, NULL, &buffer->buffer) != VK_OK) {
    buffer->buffer = 0;
    destroy_buffer(model, buffer);
    return NULL;
  }
  vk->GetBufferMemoryRequirements(device, buffer->buffer, &need);
  int type = choose_memory_type(model, need.types, kind);
  vk_allocate_info allocate = {VK_S_ALLOCATE, NULL, need.bytes, (uint32_t)type};
  if (type < 0 ||
      vk->AllocateMemory(device, &allocate, NULL, &buffer->memory) != VK_OK) {
    buffer->memory = 0;
    destroy_buffer(model, buffer);
    return NULL;
  }
  int is_visible =
      model->gpu.memory.types[type].flags & VK_MEMORY_HOST_VISIBLE &&
      model->gpu.memory.types[type].flags & VK_MEMORY_HOST_COHERENT;
  if (vk->BindBufferMemory(device, buffer->buffer, buffer->memory, 0) !=
          VK_OK ||
      (is_visible && vk->MapMemory(device, buffer->memory, 0, UINT64_MAX, 0,
                                   &buffer->mapped) != VK_OK)) {
    destroy_buffer(model, buffer);
    return NULL;
  }
  return buffer;
}

static void *allocate(onnxc_device *device, size_t bytes, onnxc_memory kind) {
  vk_model *model = (vk_model *)device;
  vk_buffer *buffer = create_buffer(model, bytes, kind);
  if (!buffer)
    return NULL;
  buffer->address = model->next_address;
  /* The next begins behind a gap, at a multiple of 64. */
  model->next_address += (buffer->bytes / 64 + 64) * 64;
  buffer->next = model->buffers;
  model->buffers = buffer;
  return (void *)buffer->address;
}

static void release(onnxc_device *device, void *address) {
  vk_model *model = (vk_model *)device;
  for (vk_buffer **at = &model->buffers; *at; at = &(*at)->next)
    if ((*at)->address == (uintptr_t)address) {
      vk_buffer *found = *at;
      *at = found->next;
      destroy_buffer(model, found);
      return;
    }
}

static vk_buffer *find_buffer(vk_model *model, const void *address,
                              uint64_t *offset) {
  for (vk_buffer *at = model->buffers; at; at = at->next)
    if ((uintptr_t)address >= at->address &&
        (uintptr_t)address - at->address <= at->bytes) {
      *offset = (uintptr_t)address - at->address;
      return at;
    }
  return NULL;
}

/* --- commands ------------------------------------------------------------- */

static int32_t begin_commands(vk_model *model, const vk_recording *recording,
                              uint32_t flags) {
  vk_functions *vk = &model->gpu.vk;
  vk_result result =
      vk->ResetCommandPool(model->gpu.device, recording->command_pool, 0);
  vk_begin_info info = {VK_S_BEGIN, NULL, flags, NULL};
  if (result == VK_OK)
    result = vk->BeginCommandBuffer(recording->commands, &info);
  return to_status(result);
}

static int32_t submit(vk_model *model, vk_object commands) {
  vk_functions *vk = &model->gpu.vk;
  vk_submit_info info = {VK_S_SUBMIT, NULL, 0, NULL, NULL, 1, &commands,
                         0,           NULL};
  vk_result result = vk->QueueSubmit(model->gpu.queue, 1, &info, 0);
  if (result == VK_OK)
    result = vk->QueueWaitIdle(model->gpu.queue);
  return to_status(result);
}

/* All that was written before is there for what comes. */
static void fence(vk_model *model, vk_object commands) {
  const uint32_t stages = VK_PIPELINE_STAGE_COMPUTE | VK_PIPELINE_STAGE_TRANSFER;
  vk_barrier barrier = {VK_S_BARRIER, NULL,
                        VK_ACCESS_SHADER_WRITE | VK_ACCESS_TRANSFER_WRITE,
                        VK_ACCESS_SHADER_READ | VK_ACCESS_SHADER_WRITE |
                            VK_ACCESS_TRANSFER_READ | VK_ACCESS_TRANSFER_WRITE |
                            VK_ACCESS_HOST_READ};
  model->gpu.vk.CmdPipelineBarrier(commands, stages,
                                   stages | VK_PIPELINE_STAGE_HOST, 0, 1,
                                   &barrier, 0, NULL, 0, NULL);
}

/* Through memory of the host where the buffer is out of its reach. */
static int32_t transfer(vk_model *model, vk_buffer *buffer, uint64_t offset,
                        void *host, size_t bytes, int is_write) {
  if (buffer->mapped) {
    char *there = (char *)buffer->mapped + offset;
    if (is_write)
      memcpy(there, host, bytes);
    else
      memcpy(host, there, bytes);
    return ONNXC_OK;
  }
  vk_buffer *staging = create_buffer(model, bytes, ONNXC_MEMORY_OUTPUT);
  if (!staging || !staging->mapped) {
    if (staging)
      destroy_buffer(model, staging);
    return ONNXC_OUT_OF_MEMORY;
  }
  if (is_write)
    memcpy(staging->mapped, host, bytes);
  vk_object commands = model->transfer.commands;
  int32_t status = begin_commands(model, &model->transfer, /*one time=*/1);
  if (status == ONNXC_OK) {
    vk_copy copy = {is_write ? 0 : offset, is_write ? offset : 0, bytes};
    model->gpu.vk.CmdCopyBuffer(
        commands, is_write ? staging->buffer : buffer->buffer,
        is_write ? buffer->buffer : staging->buffer, 1, &copy);
    fence(model, commands);
    status = to_status(model->gpu.vk.EndCommandBuffer(commands));
  }
  if (status == ONNXC_OK)
    status = submit(model, commands);
  if (status == ONNXC_OK && !is_write)
    memcpy(host, staging->mapped, bytes);
  destroy_buffer(model, staging);
  return status;
}

static int32_t write_bytes(onnxc_device *device, void *to, const void *from,
                           size_t bytes) {
  vk_model *model = (vk_model *)device;
  uint64_t offset;
  vk_buffer *buffer = find_buffer(model, to, &offset);
  /* It is only read there. */
  return buffer ? transfer(model, buffer, offset, (void *)from, bytes, 1)
                : ONNXC_DEVICE_ERROR;
}

static int32_t read_bytes(onnxc_device *device, void *to, const void *from,
                          size_t bytes) {
  vk_model *model = (vk_model *)device;
  uint64_t offset;
  vk_buffer *buffer = find_buffer(model, from, &offset);
  return buffer ? transfer(model, buffer, offset, to, bytes, 0)
                : ONNXC_DEVICE_ERROR;
}

static void destroy_pools(vk_model *model, vk_recording *recording) {
  while (recording->pools) {
    vk_pool *pool = recording->pools;
    recording->pools = pool->next;
    model->gpu.vk.DestroyDescriptorPool(model->gpu.device, pool->handle, NULL);
    free(pool);
  }
}

static int32_t begin(onnxc_device *device, int32_t part) {
  vk_model *model = (vk_model *)device;
  model->current = &model->recordings[part];
  int32_t status = begin_commands(model, model->current, 0);
  destroy_pools(model, model->current);
  return status;
}

static int32_t add_pool(vk_model *model) {
  vk_pool_size size = {VK_DESCRIPTOR_STORAGE, kBuffersOfPool};
  vk_pool_info info = {VK_S_POOL, NULL, 0, kSetsOfPool, 1, &size};
  vk_pool *pool = calloc(1, sizeof *pool);
  if (!pool)
    return ONNXC_OUT_OF_MEMORY;
  if (model->gpu.vk.CreateDescriptorPool(model->gpu.device, &info, NULL,
                                         &pool->handle) != VK_OK) {
    free(pool);
    return ONNXC_OUT_OF_MEMORY;
  }
  pool->next = model->current->pools;
  model->current->pools = pool;
  return ONNXC_OK;
}

/* A set that says where the buffers are. */
static int32_t make_set(vk_model *model, const vk_shader *shader, int32_t count,
                        void *const *buffers, const int64_t *bytes,
                        vk_handle *set) {
  vk_functions *vk = &model->gpu.vk;
  vk_sets_info info = {VK_S_SETS, NULL, 0, 1, &shader->set_layout};
  for (int attempt = 0;; ++attempt) {
    if (model->current->pools) {
      info.pool = model->current->pools->handle;
      if (vk->AllocateDescriptorSets(model->gpu.device, &info, set) == VK_OK)
        break;
    }
    int32_t status = attempt ? ONNXC_OUT_OF_MEMORY : add_pool(model);
    if (status != ONNXC_OK)
      return status;
  }
  for (int32_t i = 0; i < count; ++i) {
    /* Just the tensor: the whole buffer may be more than a shader can see. */
    vk_range range = {0, 0, ((uint64_t)bytes[i] + 3) / 4 * 4};
    vk_buffer *buffer = find_buffer(model, buffers[i], &range.offset);
    if (range.bytes == 0) { /* nothing is read there, so any will do */
      buffer = model->buffers;
      range.offset = 0;
      range.bytes = 4;
    }
    if (!buffer || range.offset >= buffer->bytes)
      return ONNXC_DEVICE_ERROR;
    range.buffer = buffer->buffer;
    if (range.bytes > model->gpu.max_range) {
      model->base.lack =
          "a tensor is larger than a shader of the Vulkan device can see";
      return ONNXC_BAD_DEVICE;
    }
    if (range.bytes > buffer->bytes - range.offset)
      range.bytes = buffer->bytes - range.offset;
    vk_write write = {VK_S_WRITE, NULL,   *set, (uint32_t)i, 0, 1,
                      VK_DESCRIPTOR_STORAGE, NULL, &range, NULL};
    vk->UpdateDescriptorSets(model->gpu.device, 1, &write, 0, NULL);
  }
  return ONNXC_OK;
}

static int32_t launch(onnxc_device *device, int32_t number, int32_t groups,
                      void *const *buffers, const int64_t *bytes,
                      const int32_t *sizes) {
  vk_model *model = (vk_model *)device;
  vk_functions *vk = &model->gpu.vk;
  const onnxc_device_function *function =
      &device->model->device->functions[number];
  const vk_shader *shader = &model->shaders[number];
  vk_handle set;
  int32_t status = make_set(model, shader, function->num_buffers, buffers, bytes,
                            &set);
  if (status != ONNXC_OK)
    return status;
  vk_object commands = model->current->commands;
  vk->CmdBindPipeline(commands, VK_BIND_COMPUTE, shader->pipeline);
  vk->CmdBindDescriptorSets(commands, VK_BIND_COMPUTE, shader->layout, 0,
                            1, &set, 0, NULL);
  if (function->num_sizes)
    vk->CmdPushConstants(commands, shader->layout, VK_STAGE_COMPUTE, 0,
                         (uint32_t)function->num_sizes * 4, sizes);
  vk->CmdDispatch(commands, (uint32_t)groups, 1, 1);
  fence(model, commands);
  return ONNXC_OK;
}

static int32_t copy(onnxc_device *device, void *to, const void *from,
                    size_t bytes) {
  vk_model *model = (vk_model *)device;
  vk_copy range = {0, 0, bytes};
  vk_buffer *source = find_buffer(model, from, &range.from);
  vk_buffer *target = find_buffer(model, to, &range.to);
  if (!source || !target)
    return ONNXC_DEVICE_ERROR;
  vk_object commands = model->current->commands;
  model->gpu.vk.CmdCopyBuffer(commands, source->buffer, target->buffer,
                              1, &range);
  fence(model, commands);
  return ONNXC_OK;
}

static int32_t end(onnxc_device *device) {
  vk_model *model = (vk_model *)device;
  return to_status(model->gpu.vk.EndCommandBuffer(model->current->commands));
}

static int32_t replay(onnxc_device *device, int32_t part) {
  vk_model *model = (vk_model *)device;
  return submit(model, model->recordings[part].commands);
}

/* --- opening and closing -------------------------------------------------- */

static int32_t create_shader(vk_model *model, vk_shader *shader,
                             const onnxc_device_function *function) {
  enum { kMost = 64 };
  vk_functions *vk = &model->gpu.vk;
  vk_object device = model->gpu.device;
  vk_binding bindings[kMost];
  if (function->num_buffers > kMost)
    return ONNXC_BAD_DEVICE;
  for (int32_t i = 0; i < function->num_buffers; ++i) {
    vk_binding binding = {(uint32_t)i, VK_DESCRIPTOR_STORAGE, 1,
                          VK_STAGE_COMPUTE, NULL};
    bindings[i] = binding;
  }
  vk_set_layout_info set = {VK_S_SET_LAYOUT, NULL, 0,
                            (uint32_t)function->num_buffers, bindings};
  vk_result result =
      vk->CreateDescriptorSetLayout(device, &set, NULL, &shader->set_layout);
  if (result != VK_OK)
    return to_status(result);
  vk_push_range range = {VK_STAGE_COMPUTE, 0,
                         (uint32_t)function->num_sizes * 4};
  vk_pipeline_layout_info layout = {
      VK_S_PIPELINE_LAYOUT, NULL, 0, 1, &shader->set_layout,
      function->num_sizes > 0, &range};
  result = vk->CreatePipelineLayout(device, &layout, NULL, &shader->layout);
  if (result != VK_OK)
    return to_status(result);
  vk_shader_info code = {VK_S_SHADER, NULL, 0, (size_t)function->code_bytes,
                         function->code};
  vk_handle module;
  result = vk->CreateShaderModule(device, &code, NULL, &module);
  if (result != VK_OK)
    return to_status(result);
  vk_pipeline_info pipeline = {
      VK_S_PIPELINE, NULL, 0,
      {VK_S_STAGE, NULL, 0, VK_STAGE_COMPUTE, module, function->name, NULL},
      shader->layout, 0, -1};
  result = vk->CreateComputePipelines(device, 0, 1, &pipeline, NULL,
                                      &shader->pipeline);
  vk->DestroyShaderModule(device, module, NULL);
  return to_status(result);
}

static int32_t create_commands(vk_model *model, vk_recording *recording) {
  vk_functions *vk = &model->gpu.vk;
  vk_command_pool_info pool = {VK_S_COMMAND_POOL, NULL, 0, model->gpu.family};
  vk_result result = vk->CreateCommandPool(model->gpu.device, &pool, NULL,
                                           &recording->command_pool);
  if (result != VK_OK)
    return to_status(result);
  vk_commands_info info = {VK_S_COMMANDS, NULL, recording->command_pool, 0, 1};
  return to_status(vk->AllocateCommandBuffers(model->gpu.device, &info,
                                              &recording->commands));
}

static int32_t create_recordings(vk_model *model) {
  int32_t count = model->base.model->device->num_parts;
  model->recordings = calloc((size_t)count + 1, sizeof *model->recordings);
  if (!model->recordings)
    return ONNXC_OUT_OF_MEMORY;
  int32_t status = create_commands(model, &model->transfer);
  for (int32_t i = 0; i < count && status == ONNXC_OK; ++i)
    status = create_commands(model, &model->recordings[i]);
  return status;
}

static void destroy_recording(vk_model *model, vk_recording *recording) {
  destroy_pools(model, recording);
  if (recording->command_pool)
    model->gpu.vk.DestroyCommandPool(model->gpu.device,
                                     recording->command_pool, NULL);
}

static void close_model(onnxc_device *device) {
  vk_model *model = (vk_model *)device;
  vk_functions *vk = &model->gpu.vk;
  vk_object gpu = model->gpu.device;
  const onnxc_device_code *code = device->model->device;
  if (gpu) {
    vk->DeviceWaitIdle(gpu);
    for (int32_t i = 0; model->recordings && i < code->num_parts; ++i)
      destroy_recording(model, &model->recordings[i]);
    destroy_recording(model, &model->transfer);
    while (model->buffers)
      release(device, (void *)model->buffers->address);
    for (int32_t i = 0; model->shaders && i < code->num_functions; ++i) {
      vk_shader *shader = &model->shaders[i];
      if (shader->pipeline)
        vk->DestroyPipeline(gpu, shader->pipeline, NULL);
      if (shader->layout)
        vk->DestroyPipelineLayout(gpu, shader->layout, NULL);
      if (shader->set_layout)
        vk->DestroyDescriptorSetLayout(gpu, shader->set_layout, NULL);
    }
  }
  onnxc_vulkan_shut(&model->gpu);
  free(model->recordings);
  free(model->shaders);
  free(model);
}

int32_t onnxc_open_vulkan(const onnxc_model *given, onnxc_context *context) {
  static const onnxc_driver driver = {allocate, release, write_bytes,
                                      read_bytes, begin, launch, copy, end,
                                      replay, close_model};
  int32_t status = onnxc_device_create(
      given, context, &driver, "vulkan",
      "the model was not compiled for Vulkan", sizeof(vk_model));
  if (status != ONNXC_OK)
    return status;
  const onnxc_device_code *code = given->device;
  vk_model *model = (vk_model *)context->device;
  model->next_address = 4096;
  status = onnxc_vulkan_find(&model->gpu, code, context);
  if (status == ONNXC_OK) {
    context->error_name = "the Vulkan device refused a kernel";
    model->shaders =
        calloc((size_t)code->num_functions + 1, sizeof *model->shaders);
    status = model->shaders ? create_recordings(model) : ONNXC_OUT_OF_MEMORY;
  }
  for (int32_t i = 0; i < code->num_functions && status == ONNXC_OK; ++i)
    status = create_shader(model, &model->shaders[i], &code->functions[i]);
  if (status == ONNXC_OK)
    status = onnxc_device_start(context);
  if (status != ONNXC_OK)
    onnxc_close_device(context);
  return status;
}
