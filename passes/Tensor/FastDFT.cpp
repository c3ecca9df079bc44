//===- FastDFT.cpp - Fourier transforms by passes of small radices --------===//
//
// A task is a row. It reads its signal as real and imaginary parts apart, goes
// through the passes of the plan (FourierPlan.h) between two buffers that stay
// in the cache, and writes the spectrum. Vectors lie along q where a pass has
// enough of them side by side, else along p and q, and what they give is put
// between each other. The last vector of a row reaches back over the one before
// it, which computes some numbers twice but needs no code of its own.
//
// An inverse transform is one with real and imaginary parts exchanged.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/FourierPlan.h"
#include "dialects/onnx/SignalOps.h"
#include "dialects/plan/MachineModel.h"
#include "passes/Tensor/ComplexBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Real parts, and imaginary ones `size` elements behind them, or the other way
/// round.
struct Planes {
  Value tensor;
  bool exchanged = false;
};

class RowTransform {
public:
  RowTransform(const ComplexBuilder &v, const FourierPlan &plan, Value x,
               Value tables, int64_t lanes)
      : v(v), plan(plan), form(plan.form), x(x), tables(tables), lanes(lanes),
        real(getElementTypeOrSelf(tables)), planeSize(getPlaneSize(plan)) {}

  Value build(Value row, Value result) const;

private:
  using Pass = FourierPlan::Pass;
  /// What is, and where the next is written to.
  struct Buffers {
    Planes now, next;
  };

  // Numbers at a place, as many as a vector has lanes.
  Complex load(Planes from, Value at, int64_t width) const;
  /// Backwards from a place, conjugated.
  Complex loadMirrored(Planes from, Value at, int64_t width) const;
  Planes store(Complex value, Planes to, Value at) const;
  Complex loadTable(int64_t table, int64_t count, Value at,
                    int64_t width) const;
  Complex loadInput(Value row, Value at, int64_t width) const;

  int64_t fit(int64_t count) const { return ComplexBuilder::fit(count, lanes); }
  /// to[i] = body(i, width) for i in [from, end).
  using Map = llvm::function_ref<Complex(Value at, int64_t width)>;
  Planes map(int64_t from, int64_t end, Planes to, Map body) const;
  Planes clear(int64_t from, int64_t end, Planes to) const;
  /// The next buffer by the one that is, zeros behind `count`.
  Buffers step(Buffers buffers, int64_t count, Map body) const;

  // The signal.
  Planes readInput(Value row, int64_t count, Planes to) const;
  Planes completeSpectrum(Planes half, Planes to) const;
  Buffers readSignal(Value row) const;

  // Passes.
  Buffers runPasses(Buffers buffers) const;
  Planes runRows(const Pass &pass, int64_t width, Planes from, Planes to) const;
  Planes runFlat(const Pass &pass, int64_t width, Planes from, Planes to) const;
  SmallVector<Complex> combine(const Pass &pass, Planes from, Value at,
                               int64_t width) const;
  Planes scatter(const Pass &pass, ArrayRef<Complex> values, Value at,
                 Planes to) const;
  Buffers convolve(Buffers buffers) const;

  // The result.
  using Place = llvm::function_ref<Complex(Value at, int64_t width)>;
  Value writeComplex(int64_t from, int64_t to, Value result, Place place) const;
  Value writeSpectrum(Planes spectrum, Value result) const;
  Value writePacked(Planes spectrum, Value result) const;
  Value writeReal(Planes signal, Value result) const;

  static int64_t getPlaneSize(const FourierPlan &plan) {
    return int64_t(llvm::alignTo(uint64_t(plan.size + 1), 8));
  }
  Value partAt(Planes planes, Value at, bool imaginary) const {
    return planes.exchanged != imaginary ? v.add(at, planeSize) : at;
  }

