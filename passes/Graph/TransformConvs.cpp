//===- TransformConvs.cpp - Convolutions that multiply fewer times --------===//
//
// A blocked convolution of 3 x 3 by constant weights becomes a WinogradConv
// where WinogradCost.h finds that faster. Its weights w become G w Gt of each
// kernel, in double precision:
//
//   [F/f, C/i, 3, 3, i, f] -> [F/f, place, place, C/i, i, f]
//
// so that the weights of one place, by which a matrix is multiplied, lie side
// by side. They are larger, four times with tiles of 4 x 4: a model whose
// weights are most of it, and are used a few times only, would be read from
// memory more slowly than it computes. So there is a budget for all of them
// together.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/Winograd.h"
#include "dialects/onnx/WinogradOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/WinogradCost.h"

namespace onnxc {
#define GEN_PASS_DEF_TRANSFORMCONVS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// What the weights of any model may grow by.
constexpr double kFreeBytes = 8 << 20;
/// A dimension that is not known is taken for as many.
constexpr int64_t kUnknownSize = 32;
/// Stack that the transformed tiles of a task need.
constexpr uint64_t kStackBytes = 1 << 20;

/// A convolution that can be transformed.
struct Candidate {
  BlockedConvOp op;
  ConvSizes sizes;
  /// Of its weights.
  double bytes;
  int64_t tile = 0;

  double getGrowth(int64_t tile) const {
    double places = tile + kWinogradKernel - 1;
    return tile
               ? bytes *
                     (places * places / (kWinogradKernel * kWinogradKernel) - 1)
               : 0;
  }
  double getCycles(int64_t tile) const {
    return tile ? estimateWinograd(sizes, tile) : estimateDirect(sizes);
  }
};

/// From one tile of a candidate to a larger one.
struct Step {
  unsigned candidate;
  int64_t from, to;
  /// Cycles saved, and bytes that the weights grow by.
  double saved, growth;
};

bool isFilledWith(ArrayRef<int64_t> list, int64_t value) {
  return llvm::all_of(list, [&](int64_t element) { return element == value; });
}

RankedTensorType getConstantType(Value value) {
  return value.getDefiningOp<ConstantOp>()
             ? cast<RankedTensorType>(value.getType())
             : RankedTensorType();
}

std::optional<Candidate> getCandidate(BlockedConvOp op) {
  RankedTensorType w = getConstantType(op.getW());
  std::optional<Dims> x = getDims(op.getX()), y = getDims(op.getY());
  if (!w || !x || !y || op.getDepthwise() || op.getStrides().size() != 2 ||
      !w.getElementType().isF32() || w.getDimSize(2) != kWinogradKernel ||
      w.getDimSize(3) != kWinogradKernel || w.getNumElements() == 0 ||
      !isFilledWith(op.getStrides(), 1) || !isFilledWith(op.getDilations(), 1))
    return std::nullopt;
  // A plain image has too few channels for it to pay.
  int64_t inner = w.getDimSize(4), lanes = w.getDimSize(5);
  if (inner != lanes ||
      llvm::any_of(op.getPads(), [](int64_t pad) { return pad < 0; }))
    return std::nullopt;
  auto getSize = [](AffineExpr size, int64_t unknown) {
    return onnxc::onnx::getConstant(size).value_or(unknown);
  };
  ConvSizes sizes{getSize((*x)[0], 1),
                  w.getDimSize(1) * inner,
                  w.getDimSize(0) * lanes,
                  getSize((*y)[2], kUnknownSize),
                  getSize((*y)[3], kUnknownSize),
                  lanes};
  if (!chooseWinogradTile(sizes))
    return std::nullopt;
  return Candidate{op, sizes, 4. * w.getNumElements()};
}

/// To the fastest tile, by way of the other one if that saves more for a byte.
void addSteps(ArrayRef<Candidate> candidates, unsigned i,
              SmallVectorImpl<Step> &steps) {
  const Candidate &conv = candidates[i];
  auto add = [&](int64_t from, int64_t to) {
    steps.push_back({i, from, to, conv.getCycles(from) - conv.getCycles(to),
                     conv.getGrowth(to) - conv.getGrowth(from)});
  };
  int64_t best = chooseWinogradTile(conv.sizes);
  add(0, best);
  if (best == 2)
    return;
  Step whole = steps.back();
  add(0, 2);
  if (steps.back().saved * whole.growth <= whole.saved * steps.back().growth)
    return steps.pop_back();
  steps.erase(steps.end() - 2);
  add(2, best);
}

/// Chooses tiles such that weights grow by at most so many bytes.
void chooseTiles(MutableArrayRef<Candidate> candidates, double budget) {
  SmallVector<Step> steps;
  for (unsigned i = 0; i < candidates.size(); ++i)
    addSteps(candidates, i, steps);
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, steps.size()));
  llvm::sort(order, [&](unsigned i, unsigned j) {
    double first = steps[i].saved * steps[j].growth;
    double second = steps[j].saved * steps[i].growth;
    return first != second ? first > second : i < j;
  });
  for (unsigned i : order) {
    const Step &step = steps[i];
    Candidate &conv = candidates[step.candidate];
    if (step.growth > budget || conv.tile != step.from)
      continue;
    conv.tile = step.to;
    budget -= step.growth;
  }
}

