// onnxc/session.hpp: compiled models by the names of their inputs and outputs,
// in C++17. It is header-only, over onnxc/session.h of the runtime.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_SESSION_HPP
#define ONNXC_SESSION_HPP

#include <onnxc/session.h>

#include <complex>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace onnxc {

/// What a call says that does not give outputs.
class Error : public std::runtime_error {
public:
  Error(int32_t status, const std::string &text, const char *blamed = nullptr)
      : std::runtime_error(text), status(status), name(blamed ? blamed : "") {}
  /// An onnxc_status.
  int32_t status;
  /// The input, output or node that it is about; else empty.
  std::string name;
};

/// The onnxc_dtype of a type of C++.
template <typename T> struct Dtype;
template <> struct Dtype<float> {
  static constexpr int32_t value = ONNXC_FLOAT;
};
template <> struct Dtype<double> {
  static constexpr int32_t value = ONNXC_DOUBLE;
};
template <> struct Dtype<int8_t> {
  static constexpr int32_t value = ONNXC_INT8;
};
template <> struct Dtype<int16_t> {
  static constexpr int32_t value = ONNXC_INT16;
};
template <> struct Dtype<int32_t> {
  static constexpr int32_t value = ONNXC_INT32;
};
template <> struct Dtype<int64_t> {
  static constexpr int32_t value = ONNXC_INT64;
};
template <> struct Dtype<uint8_t> {
  static constexpr int32_t value = ONNXC_UINT8;
};
template <> struct Dtype<uint16_t> {
  static constexpr int32_t value = ONNXC_UINT16;
};
template <> struct Dtype<uint32_t> {
  static constexpr int32_t value = ONNXC_UINT32;
};
template <> struct Dtype<uint64_t> {
  static constexpr int32_t value = ONNXC_UINT64;
};
template <> struct Dtype<bool> {
  static constexpr int32_t value = ONNXC_BOOL;
};
template <> struct Dtype<std::complex<float>> {
  static constexpr int32_t value = ONNXC_COMPLEX64;
};
template <> struct Dtype<std::complex<double>> {
  static constexpr int32_t value = ONNXC_COMPLEX128;
};

using Shape = std::vector<int64_t>;

/// Elements for an input, row by row. Numbers are not copied: they have to be
/// there until the run has ended. Strings and vectors of bool are copied.
class Input {
public:
  template <typename T>
  Input(const T *data, size_t count, Shape shape)
      : Input(Dtype<T>::value, data, count, std::move(shape)) {}
  template <typename T>
  Input(const std::vector<T> &data, Shape shape)
      : Input(data.data(), data.size(), std::move(shape)) {}
  Input(const std::vector<bool> &data, Shape shape)
      : dtype(ONNXC_BOOL), data(nullptr), count(data.size()),
        shape(std::move(shape)), bytes(data.begin(), data.end()) {}
  Input(const std::vector<std::string> &texts, Shape shape)
      : dtype(ONNXC_STRING), data(nullptr), count(texts.size()),
        shape(std::move(shape)) {
    for (const std::string &text : texts) {
      lengths.push_back(static_cast<int64_t>(text.size()));
      bytes += text;
    }
  }
  /// A type that C++ has not, as memory holds it: float16 and its like.
  Input(int32_t dtype, const void *data, size_t count, Shape shape)
      : dtype(dtype), data(data), count(count), shape(std::move(shape)) {}

private:
  friend class Session;
  int32_t dtype;
  const void *data;
  size_t count;
  Shape shape;
  std::vector<int64_t> lengths;
  std::string bytes;
};

/// The elements of an output, in the session's memory until its next run.
template <typename T> class Elements {
public:
  Elements(const T *data, size_t count) : first(data), count(count) {}
  const T *begin() const { return first; }
  const T *end() const { return first + count; }
  const T *data() const { return first; }
  size_t size() const { return count; }
  const T &operator[](size_t i) const { return first[i]; }

private:
  const T *first;
  size_t count;
};

class Output {
public:
  const char *name() const {
    return onnxc_session_name(session, ONNXC_IS_OUTPUT, number);
  }
  int32_t dtype() const {
    return onnxc_session_dtype(session, ONNXC_IS_OUTPUT, number);
  }
  Shape shape() const {
    Shape sizes;
    for (int32_t d = 0,
                 rank = onnxc_session_rank(session, ONNXC_IS_OUTPUT, number);
         d < rank; ++d)
      sizes.push_back(onnxc_session_dim(session, ONNXC_IS_OUTPUT, number, d));
    return sizes;
  }
  /// Refuses any type but the output's.
  template <typename T> Elements<T> as() const {
    if (Dtype<T>::value != dtype())
      throw Error(ONNXC_BAD_OUTPUT,
                  std::string("output '") + name() + "' is " +
                      onnxc_dtype_name(dtype()) + ", not " +
                      onnxc_dtype_name(Dtype<T>::value),
                  name());
    return {static_cast<const T *>(data()), size()};
  }
  std::vector<std::string> strings() const {
    if (dtype() != ONNXC_STRING)
      throw Error(ONNXC_BAD_OUTPUT,
                  std::string("output '") + name() + "' is " +
                      onnxc_dtype_name(dtype()) + ", not string",
                  name());
    std::vector<std::string> texts;
    const auto *from = static_cast<const onnxc_string *>(data());
    for (size_t i = 0; i < size(); ++i)
      texts.emplace_back(from[i].length ? from[i].data : "",
                         static_cast<size_t>(from[i].length));
    return texts;
  }
  const void *data() const {
    return onnxc_session_data(session, ONNXC_IS_OUTPUT, number);
  }
  size_t size() const {
    return static_cast<size_t>(
        onnxc_session_elements(session, ONNXC_IS_OUTPUT, number));
  }

private:
  friend class Session;
  Output(const onnxc_session *session, int32_t number)
      : session(session), number(number) {}
  const onnxc_session *session;
  int32_t number;
};

