/* onnxc/runtime.h: the interface between generated code, the runtime and the
 * application.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Everything here is plain C99 that C++ reads too. A compiled model is one
 * constant `onnxc_model`; running it writes nothing but the caller's outputs,
 * the caller's arena and the caller's array of dimensions.
 */
#ifndef ONNXC_RUNTIME_H
#define ONNXC_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

/* How generated headers define functions; C89 knows no `inline`. */
#if defined(__cplusplus) ||                                                    \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#define ONNXC_INLINE static inline
#elif defined(__GNUC__)
#define ONNXC_INLINE static __inline__
#else
#define ONNXC_INLINE static
#endif

/* What the linker calls a function that a generated header declares for the
 * application to define. Compilers that cannot be told take a macro. */
#ifdef __GNUC__
#define ONNXC_LINKED_AS(symbol)                                                \
  __asm__(ONNXC_QUOTED(__USER_LABEL_PREFIX__) #symbol)
#define ONNXC_QUOTED(text) ONNXC_QUOTED_AS_IS(text)
#define ONNXC_QUOTED_AS_IS(text) #text
#else
#define ONNXC_LINKED_AS(symbol)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a struct below changes. A model carries the version it was
 * compiled for; onnxc_run refuses any other. */
#define ONNXC_ABI_VERSION 7u

typedef enum onnxc_status {
  ONNXC_OK = 0,
  ONNXC_BAD_ABI,         /* the object was compiled for another runtime */
  ONNXC_BAD_CPU,         /* this CPU lacks an instruction set of the object */
  ONNXC_BAD_INPUT_COUNT, /* too few or too many inputs or outputs */
  ONNXC_BAD_INPUT_TYPE,  /* an input has another element type */
  ONNXC_BAD_INPUT_RANK,  /* an input has another rank */
  ONNXC_BAD_INPUT_SHAPE, /* a dimension is not what the model states */
  ONNXC_BAD_OUTPUT,      /* an output's buffer is missing or misdescribed */
  ONNXC_SMALL_ARENA,     /* the arena is smaller than needed or misaligned */
  ONNXC_NO_WEIGHTS,      /* the model's weights are not in the object */
  ONNXC_NO_ALLOCATOR,    /* a shape depends on data, no allocator is set */
  ONNXC_OUT_OF_MEMORY,   /* the allocator returned null */
  ONNXC_OVERFLOW,        /* a size does not fit in size_t */
  ONNXC_BAD_VALUE,       /* data made an operator impossible at run time */
  ONNXC_IO_ERROR,        /* a file could not be read (hosted part only) */
  ONNXC_NO_INPUT_DATA,   /* an input with elements has a null pointer */
  ONNXC_NO_DEVICE,       /* the model needs a device, none is open */
  ONNXC_NO_DRIVER,       /* the device's driver is not installed */
  ONNXC_BAD_DEVICE,      /* no device has what the model was compiled for */
  ONNXC_DEVICE_ERROR     /* the driver refused or the device failed */
} onnxc_status;

/* Element types, numbered as onnx.TensorProto.DataType numbers them. */
typedef enum onnxc_dtype {
  ONNXC_FLOAT = 1,
  ONNXC_UINT8 = 2,
  ONNXC_INT8 = 3,
  ONNXC_UINT16 = 4,
  ONNXC_INT16 = 5,
  ONNXC_INT32 = 6,
  ONNXC_INT64 = 7,
  ONNXC_STRING = 8,
  ONNXC_BOOL = 9,
  ONNXC_FLOAT16 = 10,
  ONNXC_DOUBLE = 11,
  ONNXC_UINT32 = 12,
  ONNXC_UINT64 = 13,
  ONNXC_COMPLEX64 = 14,
  ONNXC_COMPLEX128 = 15,
  ONNXC_BFLOAT16 = 16,
  ONNXC_FLOAT8E4M3FN = 17,
  ONNXC_FLOAT8E4M3FNUZ = 18,
  ONNXC_FLOAT8E5M2 = 19,
  ONNXC_FLOAT8E5M2FNUZ = 20,
  ONNXC_UINT4 = 21,
  ONNXC_INT4 = 22,
  ONNXC_FLOAT4E2M1 = 23,
  ONNXC_FLOAT8E8M0 = 24,
  ONNXC_UINT2 = 25,
  ONNXC_INT2 = 26
} onnxc_dtype;

/* A dense row-major tensor. Types below a byte take one byte an element, in
 * its low bits; the high ones repeat the sign of int4 and int2 and are else 0.
 * Bool is a byte, 0 or 1. Strings are onnxc_string. `shape` has `rank` entries.
 */
typedef struct onnxc_tensor {
  void *data;
  int64_t *shape;
  int32_t rank;
  int32_t dtype; /* onnxc_dtype */
} onnxc_tensor;

/* An element of a tensor of strings: `length` bytes, UTF-8 by convention, any
 * bytes by right, zeros among them; nothing ends them. `data` may be null where
 * there are none. The layout is the same on all targets of one byte order.
 * What an output's strings refer to belongs to others: to the caller where they
 * are parts of inputs, to the model where they are constants, and to the
 * context where the run made them; see onnxc_release_strings. */
typedef struct onnxc_string {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  uint64_t length;
#if UINTPTR_MAX < UINT64_MAX
  uint32_t reserved; /* not looked at */
#endif
  const char *data;
#else
  const char *data;
#if UINTPTR_MAX < UINT64_MAX
  uint32_t reserved; /* not looked at */
#endif
  uint64_t length;
#endif
} onnxc_string;

/* A C string, which has to outlive it. */
ONNXC_INLINE onnxc_string onnxc_make_string(const char *text) {
  onnxc_string string;
  string.data = text;
  string.length = 0;
  while (text && text[string.length])
    ++string.length;
  return string;
}

/* Runs body(args, begin, end) over a partition of [0, count), pieces of at
 * least `grain`, and returns when all have run. */
typedef void (*onnxc_parallel_body)(void *args, int64_t begin, int64_t end);
typedef void (*onnxc_parallel_for_fn)(void *pool, onnxc_parallel_body body,
                                      void *args, int64_t count, int64_t grain);
typedef void *(*onnxc_allocate_fn)(void *allocator, size_t bytes,
                                   size_t alignment);
typedef void (*onnxc_release_fn)(void *allocator, void *memory);
/* Told by a model compiled with --profile: step k of onnxc_model.steps begins,
 * or with -1, the last one begun has ended. */
typedef void (*onnxc_profile_fn)(void *profiler, int32_t step);

/* A value that a model compiled with --observe tells of. It is dense and
 * row-major, its elements as in an onnxc_tensor. Convolutions and what lies
 * between them may have their channels in blocks: [N, C/c, H, W, c] for
 * [N, C, H, W]. */
typedef struct onnxc_value_info {
  const char *makers; /* the ONNX nodes, with commas, whose value it is; more
                       * than one where they were computed as one operator */
  const char *nodes;  /* all that its kernel computes */
  const char *kernel; /* null where the entry itself wrote it */
  int32_t dtype;      /* onnxc_dtype */
  int32_t rank;
} onnxc_value_info;
/* Told behind each kernel of each tensor that it wrote. `sizes` has `rank`
 * entries; neither they nor the value outlive the call. */
typedef void (*onnxc_observe_fn)(void *observer, const onnxc_value_info *value,
                                 const void *address, const int64_t *sizes);

/* What one call needs from the application. Zero is a valid value for all but
 * the arena (a null parallel_for runs on the calling thread). Two threads may
 * run one model at once with two contexts. Generated code reads the fields by
 * their order: all are pointer-sized. */
typedef struct onnxc_context {
  void *arena; /* aligned to ONNXC_ARENA_ALIGNMENT */
  size_t arena_bytes;
  const void *weights; /* needed when the model does not embed them */
  onnxc_parallel_for_fn parallel_for;
  void *pool;
  onnxc_allocate_fn allocate; /* needed by data-dependent shapes only */
  onnxc_release_fn release;
  void *allocator;
  const char *error_name; /* set on failure: the input, output or node to blame,
                           * a node with the sizes that it does not take */
  onnxc_profile_fn
      profile; /* for models compiled with --profile; may be null */
  void *profiler;
  struct onnxc_device *device; /* of models compiled for one, opened below */
  void *strings; /* memory of the strings that the last run made; else null */
  onnxc_observe_fn
      observe; /* for models compiled with --observe; may be null */
  void *observer;
} onnxc_context;

#define ONNXC_ARENA_ALIGNMENT 64

/* What a tensor is where an input or output of the model is no tensor. A
 * sequence is two: all elements of its tensors, one behind the other, and after
 * it the shapes, a row of sizes for each tensor; where tensors have different
 * ranks, -1 fills up the rows of those with fewer dimensions. An optional
 * tensor is a sequence of one or none. An optional sequence has a third tensor,
 * a bool, whether there is one. onnxc_pack and onnxc_element write and read
 * them. */
typedef enum onnxc_part {
  ONNXC_WHOLE = 0,           /* a tensor of the model */
  ONNXC_SEQUENCE_VALUES = 1, /* followed by ONNXC_SHAPES */
  ONNXC_OPTIONAL_VALUES = 2, /* followed by ONNXC_SHAPES */
  ONNXC_SHAPES = 3,          /* [length, rank], int64 */
  ONNXC_PRESENT = 4,         /* behind the two of an optional sequence */
  ONNXC_MAP_KEYS = 5,        /* followed by ONNXC_MAP_VALUES, as many of them */
  ONNXC_MAP_VALUES = 6
} onnxc_part;

/* One input or output. dims[i] >= 0 is fixed; dims[i] == -1-k is symbol k of
 * the model; ONNXC_COMPUTED (outputs only) is an expression, see
 * onnxc_model.output_shapes. Where an output has `from_data`, its shape is
 * known after the run only: the run allocates it. All others are the caller's.
 */
#define ONNXC_COMPUTED INT64_MIN
typedef struct onnxc_tensor_info {
  const char *name;
  const char *doc; /* may be null */
  const int64_t *dims;
  int32_t rank;
  int32_t dtype;
  int32_t from_data;
  int32_t part; /* onnxc_part */
} onnxc_tensor_info;

/* A free dimension. `max` is -1 where it has no bound. Symbols with
 * `from_data` are written by the run (NonZero and its like); the others are
 * read off the input shapes. */
typedef struct onnxc_symbol_info {
  const char *name;
  int64_t min, max;
  int32_t from_data;
  int32_t reserved;
} onnxc_symbol_info;

typedef struct onnxc_metadata {
  const char *key, *value;
} onnxc_metadata;

/* One kernel call of a model compiled with --profile. */
typedef struct onnxc_step_info {
  const char *nodes; /* names of the ONNX nodes it computes, with commas */
  const char *kernel;
} onnxc_step_info;

/* The generated entry point, without checks. `symbols` has num_symbols
 * entries, those of inputs filled in. outputs[i] may be null only where the
 * output is from_data; the run then allocates it. After a failure
 * the caller releases what was allocated: outputs[i] is null or valid. */
typedef int32_t (*onnxc_entry_fn)(onnxc_context *context, int64_t *symbols,
                                  const void *const *inputs, void **outputs);

/* One function of a device. */
typedef struct onnxc_device_function {
  const char *name;
  const void *code; /* its SPIR-V module; null where one image holds all */
  uint64_t code_bytes;
  int32_t num_buffers, num_sizes; /* arguments: addresses, 32-bit integers */
  int32_t threads;                /* of a group */
  int32_t reserved;
} onnxc_device_function;

/* A tensor that a part reads or writes. The device keeps it in a slot, memory
 * that parts share: what one writes the next may read. */
typedef struct onnxc_device_tensor {
  int32_t slot;
  int32_t is_transferred; /* the host gives it before, or takes it after */
} onnxc_device_tensor;

/* What a device runs in one go. `record` calls the context's launch and copy,
 * in order, with addresses of the device; the inputs and outputs it is given
 * are such addresses, too. */
typedef struct onnxc_device_part {
  onnxc_entry_fn record;
  int64_t (*arena_bytes)(const int64_t *symbols);
  /* Writes the bytes of the inputs, then of the outputs. */
  void (*tensor_bytes)(const int64_t *symbols, int64_t *bytes);
  const onnxc_device_tensor *tensors; /* inputs, then outputs */
  int32_t num_inputs, num_outputs;
  int32_t first_function; /* `record` counts functions from here */
  int32_t reserved;
} onnxc_device_part;

/* What a model compiled for a device brings along. The model's entry has the
 * context's device run one part after the other, and does the rest itself. */
typedef struct onnxc_device_code {
  const char *interface; /* "vulkan" or "cuda" */
  uint64_t features;     /* ONNXC_GPU_* bits that the functions need */
  uint64_t level;        /* the compute capability, 80 for 8.0; else 0 */
  const onnxc_device_function *functions;
  int32_t num_functions, num_parts;
  const char *image; /* PTX, or null */
  uint64_t image_bytes;
  const onnxc_device_part *parts;
  int32_t num_slots, reserved;
  uint64_t weights_bytes; /* the first of the weights, which the parts read */
} onnxc_device_code;

#define ONNXC_GPU_INT64 (1ull << 0)
#define ONNXC_GPU_INT16 (1ull << 1)
#define ONNXC_GPU_INT8 (1ull << 2)
#define ONNXC_GPU_FLOAT64 (1ull << 3)
#define ONNXC_GPU_FLOAT16 (1ull << 4)
#define ONNXC_GPU_STORAGE16 (1ull << 5)
#define ONNXC_GPU_STORAGE8 (1ull << 6)

/* A compiled model; the generic descriptor. All pointers are to constants. */
typedef struct onnxc_model {
  uint32_t abi_version;
  uint32_t flags; /* ONNXC_MODEL_* */
  const char *name;
  const char *producer; /* "pytorch 2.4", or null */
  const char *doc;
  const char *target;    /* triple and CPU it was compiled for */
  uint64_t cpu_features; /* ONNXC_CPU_* bits the object needs */
  int32_t num_inputs, num_outputs, num_symbols, num_metadata;
  const onnxc_tensor_info *inputs, *outputs;
  const onnxc_symbol_info *symbols;
  const onnxc_metadata *metadata;
  const void *weights; /* null when not embedded */
  uint64_t weights_bytes;
  const char *weights_file; /* its name beside the object, or null */
  onnxc_entry_fn entry;
  /* Bytes of arena for these symbols; -1 on overflow. */
  int64_t (*arena_bytes)(const int64_t *symbols);
  /* Writes the dims of all outputs, one after the other. */
  void (*output_shapes)(const int64_t *symbols, int64_t *dims);
  const onnxc_step_info *steps; /* null without --profile */
  int32_t num_steps, reserved;
  const onnxc_device_code *device; /* null for models that run on the CPU */
} onnxc_model;

#define ONNXC_MODEL_NEEDS_ALLOCATOR 1u
#define ONNXC_MODEL_EXTERN_WEIGHTS 2u

/* The descriptor of a model compiled with prefix P is the symbol `P_model`. A
 * shared library also exports `const onnxc_model *const onnxc_models[]`, its
 * models followed by a null, so that tools find them without a name. */
#define ONNXC_MODELS_SYMBOL "onnxc_models"

/* Instruction sets of x86-64 beyond its baseline; other architectures number
 * their own. */
#define ONNXC_CPU_X86_SSE42 (1ull << 0)
#define ONNXC_CPU_X86_AVX (1ull << 1)
#define ONNXC_CPU_X86_AVX2 (1ull << 2)
#define ONNXC_CPU_X86_FMA (1ull << 3)
#define ONNXC_CPU_X86_F16C (1ull << 4)
#define ONNXC_CPU_X86_BMI2 (1ull << 5)
#define ONNXC_CPU_X86_AVX512F (1ull << 6)
#define ONNXC_CPU_X86_AVX512BW (1ull << 7)
#define ONNXC_CPU_X86_AVX512VL (1ull << 8)
#define ONNXC_CPU_X86_AVX512DQ (1ull << 9)
#define ONNXC_CPU_X86_AVX512VNNI (1ull << 10)
#define ONNXC_CPU_X86_AVXVNNI (1ull << 11)
#define ONNXC_CPU_X86_AVX512BF16 (1ull << 12)
#define ONNXC_CPU_X86_AVX512FP16 (1ull << 13)
#define ONNXC_CPU_X86_POPCNT (1ull << 14)
#define ONNXC_CPU_X86_LZCNT (1ull << 15)
#define ONNXC_CPU_X86_BMI (1ull << 16)
#define ONNXC_CPU_X86_MOVBE (1ull << 17)
#define ONNXC_CPU_X86_AVX512CD (1ull << 18)
#define ONNXC_CPU_X86_AVX512IFMA (1ull << 19)
#define ONNXC_CPU_X86_AVX512VBMI (1ull << 20)
#define ONNXC_CPU_X86_AVX512VBMI2 (1ull << 21)
#define ONNXC_CPU_X86_AVX512BITALG (1ull << 22)
#define ONNXC_CPU_X86_AVX512VPOPCNTDQ (1ull << 23)
#define ONNXC_CPU_X86_GFNI (1ull << 24)
#define ONNXC_CPU_X86_SSE3 (1ull << 25)
#define ONNXC_CPU_X86_SSSE3 (1ull << 26)
#define ONNXC_CPU_X86_SSE41 (1ull << 27)
#define ONNXC_CPU_X86_SSE4A (1ull << 28)
#define ONNXC_CPU_X86_XOP (1ull << 29)
#define ONNXC_CPU_X86_FMA4 (1ull << 30)
#define ONNXC_CPU_X86_TBM (1ull << 31)
#define ONNXC_CPU_X86_AVXIFMA (1ull << 32)
#define ONNXC_CPU_X86_AVXVNNIINT8 (1ull << 33)
#define ONNXC_CPU_X86_AVXVNNIINT16 (1ull << 34)
#define ONNXC_CPU_X86_AVXNECONVERT (1ull << 35)
#define ONNXC_CPU_X86_APX (1ull << 36)

/* --- freestanding core --------------------------------------------------- */

/* The ONNXC_CPU_* bits of the CPU this runs on; 0 where none are numbered. */
uint64_t onnxc_cpu_features(void);
/* The status in words: a constant string, never null. */
const char *onnxc_status_string(int32_t status);
/* Bytes of an element in memory, 0 for an unknown type. */
size_t onnxc_dtype_size(int32_t dtype);
const char *onnxc_dtype_name(int32_t dtype);
/* ABI and CPU; done by onnxc_run, cheap enough to call each time. */
int32_t onnxc_check_model(const onnxc_model *model);
/* Reads the symbols off the inputs' shapes, checking count, type, rank, fixed
 * dimensions, bounds and that one symbol has one value. The inputs' data is not
 * looked at. Symbols with from_data become 0. `context` may be null; else its
 * error_name is set on failure. */
int32_t onnxc_bind_symbols(const onnxc_model *model, onnxc_context *context,
                           const onnxc_tensor *inputs, int32_t num_inputs,
                           int64_t *symbols);
/* Checks everything, then runs. outputs[i].shape must have room for the rank
 * and receives the shape; outputs[i].data is the caller's buffer, or null for
 * one that the run allocates because it is from_data (release it with
 * context->release; after a failure nothing is left to release). `symbols`
 * has num_symbols entries. Uses a few bytes of stack per input and output. */
int32_t onnxc_run(const onnxc_model *model, onnxc_context *context,
                  const onnxc_tensor *inputs, int32_t num_inputs,
                  onnxc_tensor *outputs, int32_t num_outputs, int64_t *symbols);
/* The tensor at a position of a sequence, 0 for an optional tensor: its data
 * points into that of `values`, its shape, for which the caller has room, is
 * written. ONNXC_BAD_VALUE where there is none, or the two tensors do not
 * belong together. */
int32_t onnxc_element(const onnxc_tensor *values, const onnxc_tensor *shapes,
                      int64_t position, onnxc_tensor *element);
/* Writes `count` tensors of one type, row after row, to the memory that
 * `values` and `shapes` have, and sets their sizes. `columns` is the rank that
 * the model states, or the greatest of the tensors'. Either memory may be null:
 * then it is only told what is needed. ONNXC_BAD_INPUT_RANK where a tensor has
 * more dimensions, ONNXC_OVERFLOW where sizes are negative or too large. */
int32_t onnxc_pack(const onnxc_tensor *elements, int64_t count, int32_t columns,
                   onnxc_tensor *values, onnxc_tensor *shapes);
/* Releases the strings that the context's last run made, which its next run
 * does, too. Outputs that refer to them are read before. */
void onnxc_release_strings(onnxc_context *context);

/* --- hosted part ---------------------------------------------------------- */

void *onnxc_aligned_alloc(void *unused, size_t bytes, size_t alignment);
void onnxc_aligned_free(void *unused, void *memory);
/* Sets allocate and release to the two above. */
void onnxc_use_host_allocator(onnxc_context *context);

typedef struct onnxc_pool onnxc_pool;
/* A pool of num_threads, the caller counted; 0 takes all CPUs. Null when the
 * threads cannot be started. */
onnxc_pool *onnxc_pool_create(int32_t num_threads);
void onnxc_pool_destroy(onnxc_pool *pool);
int32_t onnxc_pool_num_threads(const onnxc_pool *pool);
/* An onnxc_parallel_for_fn over an onnxc_pool. */
void onnxc_pool_parallel_for(void *pool, onnxc_parallel_body body, void *args,
                             int64_t count, int64_t grain);
void onnxc_use_pool(onnxc_context *context, onnxc_pool *pool);

/* Opens the first device that can run a model compiled for Vulkan, or for CUDA
 * (the driver's library is looked for at run time; nothing is linked), takes
 * the model's weights there, and sets context->device. After a failure
 * error_name says what was missing. The first run, and one of other sizes,
 * records the launches; the others replay them. */
int32_t onnxc_open_vulkan(const onnxc_model *model, onnxc_context *context);
int32_t onnxc_open_cuda(const onnxc_model *model, onnxc_context *context);
/* Closes the context's device, if there is one. */
void onnxc_close_device(onnxc_context *context);

/* Maps a weights file of exactly `bytes` bytes; null if it cannot. */
const void *onnxc_map_weights(const char *path, uint64_t bytes);
void onnxc_unmap_weights(const void *weights, uint64_t bytes);

#ifdef __cplusplus
}
#endif
#endif /* ONNXC_RUNTIME_H */