  const ComplexBuilder &v;
  const FourierPlan &plan;
  const FourierForm &form;
  Value x, tables;
  int64_t lanes;
  Type real;
  int64_t planeSize;
};

} // namespace

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Complex RowTransform::load(Planes from, Value at, int64_t width) const {
  return {v.loadVector(from.tensor, partAt(from, at, false), width),
          v.loadVector(from.tensor, partAt(from, at, true), width)};
}

Planes RowTransform::store(Complex value, Planes to, Value at) const {
  to.tensor = v.storeVector(value.re, to.tensor, partAt(to, at, false));
  to.tensor = v.storeVector(value.im, to.tensor, partAt(to, at, true));
  return to;
}

Complex RowTransform::loadTable(int64_t table, int64_t count, Value at,
                                int64_t width) const {
  return {v.loadVector(tables, v.add(at, table), width),
          v.loadVector(tables, v.add(at, table + count), width)};
}

/// Pairs are taken for complex numbers.
Complex RowTransform::loadInput(Value row, Value at, int64_t width) const {
  bool isPair = form.parts == 2 || (plan.packed && form.takesReal());
  Value first = isPair ? v.mul(at, 2) : at;
  Value numbers = v.loadVector(x, {row, first}, isPair ? 2 * width : width);
  numbers = v.widen(numbers, real);
  if (isPair) {
    auto [re, im] = v.separate(numbers);
    return {re, im};
  }
  return {numbers, v.zero(numbers.getType())};
}

Complex RowTransform::loadMirrored(Planes from, Value at, int64_t width) const {
  Complex value = load(from, v.sub(at, width - 1), width);
  return v.conjugate({v.reverse(value.re), v.reverse(value.im)});
}

Planes RowTransform::map(int64_t from, int64_t end, Planes to, Map body) const {
  if (from >= end)
    return to;
  to.tensor = v.forVectors(from, end, fit(end - from), to.tensor,
                           [&](Value at, int64_t width, Value kept) {
                             Planes planes{kept, to.exchanged};
                             return store(body(at, width), planes, at).tensor;
                           });
  return to;
}

Planes RowTransform::clear(int64_t from, int64_t end, Planes to) const {
  return map(from, end, to, [&](Value, int64_t width) {
    Value zero = v.zero(v.vectorOf(real, width));
    return Complex{zero, zero};
  });
}

RowTransform::Buffers RowTransform::step(Buffers buffers, int64_t count,
                                         Map body) const {
  buffers.next.exchanged = false;
  Planes done = clear(count, plan.size, map(0, count, buffers.next, body));
  return {done, buffers.now};
}

//===----------------------------------------------------------------------===//
// The signal
//===----------------------------------------------------------------------===//

/// The first `count` numbers, zeros where there are fewer.
Planes RowTransform::readInput(Value row, int64_t count, Planes to) const {
  int64_t elements = cast<RankedTensorType>(x.getType()).getDimSize(1);
  bool takesPairs = plan.packed && form.takesReal();
  int64_t given = std::min(count, elements / (takesPairs ? 2 : form.parts));
  to = map(0, given, to,
           [&](Value at, int64_t width) { return loadInput(row, at, width); });
  if (takesPairs && given < count && elements % 2 != 0) {
    // A real part without an imaginary one.
    Value last = v.loadVector(x, {row, v.index(elements - 1)}, 1);
    to = store({v.widen(last, real), v.zero(real)}, to, v.index(given++));
  }
  return clear(given, count, to);
}