/// A shared library that `onnxc --emit=shared` has written. Threads may share
/// it; copies are the same library.
class Library {
public:
  /// `prefix` names one of several models, `weights` a file of weights that
  /// does not lie beside the library.
  explicit Library(const std::string &path, const char *prefix = nullptr,
                   const char *weights = nullptr) {
    char message[512];
    library.reset(onnxc_library_open(path.c_str(), prefix, weights, message,
                                     sizeof message),
                  onnxc_library_close);
    if (!library)
      throw Error(ONNXC_IO_ERROR, message);
  }

private:
  friend class Session;
  std::shared_ptr<onnxc_library> library;
};

/// A model with the memory that it runs in. A thread has one of its own.
class Session {
public:
  using Inputs = std::vector<std::pair<std::string, Input>>;

  /// `threads` is how many a run takes; 0 takes all CPUs.
  explicit Session(const onnxc_model &model, int32_t threads = 1,
                   const void *weights = nullptr) {
    start(model, threads, weights);
  }
  explicit Session(const Library &from, int32_t threads = 1)
      : library(from.library) {
    start(*onnxc_library_model(library.get()), threads,
          onnxc_library_weights(library.get()));
  }

  /// Each input by its name. Everything is checked first.
  void run(const Inputs &inputs) {
    onnxc_session_forget(handle.get());
    for (const auto &[name, input] : inputs) {
      int32_t number =
          onnxc_session_find(handle.get(), ONNXC_IS_INPUT, name.c_str());
      if (number < 0)
        throw Error(ONNXC_BAD_INPUT_COUNT, message());
      set(number, name, input);
    }
    check(onnxc_session_run(handle.get()));
  }

  Output output(const std::string &name) {
    int32_t number =
        onnxc_session_find(handle.get(), ONNXC_IS_OUTPUT, name.c_str());
    if (number < 0)
      throw Error(ONNXC_BAD_OUTPUT, message());
    return {handle.get(), number};
  }
  std::vector<Output> outputs() const {
    std::vector<Output> all;
    for (int32_t i = 0,
                 count = onnxc_session_count(handle.get(), ONNXC_IS_OUTPUT);
         i < count; ++i)
      all.push_back({handle.get(), i});
    return all;
  }
  /// "float32 [batch, 8, 8]"
  std::string describe(bool isOutput, int32_t number) {
    return onnxc_session_describe(handle.get(), isOutput, number);
  }
  /// The session of C.
  onnxc_session *get() const { return handle.get(); }

private:
  struct Destroy {
    void operator()(onnxc_session *session) const {
      onnxc_session_destroy(session);
    }
  };
  std::shared_ptr<onnxc_library> library;
  std::unique_ptr<onnxc_session, Destroy> handle;

  std::string message() const { return onnxc_session_message(handle.get()); }

  void check(int32_t status) const {
    if (status != ONNXC_OK)
      throw Error(status, message(), onnxc_session_blamed(handle.get()));
  }

  void start(const onnxc_model &model, int32_t threads, const void *weights) {
    char text[512];
    handle.reset(onnxc_session_create(&model, weights, text, sizeof text));
    if (!handle)
      throw Error(ONNXC_BAD_ABI, text);
    if (threads != 1)
      check(onnxc_session_use_threads(handle.get(), threads));
  }

  void set(int32_t number, const std::string &name, const Input &input) {
    const void *data = input.dtype == ONNXC_STRING ? nullptr
                       : input.dtype == ONNXC_BOOL && !input.data
                           ? input.bytes.data()
                           : input.data;
    check(onnxc_session_set(handle.get(), number, input.dtype,
                            static_cast<int32_t>(input.shape.size()),
                            input.shape.data(), data));
    auto elements = static_cast<size_t>(
        onnxc_session_elements(handle.get(), ONNXC_IS_INPUT, number));
    if (elements != input.count)
      throw Error(ONNXC_BAD_INPUT_SHAPE,
                  "input '" + name + "': it has " +
                      std::to_string(input.count) +
                      " elements, its shape takes " + std::to_string(elements),
                  name.c_str());
    if (input.dtype == ONNXC_STRING)
      check(onnxc_session_set_strings(
          handle.get(), number, static_cast<int64_t>(input.count),
          input.lengths.data(), input.bytes.data()));
  }
};

} // namespace onnxc

#endif // ONNXC_SESSION_HPP
