//===- QuantizedPanels.cpp - Second factors of a few bits an element ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/QuantizedPanels.h"
#include "passes/Loops/Storage.h"

using namespace mlir;
using namespace onnxc;

QuantizedPanels::QuantizedPanels(VectorBuilder &v, plan::QuantsAttr quants,
                                 Value words, Value scales, Value zeros)
    : v(v), quants(quants), words(v.flatten(words)), scales(v.flatten(scales)),
      zeros(zeros ? v.flatten(zeros) : zeros) {
  auto type = cast<MemRefType>(words.getType());
  numWords = type.getDimSize(1);
  columns = type.getDimSize(2);
  numBlocks = cast<MemRefType>(scales.getType()).getDimSize(1);
}

SmallVector<Value> QuantizedPanels::load(Value row, Value panel, int64_t count,
                                         Value at) const {
  Value first = v.mul(v.add(v.mul(panel, count), at), columns);
  SmallVector<Value> vectors;
  for (int64_t n = 0; n < getNumVectors(); ++n)
    vectors.push_back(v.load(row, v.add(first, n * v.width), v.all()));
  return vectors;
}

SmallVector<Value> QuantizedPanels::loadWords(Value panel, Value word) const {
  return load(words, panel, numWords, word);
}

SmallVector<Value> QuantizedPanels::loadScales(Value panel, Value block) const {
  return load(scales, panel, numBlocks, block);
}

SmallVector<Value> QuantizedPanels::loadZeros(Value panel, Value block) const {
  Type real = v.b.getF32Type();
  if (!zeros)
    return SmallVector<Value>(
        getNumVectors(),
        v.splat(v.constant(real, double(1 << (quants.getBits() - 1)))));
  SmallVector<Value> vectors = load(zeros, panel, numBlocks, block);
  for (Value &vector : vectors)
    if (!VectorBuilder::isFloat(vector)) {
      Value wide =
          v.create<arith::ExtUIOp>(v.vectorType(v.b.getI32Type()), vector);
      vector = v.create<arith::SIToFPOp>(v.vectorType(real), wide);
    }
  return vectors;
}

Value QuantizedPanels::unpack(Value words, int64_t i, Value zeros) const {
  int64_t bits = quants.getBits();
  Value q = words;
  if (i > 0)
    q = v.create<arith::ShRUIOp>(q, v.integer(q, i * bits));
  q = v.create<arith::AndIOp>(q, v.integer(q, (1 << bits) - 1));
  return v.sub(v.create<arith::SIToFPOp>(v.vectorType(v.b.getF32Type()), q),
               zeros);
}

bool onnxc::takesQuants(const ProductShape &shape) {
  return shape.quantBits != 0;
}

/// Many rows: a part of B becomes floats in a scratch, once for all of them.
GetPanel onnxc::readQuants(const RightFactor &right) {
  VectorBuilder &builder = right.emitter.v;
  Value scratch =
      builder.scratch(right.emitter.getSumType(), right.choice.scratch);
  return [=](Value k0, Value kc) {
    VectorBuilder &v = right.emitter.v;
    const QuantizedPanels &panels = *right.quants;
    int64_t pitch = right.choice.pitch, columns = panels.getColumns();
    int64_t perWord = panels.getQuants().getElementsOfWord();
    Value firstWord = v.div(k0, perWord);
    Value numWords = v.div(v.add(kc, perWord - 1), perWord);
    v.loop(v.index(0), right.columns, columns, [&](Value j) {
      Value panel = v.div(v.add(right.column, j), columns);
      v.loop(v.index(0), numWords, 1, [&](Value w) {
        Value word = v.add(firstWord, w);
        Value block = v.div(word, panels.getQuants().getWordsOfBlock());
        SmallVector<Value> words = panels.loadWords(panel, word);
        SmallVector<Value> scales = panels.loadScales(panel, block);
        SmallVector<Value> zeros = panels.loadZeros(panel, block);
        for (int64_t i = 0; i < perWord; ++i) {
          Value to = v.add(v.mul(v.add(v.mul(w, perWord), i), pitch), j);
          for (int64_t n = 0; n < panels.getNumVectors(); ++n)
            v.store(v.mul(panels.unpack(words[n], i, zeros[n]), scales[n]),
                    scratch, v.add(to, n * v.width), v.all());
        }
      });
    });
    return Panel{scratch, v.index(0), v.index(pitch), {}, /*isPadded=*/true};
  };
}