/// The weights of a filter block: each kernel of its window to all places.
class KernelTransform {
public:
  KernelTransform(RankedTensorType type, int64_t tile)
      : type(type), g(getKernelTransform(tile)), places(g.size()) {}

  int64_t getBlockSize() const {
    return type.getNumElements() / type.getDimSize(0);
  }
  SmallVector<int64_t> getShape() const {
    return {type.getDimSize(0),
            places,
            places,
            type.getDimSize(1),
            type.getDimSize(4),
            type.getDimSize(5)};
  }

  void transform(ArrayRef<float> from, MutableArrayRef<float> to) const {
    int64_t side = type.getDimSize(4) * type.getDimSize(5);
    int64_t blocks = type.getDimSize(1);
    constexpr int64_t kWindow = kWinogradKernel * kWinogradKernel;
    std::vector<double> rows(places * kWinogradKernel * side), sum(side);
    for (int64_t block = 0; block < blocks; ++block) {
      ArrayRef<float> kernel =
          from.slice(block * kWindow * side, kWindow * side);
      // rows[i][x] = sum of g[i][y] w[y][x]
      multiply<float>(kernel, kWinogradKernel * side, rows);
      for (int64_t i = 0; i < places; ++i)
        for (int64_t j = 0; j < places; ++j) {
          combine<double>(ArrayRef(rows).slice(i * kWinogradKernel * side,
                                               kWinogradKernel * side),
                          g[j], side, sum);
          llvm::copy(sum,
                     to.begin() + ((i * places + j) * blocks + block) * side);
        }
    }
  }

private:
  template <typename T>
  static void combine(ArrayRef<T> from, ArrayRef<double> factors, int64_t side,
                      MutableArrayRef<double> sum) {
    for (int64_t s = 0; s < side; ++s) {
      double value = 0;
      for (int64_t k = 0; k < kWinogradKernel; ++k)
        value += factors[k] * double(from[k * side + s]);
      sum[s] = value;
    }
  }
  template <typename T>
  void multiply(ArrayRef<T> from, int64_t side,
                MutableArrayRef<double> rows) const {
    for (int64_t i = 0; i < places; ++i)
      combine<T>(from, g[i], side, rows.slice(i * side, side));
  }

  RankedTensorType type;
  Matrix g;
  int64_t places;
};

/// Nothing where the elements cannot be read as they are.
std::optional<ArrayRef<float>> readFloats(ElementsAttr elements,
                                          std::vector<float> &copy) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || int64_t(blob->getData().size()) !=
                     elements.getNumElements() * int64_t(sizeof(float)))
      return std::nullopt;
    return ArrayRef(reinterpret_cast<const float *>(blob->getData().data()),
                    elements.getNumElements());
  }
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!dense)
    return std::nullopt;
  llvm::append_range(copy, dense.getValues<float>());
  return ArrayRef(copy);
}

void rewrite(const Candidate &candidate) {
  BlockedConvOp op = candidate.op;
  std::vector<float> copy;
  auto constant = op.getW().getDefiningOp<ConstantOp>();
  std::optional<ArrayRef<float>> from =
      readFloats(constant.getElements(), copy);
  if (!from)
    return;
  auto type = cast<RankedTensorType>(op.getW().getType());
  KernelTransform kernels(type, candidate.tile);
  auto grown = RankedTensorType::get(kernels.getShape(), type.getElementType());
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(
      grown.getNumElements() * sizeof(float), /*align=*/64);
  MutableArrayRef<float> to(
      reinterpret_cast<float *>(blob.getMutableData().data()),
      grown.getNumElements());
  int64_t filterBlocks = type.getDimSize(0);
  parallelFor(op.getContext(), 0, filterBlocks, [&](size_t i) {
    int64_t before = kernels.getBlockSize(), after = to.size() / filterBlocks;
    kernels.transform(from->slice(i * before, before),
                      to.slice(i * after, after));
  });
  OpBuilder b(op);
  Value weights = ConstantOp::create(
      b, constant.getLoc(), grown,
      DenseResourceElementsAttr::get(grown, "winograd", std::move(blob)));
  auto conv = WinogradConvOp::create(b, op.getLoc(), op.getX(), weights,
                                     candidate.tile, op.getPads());
  op->getResult(0).replaceAllUsesWith(conv.getY());
  op->erase();
  if (constant->use_empty())
    constant->erase();
}

struct TransformConvs : onnxc::impl::TransformConvsBase<TransformConvs> {
  using TransformConvsBase::TransformConvsBase;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    MachineModel machine = getMachine(main);
    if (machine.vectorBits == 0 || machine.isDevice() ||
        machine.stackBytes < kStackBytes)
      return;
    double weights = 0;
    SmallVector<Candidate> candidates;
    main.walk([&](Operation *op) {
      if (auto constant = dyn_cast<ConstantOp>(op))
        if (auto type = dyn_cast<RankedTensorType>(constant.getType()))
          if (type.getElementType().isIntOrFloat())
            weights += double(type.getNumElements()) *
                       type.getElementTypeBitWidth() / 8;
      if (auto conv = dyn_cast<BlockedConvOp>(op))
        if (std::optional<Candidate> found = getCandidate(conv))
          candidates.push_back(*found);
    });
    chooseTiles(candidates, anySize ? std::numeric_limits<double>::infinity()
                                    : std::max(weights, kFreeBytes));
    for (const Candidate &candidate : candidates)
      if (candidate.tile)
        rewrite(candidate);
  }
};

} // namespace
