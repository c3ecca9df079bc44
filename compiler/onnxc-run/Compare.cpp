//===- Compare.cpp - How far an output is from the expected one -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Compare.h"
#include "compiler/onnxc-run/Elements.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace onnxc::run {

static bool isNan(Number n) { return std::isnan(n.re) || std::isnan(n.im); }
static bool isInfinite(Number n) {
  return std::isinf(n.re) || std::isinf(n.im);
}
static long double magnitude(Number n) {
  return n.im == 0 ? std::fabs(n.re) : std::hypot(n.re, n.im);
}

static std::string text(Number n) {
  std::string result;
  raw_string_ostream os(result);
  os << format("%.9g", static_cast<double>(n.re));
  if (n.im != 0)
    os << format("%+.9gi", static_cast<double>(n.im));
  return result;
}

static std::string quote(StringRef string) {
  std::string text;
  raw_string_ostream os(text);
  os << '"';
  os.write_escaped(string) << '"';
  return text;
}

static Comparison compareStrings(const HostTensor &got,
                                 const HostTensor &expected) {
  Comparison result;
  result.count = got.count();
  for (int64_t i = 0; i < result.count; ++i) {
    if (got.string(i) == expected.string(i) || ++result.mismatches > 1)
      continue;
    result.worst = i;
    result.got = quote(got.string(i));
    result.expected = quote(expected.string(i));
  }
  return result;
}

Comparison compareTensors(const HostTensor &got, const HostTensor &expected,
                          const Tolerance &tolerance) {
  Comparison result;
  if (got.dtype != expected.dtype) {
    result.problem = std::string("has type ") + onnxc_dtype_name(got.dtype) +
                     ", expected " + onnxc_dtype_name(expected.dtype);
    return result;
  }
  if (got.shape != expected.shape) {
    result.problem = "has shape " + shapeString(got.shape) + ", expected " +
                     shapeString(expected.shape);
    return result;
  }
  if (got.dtype == ONNXC_STRING)
    return compareStrings(got, expected);
  long double rtol = tolerance.rtol;
  if (got.dtype == ONNXC_BFLOAT16)
    rtol = std::max(rtol, 0x1p-6L);

  result.count = got.count();
  long double maxAbs = 0, largest = 0, worstBy = -1;
  for (int64_t i = 0; i < result.count; ++i) {
    Number a = loadElement(got, i), e = loadElement(expected, i);
    bool exact = isNan(a) || isNan(e) || isInfinite(a) || isInfinite(e);
    bool matches;
    long double by; // how bad a mismatch is
    if (exact) {
      matches = (isNan(a) && isNan(e)) || (a.re == e.re && a.im == e.im);
      by = HUGE_VALL;
    } else {
      long double difference = magnitude({a.re - e.re, a.im - e.im});
      maxAbs = std::max(maxAbs, difference);
      largest = std::max(largest, magnitude(e));
      if (difference != 0)
        result.maxUlp = std::max(result.maxUlp, ulpDistance(got, expected, i));
      matches = difference <= tolerance.atol + rtol * magnitude(e);
      by = difference;
    }
    if (matches)
      continue;
    ++result.mismatches;
    if (by > worstBy) {
      worstBy = by;
      result.worst = i;
      result.got = text(a);
      result.expected = text(e);
    }
  }
  result.maxAbs = static_cast<double>(maxAbs);
  result.maxRelative =
      largest > 0 ? static_cast<double>(maxAbs / largest) : result.maxAbs;
  return result;
}

std::string Comparison::summary() const {
  if (!problem.empty())
    return problem;
  std::string result;
  raw_string_ostream os(result);
  os << "max abs " << format("%.3g", maxAbs) << ", relative to the largest "
     << format("%.3g", maxRelative) << ", ulp " << format("%.3g", maxUlp);
  if (mismatches)
    os << "; " << mismatches << " of " << count << " differ, worst at element "
       << worst << ": " << got << " instead of " << expected;
  return result;
}

} // namespace onnxc::run
