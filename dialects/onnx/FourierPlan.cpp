//===- FourierPlan.cpp - How a Fourier transform is computed --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/FourierPlan.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc::onnx;
using llvm::ArrayRef;
using llvm::SmallVector;
using Complex = std::complex<double>;

// What they cost and how much code they are grows with the square of a radix.
static constexpr int64_t kRadices[] = {8, 2, 3, 5, 7, 11, 13};

/// The angle is brought below an eighth of a turn, where it is exact.
Complex onnxc::onnx::getUnitRoot(int64_t k, int64_t n) {
  k %= n;
  int64_t eighths = 8 * k / n, rest = 8 * k - eighths * n;
  bool isOdd = eighths % 2 != 0;
  if (isOdd)
    rest = n - rest;
  double angle = double(rest) / double(n) * (llvm::numbers::pi / 4);
  double cos = std::cos(angle), sin = std::sin(angle);
  // Odd eighths count backwards from the next multiple of a quarter.
  Complex root = isOdd ? Complex(cos, sin) : Complex(cos, -sin);
  static const Complex quarters[] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}};
  return root * quarters[(eighths + isOdd) / 2 % 4];
}

/// What a pass of a radix costs a number.
static double getRadixCost(int64_t radix) {
  switch (radix) {
  case 2:
    return 6;
  case 4:
    return 7;
  case 8:
    return 10;
  default:
    return 5 + 1.5 * double(radix);
  }
}

static double getPassesCost(ArrayRef<int64_t> radices) {
  double cost = 0, size = 1;
  for (int64_t radix : radices) {
    size *= double(radix);
    cost += getRadixCost(radix);
  }
  return cost * size;
}

/// The radices of the passes, none where the length has a large prime. Fours
/// come first: their results are interleaved by vectors.
static SmallVector<int64_t> getRadices(int64_t length) {
  SmallVector<int64_t> radices;
  while (length % 4 == 0 && length != 8) {
    radices.push_back(4);
    length /= 4;
  }
  for (int64_t radix : kRadices)
    while (length % radix == 0 && length > 1) {
      radices.push_back(radix);
      length /= radix;
    }
  if (length > 1)
    radices.clear();
  return radices;
}

/// The cheapest length from `least` on that has small primes only.
static int64_t getConvolutionLength(int64_t least) {
  int64_t best = 0;
  double bestCost = 0;
  int64_t end = int64_t(llvm::NextPowerOf2(uint64_t(least)));
  for (int64_t length = least; length <= end; ++length) {
    SmallVector<int64_t> radices = getRadices(length);
    double cost = getPassesCost(radices);
    if (!radices.empty() && (!best || cost < bestCost)) {
      best = length;
      bestCost = cost;
    }
  }
  return best;
}

FourierPlan::FourierPlan(FourierForm form) : form(form) {
  bool isReal = form.takesReal() || form.givesReal();
  packed = isReal && form.length % 2 == 0;
  signal = packed ? form.length / 2 : form.length;
  size = signal;
  SmallVector<int64_t> radices = getRadices(signal);
  if (radices.empty() && signal > 1) {
    // What is not wanted of the result may be wrong.
    int64_t wanted = form.takesReal() && !packed ? signal / 2 + 1 : signal;
    size = getConvolutionLength(signal + wanted - 1);
    radices = getRadices(size);
  }
  addPasses(radices);
  auto place = [&](int64_t count) {
    int64_t at = numTableElements;
    numTableElements += 2 * count;
    return at;
  };
  for (Pass &pass : passes)
    pass.twiddles =
        pass.hasTwiddles() ? place((pass.radix - 1) * pass.numTwiddles()) : 0;
  if (packed)
    packing = place(signal);
  if (isChirped()) {
    chirp = place(signal);
    spectrum = place(size);
  }
}

void FourierPlan::addPasses(ArrayRef<int64_t> radices) {
  int64_t n = size, s = 1;
  for (int64_t radix : radices) {
    passes.push_back({radix, n / radix, s, 0});
    n /= radix;
    s *= radix;
  }
}

/// The passes themselves.
static SmallVector<Complex> transform(const FourierPlan &plan,
                                      SmallVector<Complex> x) {
  for (const FourierPlan::Pass &pass : plan.passes) {
    auto [r, m, s, twiddles] = pass;
    SmallVector<Complex> y(x.size());
    for (int64_t p = 0; p < m; ++p)
      for (int64_t k = 0; k < r; ++k)
        for (int64_t q = 0; q < s; ++q) {
          Complex sum = 0;
          for (int64_t j = 0; j < r; ++j)
            sum += x[(j * m + p) * s + q] * getUnitRoot(j * k, r);
          y[(p * r + k) * s + q] = sum * getUnitRoot(p * k, r * m);
        }
    x = std::move(y);
  }
  return x;
}

SmallVector<double> FourierPlan::buildTables() const {
  SmallVector<double> tables(numTableElements);
  auto set = [&](int64_t at, int64_t count, int64_t i, Complex value) {
    tables[at + i] = value.real();
    tables[at + count + i] = value.imag();
  };
  for (const Pass &pass : passes) {
    int64_t count = pass.numTwiddles(), repeats = count / pass.m;
    for (int64_t k = 1; k < pass.radix && pass.hasTwiddles(); ++k)
      for (int64_t i = 0; i < count; ++i)
        set(pass.twiddles + 2 * (k - 1) * count, count, i,
            getUnitRoot(i / repeats * k, pass.radix * pass.m));
  }
  for (int64_t k = 0; k < signal && packed; ++k)
    set(packing, signal, k, getUnitRoot(k, form.length) * Complex(0, -0.5));
  if (!isChirped())
    return tables;
  SmallVector<Complex> turned(size);
  for (int64_t i = 0; i < signal; ++i) {
    Complex root = getUnitRoot(i * i, 2 * signal);
    set(chirp, signal, i, root);
    turned[i] = std::conj(root);
  }
  // Backwards; of those before, ones that no wanted result takes make room.
  for (int64_t i = 1; i < signal; ++i)
    turned[size - i] = std::conj(getUnitRoot(i * i, 2 * signal));
  turned = transform(*this, std::move(turned));
  for (int64_t i = 0; i < size; ++i)
    set(spectrum, size, i, turned[i] / double(size));
  return tables;
}

double FourierPlan::getCost() const {
  SmallVector<int64_t> radices;
  for (const Pass &pass : passes)
    radices.push_back(pass.radix);
  double cost = getPassesCost(radices);
  if (isChirped())
    cost = 2 * cost + 12 * double(size);
  return cost + 12 * double(signal) + (packed ? 12 * double(signal) : 0);
}