/// All frequencies of a real signal from half of them, or those of the complex
/// signal that its pairs are:
///
///   Y[k] + conj Y[h - k] + i conj w(length, k) (Y[k] - conj Y[h - k])
///
/// The imaginary parts of the first and of the middle one do not count.
Planes RowTransform::completeSpectrum(Planes half, Planes to) const {
  int64_t signal = plan.signal;
  auto mirrored = [&](Value at, int64_t width) {
    return loadMirrored(half, v.sub(v.index(signal), at), width);
  };
  auto realAt = [&](int64_t at) {
    return v.loadVector(half.tensor, partAt(half, v.index(at), false), 1);
  };
  Value first = realAt(0);
  if (!plan.packed) {
    to = store({first, v.zero(real)}, to, v.index(0));
    to = map(1, form.inputLength(), to,
             [&](Value at, int64_t width) { return load(half, at, width); });
    return map(form.inputLength(), signal, to, mirrored);
  }
  Value middle = realAt(signal);
  to = store({v.add(first, middle), v.sub(first, middle)}, to, v.index(0));
  return map(1, signal, to, [&](Value at, int64_t width) {
    Complex here = load(half, at, width), there = mirrored(at, width);
    Complex turn = v.conjugate(loadTable(plan.packing, signal, at, width));
    Complex odd = v.multiply(v.sub(here, there), turn);
    return v.add(v.add(here, there), v.scale(odd, 2));
  });
}

