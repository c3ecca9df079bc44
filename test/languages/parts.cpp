// parts.cpp: prints what parts_model.py expects, in C++.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <functional>
#include <iostream>
#include <onnxc/session.hpp>
#include <thread>

using onnxc::Input;
using Inputs = onnxc::Session::Inputs;

static const std::vector<float> x = {1, 2, 3, 4, 5, 0};
static const std::vector<int64_t> at = {1, 0};
static const std::vector<std::string> words = {"one", "Zwei drei", "schön"};
static const std::vector<bool> flags = {true, false};
static const std::vector<uint16_t> halves = {0x3c00, 0xc000}, zeros = {0, 0};
static const std::vector<int32_t> ints = {7, -8};

static Inputs first() {
  return {{"x", {x, {2, 3}}},
          {"at", {at, {2}}},
          {"words", {words, {3}}},
          {"flags", {flags, {2}}},
          {"halves", {ONNXC_FLOAT16, halves.data(), 2, {2}}},
          {"ints", {ints, {2, 1}}}};
}

static Inputs with(const std::string &name, Input input) {
  Inputs inputs;
  for (auto &[key, value] : first())
    inputs.emplace_back(key, key == name ? input : value);
  return inputs;
}

template <typename T> static void print(const T *data, size_t count) {
  for (size_t i = 0; i < count; ++i)
    std::cout << " " << +data[i];
}

static void print(const onnxc::Output &output) {
  std::cout << output.name() << " [";
  const char *separator = "";
  for (int64_t size : output.shape()) {
    std::cout << separator << size;
    separator = ", ";
  }
  std::cout << "]:";
  switch (output.dtype()) {
  case ONNXC_FLOAT:
    print(output.as<float>().data(), output.size());
    break;
  case ONNXC_DOUBLE:
    print(output.as<double>().data(), output.size());
    break;
  case ONNXC_INT64:
    print(output.as<int64_t>().data(), output.size());
    break;
  case ONNXC_INT32:
    print(output.as<int32_t>().data(), output.size());
    break;
  case ONNXC_BOOL:
    print(output.as<bool>().data(), output.size());
    break;
  case ONNXC_FLOAT16:
    print(static_cast<const uint16_t *>(output.data()), output.size());
    break;
  default:
    separator = " ";
    for (const std::string &text : output.strings()) {
      std::cout << separator << text;
      separator = "|";
    }
  }
  std::cout << "\n";
}

static void refuse(const char *what, const std::function<void()> &call,
                   bool sayWords = true) {
  try {
    call();
    std::cout << what << ": taken\n";
  } catch (const onnxc::Error &error) {
    std::cout << what << ": " << (sayWords ? error.what() : "refused") << "\n";
  }
}

static void refuseAll(onnxc::Session &session) {
  auto run = [&](Inputs inputs) {
    return [&session, inputs] { session.run(inputs); };
  };
  std::vector<double> doubles(x.begin(), x.end());
  std::vector<float> eight(8);
  std::vector<int32_t> three(3);
  Inputs more = first(), fewer = first();
  more.emplace_back("y", Input(x, {2, 3}));
  fewer.erase(fewer.begin() + 1);
  refuse("name", run(more));
  refuse("type", run(with("x", {doubles, {2, 3}})));
  refuse("shape", run(with("x", {eight, {2, 4}})));
  refuse("rank", run(with("x", {x, {6}})));
  refuse("missing", run(fewer));
  refuse("sizes", run(with("flags", {{true, true, true}, {3}})));
  refuse("run", run(with("ints", {three, {3, 1}})));
  refuse("count", run(with("x", {x, {3, 3}})), false);
  session.run(first());
  refuse("read", [&] { session.output("rows").as<double>(); }, false);
  refuse("file", [] { onnxc::Library("/dev/null"); }, false);
}

/// Runs a session of its own on its own numbers.
static void runOften(const onnxc::Library &library, float factor,
                     std::atomic<bool> &isRight) {
  onnxc::Session session(library);
  std::vector<float> scaled;
  for (float element : x)
    scaled.push_back(factor * element);
  for (int i = 0; i < 200; ++i) {
    session.run(with("x", {scaled, {2, 3}}));
    if (session.output("rows").as<float>()[0] != 4 * factor)
      isRight = false;
  }
}

int main(int, char **argv) {
  onnxc::Library library(argv[1]);
  onnxc::Session session(library);
  for (bool isOutput : {false, true})
    for (int32_t i = 0; i < onnxc_session_count(session.get(), isOutput); ++i)
      std::cout << (isOutput ? "output " : "input ")
                << onnxc_session_name(session.get(), isOutput, i) << ": "
                << session.describe(isOutput, i) << "\n";
  session.run(first());
  for (const onnxc::Output &output : session.outputs())
    print(output);
  std::vector<float> none(3);
  session.run({{"x", {none, {1, 3}}},
               {"at", {std::vector<int64_t>(), {0}}},
               {"words", {std::vector<std::string>(), {0}}},
               {"flags", {std::vector<bool>(), {0}}},
               {"halves", {ONNXC_FLOAT16, zeros.data(), 2, {2}}},
               {"ints", {std::vector<int32_t>{0}, {1, 1}}}});
  for (const onnxc::Output &output : session.outputs())
    print(output);
  refuseAll(session);
  session.run(first());
  print(session.output("rows"));

  std::atomic<bool> isRight = true;
  std::thread other(runOften, std::cref(library), 2.f, std::ref(isRight));
  runOften(library, 3.f, isRight);
  other.join();
  std::cout << "threads: " << (isRight ? "right" : "wrong") << "\n";
  onnxc::Session pool(library, 2);
  pool.run(first());
  std::cout << "pool: "
            << (pool.output("rows").as<float>()[0] == 4 ? "right" : "wrong")
            << "\n";
}
