// digits.cpp: reads handwritten digits, in C++.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "digits.h" // declares digits_model

#include <algorithm>
#include <fstream>
#include <iostream>
#include <onnxc/session.hpp>

int main(int argc, char **argv) try {
  std::ifstream file(argc > 1 ? argv[1] : "digits.txt");
  std::vector<int64_t> labels;
  std::vector<float> points;
  for (int64_t label; file >> label;) {
    labels.push_back(label);
    float point;
    for (int i = 0; i < 64 && file >> point; ++i)
      points.push_back(point);
  }
  const auto count = static_cast<int64_t>(labels.size());

  onnxc::Session session(digits_model);
  session.run({{"image", {points, {count, 8, 8}}}});
  auto digits = session.output("digit").as<int64_t>();
  auto scores = session.output("scores").as<float>();

  int64_t right = 0;
  for (int64_t i = 0; i < count; ++i)
    right += digits[i] == labels[i];
  std::cout << right << " of " << count << " digits are right\n";
  for (int64_t i = 0; i < count; ++i)
    if (digits[i] != labels[i])
      std::cout << "line " << i + 1 << " is a " << labels[i] << ", read as "
                << digits[i] << " with "
                << static_cast<int>(100 * scores[10 * i + digits[i]] + 0.5f)
                << " %\n";

  // What does not fit is refused before anything runs.
  try {
    session.run({{"image", {points, {count, 64}}}});
  } catch (const onnxc::Error &error) {
    std::cout << error.what() << "\n";
  }
} catch (const std::exception &error) {
  std::cerr << "digits: " << error.what() << "\n";
  return 1;
}