RowTransform::Buffers RowTransform::readSignal(Value row) const {
  OpFoldResult size = v.b.getIndexAttr(2 * planeSize);
  Buffers buffers{{v.empty(size, real)}, {v.empty(size, real)}};
  if (!form.givesReal()) {
    buffers.now = readInput(row, plan.signal, buffers.now);
    return buffers;
  }
  Planes half = readInput(row, form.inputLength(), buffers.next);
  return {completeSpectrum(half, buffers.now), half};
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

/// The transform of the numbers j = 0, 1, ..., each a vector.
SmallVector<Complex> RowTransform::combine(const Pass &pass, Planes from,
                                           Value at, int64_t width) const {
  SmallVector<Complex> values;
  for (int64_t j = 0; j < pass.radix; ++j)
    values.push_back(load(from, v.add(at, j * pass.m * pass.s), width));
  return v.transform(values);
}

/// Vectors along q.
Planes RowTransform::runRows(const Pass &pass, int64_t width, Planes from,
                             Planes to) const {
  int64_t count = pass.numTwiddles();
  auto runRow = [&](Value p, Value kept) {
    Value row = v.mul(p, pass.s), target = v.mul(row, pass.radix);
    SmallVector<Complex> turns;
    for (int64_t k = 1; k < pass.radix && pass.hasTwiddles(); ++k) {
      int64_t table = pass.twiddles + 2 * (k - 1) * count;
      Complex turn =
          loadTable(table, count, pass.repeatsTwiddles() ? row : p, 1);
      turns.push_back({v.splat(turn.re, width), v.splat(turn.im, width)});
    }
    auto runVector = [&](Value q, int64_t, Value inner) {
      SmallVector<Complex> values = combine(pass, from, v.add(row, q), width);
      Planes planes{inner};
      Value place = v.add(target, q);
      for (auto [k, value] : llvm::enumerate(values)) {
        if (k > 0 && pass.hasTwiddles())
          value = v.multiply(value, turns[k - 1]);
        planes = store(value, planes, v.add(place, int64_t(k) * pass.s));
      }
      return planes.tensor;
    };
    return v.forVectors(0, pass.s, width, kept, runVector);
  };
  to.tensor = pass.m == 1
                  ? runRow(v.index(0), to.tensor)
                  : v.loop(v.index(0), v.index(pass.m), to.tensor, runRow);
  return to;
}

/// Vectors along p and q, of whole rows of q.
Planes RowTransform::runFlat(const Pass &pass, int64_t width, Planes from,
                             Planes to) const {
  int64_t count = pass.numTwiddles();
  to.tensor = v.forVectors(
      0, pass.m * pass.s, width, to.tensor, [&](Value at, int64_t, Value kept) {
        SmallVector<Complex> values = combine(pass, from, at, width);
        for (int64_t k = 1; k < pass.radix; ++k)
          values[k] = v.multiply(
              values[k],
              loadTable(pass.twiddles + 2 * (k - 1) * count, count, at, width));
        return scatter(pass, values, at, Planes{kept}).tensor;
      });
  return to;
}

/// Stores rows of q one by one, or all values of a p side by side.
Planes RowTransform::scatter(const Pass &pass, ArrayRef<Complex> values,
                             Value at, Planes to) const {
  Value target = v.mul(at, pass.radix);
  if (pass.s == 1 && llvm::isPowerOf2_64(pass.radix)) {
    SmallVector<Value> re, im;
    for (Complex value : values) {
      re.push_back(value.re);
      im.push_back(value.im);
    }
    return store({v.interleave(re), v.interleave(im)}, to, target);
  }
  int64_t width = cast<VectorType>(values[0].re.getType()).getNumElements();
  for (int64_t from = 0; from < width; from += pass.s)
    for (auto [k, value] : llvm::enumerate(values)) {
      Complex part{v.slice(value.re, from, pass.s),
                   v.slice(value.im, from, pass.s)};
      int64_t offset = from * pass.radix + int64_t(k) * pass.s;
      to = store(part, to, v.add(target, offset));
    }
  return to;
}

RowTransform::Buffers RowTransform::runPasses(Buffers buffers) const {
  for (const Pass &pass : plan.passes) {
    buffers.next.exchanged = false;
    // A power of two: as many whole rows as there are, and a vector has.
    int64_t width = fit(pass.m * pass.s);
    Planes done;
    if (pass.s < lanes && width % pass.s == 0 && width > pass.s)
      done = runFlat(pass, width, buffers.now, buffers.next);
    else
      done = runRows(pass, pass.s < lanes ? pass.s : lanes, buffers.now,
                     buffers.next);
    buffers = {done, buffers.now};
  }
  return buffers;
}

/// With the chirp.
RowTransform::Buffers RowTransform::convolve(Buffers buffers) const {
  auto byTable = [&](int64_t table, int64_t tableSize, int64_t count) {
    Planes from = buffers.now;
    buffers = step(buffers, count, [&](Value at, int64_t width) {
      return v.multiply(load(from, at, width),
                        loadTable(table, tableSize, at, width));
    });
  };
  byTable(plan.chirp, plan.signal, plan.signal);
  buffers = runPasses(buffers);
  byTable(plan.spectrum, plan.size, plan.size);
  buffers.now.exchanged = true;
  buffers = runPasses(buffers);
  buffers.now.exchanged = true;
  byTable(plan.chirp, plan.signal, plan.signal);
  return buffers;
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

/// Numbers [from, to) of a spectrum; of a real signal's also those that mirror
/// them where they are wanted.
Value RowTransform::writeComplex(int64_t from, int64_t to, Value result,
                                 Place place) const {
  if (from >= to)
    return result;
  Type element = getElementTypeOrSelf(result);
  bool mirrors = form.takesReal() && from > 0 && !(form.onesided);
  auto write = [&](Complex value, Value kept, Value at) {
    Value pairs = v.narrow(v.interleave({value.re, value.im}), element);
    return v.storeVector(pairs, kept, v.mul(at, 2));
  };
  return v.forVectors(
      from, to, fit(to - from), result,
      [&](Value at, int64_t width, Value kept) {
        Complex value = place(at, width);
        // The inverse of a real signal.
        if (form.takesReal() && form.inverse)
          value = v.conjugate(value);
        if (form.inverse)
          value = v.scale(value, 1.0 / double(form.length));
        kept = write(value, kept, at);
        if (!mirrors)
          return kept;
        value = v.conjugate({v.reverse(value.re), v.reverse(value.im)});
        return write(value, kept, v.sub(v.index(form.length - width + 1), at));
      });
}

Value RowTransform::writeSpectrum(Planes spectrum, Value result) const {
  auto place = [&](Value at, int64_t width) {
    return load(spectrum, at, width);
  };
  if (!form.takesReal())
    return writeComplex(0, form.outputLength(), result, place);
  result = writeComplex(0, 1, result, place);
  return writeComplex(1, form.length / 2 + 1, result, place);
}

/// A real signal's from that of its pairs:
///
///   (Z[k] + conj Z[h - k]) / 2 - i / 2 w(length, k) (Z[k] - conj Z[h - k])
Value RowTransform::writePacked(Planes spectrum, Value result) const {
  int64_t half = plan.signal;
  Complex first = load(spectrum, v.index(0), 1);
  Value zero = v.zero(real);
  result = writeComplex(0, 1, result, [&](Value, int64_t) {
    return Complex{v.add(first.re, first.im), zero};
  });
  result = writeComplex(1, half, result, [&](Value at, int64_t width) {
    Complex here = load(spectrum, at, width),
            there = loadMirrored(spectrum, v.sub(v.index(half), at), width);
    Complex even = v.scale(v.add(here, there), 0.5);
    Complex turn = loadTable(plan.packing, half, at, width);
    return v.add(even, v.multiply(v.sub(here, there), turn));
  });
  return writeComplex(half, half + 1, result, [&](Value, int64_t) {
    return Complex{v.sub(first.re, first.im), zero};
  });
}

Value RowTransform::writeReal(Planes signal, Value result) const {
  Type element = getElementTypeOrSelf(result);
  return v.forVectors(
      0, plan.signal, fit(plan.signal), result,
      [&](Value at, int64_t width, Value kept) {
        Complex value =
            v.scale(load(signal, at, width), 1.0 / double(form.length));
        if (!plan.packed)
          return v.storeVector(v.narrow(value.re, element), kept, at);
        Value pairs = v.interleave({value.re, value.im});
        return v.storeVector(v.narrow(pairs, element), kept, v.mul(at, 2));
      });
}

Value RowTransform::build(Value row, Value result) const {
  Buffers buffers = readSignal(row);
  bool isExchanged = form.inverse && !form.takesReal();
  buffers.now.exchanged = isExchanged;
  buffers = plan.isChirped() ? convolve(buffers) : runPasses(buffers);
  buffers.now.exchanged = isExchanged;
  if (form.givesReal())
    return writeReal(buffers.now, result);
  return plan.packed ? writePacked(buffers.now, result)
                     : writeSpectrum(buffers.now, result);
}

namespace {

struct LowerFastDFT : OpConversionPattern<FastDFTOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(FastDFTOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ComplexBuilder v(rewriter, op.getLoc());
    FourierPlan plan({op.getLength(), op.getParts(), op.getInverse() != 0,
                      op.getOnesided() != 0});
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getY());
    Type real = getElementTypeOrSelf(adaptor.getTables());
    auto tables = cast<RankedTensorType>(adaptor.getTables().getType());
    if (tables.getDimSize(0) != plan.numTableElements ||
        cast<RankedTensorType>(adaptor.getX().getType()).isDynamicDim(1))
      return rewriter.notifyMatchFailure(op, "tables are of another length");
    // Of a device it is the host that runs it.
    MachineModel machine = getHostMachine(op->getParentOfType<ModuleOp>());
    int64_t lanes =
        std::max<int64_t>(1, std::min<int64_t>(machine.vectorBits, 512) /
                                 real.getIntOrFloatBitWidth());
    RowTransform transform(v, plan, adaptor.getX(), adaptor.getTables(), lanes);
    OpFoldResult zero = rewriter.getIndexAttr(0),
                 one = rewriter.getIndexAttr(1);
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(
        op, v.forall(
                sizes[0], init,
                [&](ValueRange row, unsigned) {
                  return Tile{{row[0], zero}, {one, sizes[1]}, {false, true}};
                },
                [&](ValueRange row, ValueRange tiles) {
                  return SmallVector<Value>{transform.build(row[0], tiles[0])};
                }));
    return success();
  }
};

} // namespace

void onnxc::populateFastDFTLowering(RewritePatternSet &patterns,
                                    TypeConverter &types) {
  patterns.add<LowerFastDFT>(types, patterns.getContext());
}
