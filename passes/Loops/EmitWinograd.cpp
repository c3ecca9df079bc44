//===- EmitWinograd.cpp - Transformed convolutions of blocked planes ------===//
//
// A task takes some tiles of the result, m by m pixels each, and for some
// channels at a time:
//
//   for each tile, block of channels:    V = Bt (its square of pixels) B
//   for each group of filter blocks:
//     for each place of the transform:   M[place] = V[place] W[place]
//     for each tile, filter block:       y += At M A
//
// V[place] is a matrix of tiles by channels, W[place] one of channels by
// filters; products are summed in registers, as in EmitBlockedConv.cpp. What of
// a tile lies beyond the result is not stored, what of its square lies beyond
// the image is zero. dialects/onnx/Winograd.h has the matrices.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseWinograd.h"
#include "passes/Loops/ReplaceConv.h"
#include "passes/Loops/Tasks.h"
#include "passes/Loops/WinogradTransforms.h"

using namespace mlir;
using namespace onnxc;

namespace {

using Values = SmallVector<Value>;

struct WinogradGeometry : WinogradShape {
  Value image, weights, result;
  int64_t padTop = 0, padLeft = 0;
  LoopGroups groups = {{0}, {1}, {2, 3}, {4}};

  /// Sizes as values.
  Value batch, height, width, outHeight, outWidth, tilesAcross, tilesOfImage;
  void readSizes(VectorBuilder &v) {
    batch = v.getSize(result, 0);
    height = v.getSize(image, 2);
    width = v.getSize(image, 3);
    outHeight = v.getSize(result, 2);
    outWidth = v.getSize(result, 3);
    tilesAcross = v.ceilDiv(outWidth, tile);
    tilesOfImage = v.mul(v.ceilDiv(outHeight, tile), tilesAcross);
  }
};

/// None where the op is not one that WinogradConv.cpp builds.
std::optional<WinogradGeometry> matchWinograd(const Contraction &c) {
  plan::ConvolutionAttr attr = c.convolution;
  linalg::GenericOp op = c.op;
  if (!attr || !attr.getBlocks() || !attr.getBlocks().getWinograd() ||
      !c.load || op.getNumDpsInputs() != 2)
    return std::nullopt;
  WinogradGeometry g;
  g.image = memref::LoadOp(c.load).getMemRef();
  g.weights = op.getDpsInputs()[0];
  g.result = c.getResult();
  MemRefType image = getPlainType(g.image), weights = getPlainType(g.weights);
  MemRefType result = getPlainType(g.result);
  if (!image || !weights || !result || image.getRank() != 5 ||
      result.getRank() != 5 || weights.getRank() != 6 ||
      !weights.hasStaticShape() || !weights.getElementType().isF32())
    return std::nullopt;
  g.tile = attr.getBlocks().getWinograd();
  g.places = weights.getDimSize(1);
  g.lanes = weights.getDimSize(5);
  g.channelBlocks = weights.getDimSize(3);
  g.filterBlocks = weights.getDimSize(0);
  g.padTop = attr.getPads()[0];
  g.padLeft = attr.getPads()[1];
  auto countTiles = [&](unsigned dim) {
    Size size = asSize(result.getDimSize(dim));
    return size ? Size(llvm::divideCeil(*size, g.tile)) : size;
  };
  g.numTiles = multiply(asSize(result.getDimSize(0)),
                        multiply(countTiles(2), countTiles(3)));
  return g;
}

class WinogradEmitter {
public:
  WinogradEmitter(VectorBuilder &v, const WinogradGeometry &g,
                  const WinogradChoice &choice, Epilogue &epilogue)
      : v(v), g(g), choice(choice), epilogue(epilogue), transforms(v, g.tile) {}

  void emit();

private:
  /// Where a tile is.
  struct Place {
    Value n, row, column;
  };
  /// Some channels of the task's tiles; see EmitBlockedConv.cpp.
  struct Part {
    Value firstTile, tiles, group, groups;
    Value firstBlock, blocks, isFirst, isLast;
  };

  Place findPlace(Value tile);
  void emitTask(ValueRange at);
  void transformImage(const Part &part);
  void transformInside(const Part &part, Value from, Value to);
  void transformEdge(const Part &part, Value top, Value left, Value from,
                     Value to);
  void transformSquare(Value elements, Value at, Value row, Value to);
  void multiplyPlaces(const Part &part, Value filterBlock);
  void prefetch(Value at);
  Values multiplyTiles(const Part &part, Value place, Value weight, Value tile,
                       int64_t tiles);
  void transformSums(const Part &part, Value filterBlock);
  void storeTile(const Part &part, const Place &place, Value filterBlock);

  int64_t getStep() const { return g.lanes * g.lanes; }
  /// Elements of the weights of a place, and of a filter block.
  int64_t getWeightPlane() const { return g.channelBlocks * getStep(); }
  int64_t getWeightBlock() const {
    return g.places * g.places * getWeightPlane();
  }

  VectorBuilder &v;
  const WinogradGeometry &g;
  const WinogradChoice &choice;
  Epilogue &epilogue;
  WinogradTransforms transforms;
  Parts tileParts, groupParts;
  Value image, weights, output, partialSums;
  /// Of a task: the transformed image, sums, a square at an edge, results.
  Value transformed, sums, square, results;
};

WinogradEmitter::Place WinogradEmitter::findPlace(Value tile) {
  Value inImage = v.rem(tile, g.tilesOfImage);
  return {v.div(tile, g.tilesOfImage),
          v.mul(v.div(inImage, g.tilesAcross), g.tile),
          v.mul(v.rem(inImage, g.tilesAcross), g.tile)};
}

/// The square at `at`, rows `row` apart, into place `to` of each plane.
void WinogradEmitter::transformSquare(Value elements, Value at, Value row,
                                      Value to) {
  SmallVector<Values> pixels;
  for (int64_t i = 0; i < g.places; ++i) {
    Value first = v.add(at, v.mul(row, i));
    pixels.emplace_back();
    for (int64_t j = 0; j < g.places; ++j)
      pixels.back().push_back(
          v.load(elements, v.add(first, j * g.lanes), v.all()));
  }
  int64_t place = 0;
  for (const Values &values : transforms.transformImage(pixels))
    for (Value value : values)
      v.store(value, transformed, v.add(to, place++ * choice.imagePlane),
              v.all());
}

/// All of the square is in the image.
void WinogradEmitter::transformInside(const Part &part, Value from, Value to) {
  Value plane = v.mul(v.mul(g.height, g.width), g.lanes);
  Value row = v.mul(g.width, g.lanes);
  v.loop(v.index(0), part.blocks, 1, [&](Value block) {
    transformSquare(image, v.add(from, v.mul(block, plane)), row,
                    v.add(to, v.mul(block, g.lanes)));
  });
}

/// What is in the image is copied, with zeros around it.
void WinogradEmitter::transformEdge(const Part &part, Value top, Value left,
                                    Value from, Value to) {
  Value plane = v.mul(v.mul(g.height, g.width), g.lanes);
  Value zero = v.index(0), places = v.index(g.places);
  auto getFirst = [&](Value first) {
    return v.min(v.max(v.sub(zero, first), zero), places);
  };
  auto getLast = [&](Value first, Value size) {
    return v.max(v.min(v.sub(size, first), places), zero);
  };
  v.loop(
      v.index(0), v.index(g.places * g.places * g.lanes), g.lanes,
      [&](Value i) { v.store(v.zero(v.b.getF32Type()), square, i, v.all()); });
  v.loop(v.index(0), part.blocks, 1, [&](Value block) {
    Value base = v.add(from, v.mul(block, plane));
    v.loop(getFirst(top), getLast(top, g.height), 1, [&](Value i) {
      v.loop(getFirst(left), getLast(left, g.width), 1, [&](Value j) {
        Value at = v.mul(v.add(v.mul(i, g.width), j), g.lanes);
        Value pixel = v.load(image, v.add(base, at), v.all());
        v.store(pixel, square, v.mul(v.add(v.mul(i, g.places), j), g.lanes),
                v.all());
      });
    });
    transformSquare(square, v.index(0), v.index(g.places * g.lanes),
                    v.add(to, v.mul(block, g.lanes)));
  });
}

void WinogradEmitter::transformImage(const Part &part) {
  v.loop(v.index(0), part.tiles, 1, [&](Value i) {
    Place place = findPlace(v.add(part.firstTile, i));
    Value top = v.sub(place.row, g.padTop);
    Value left = v.sub(place.column, g.padLeft);
    Value plane = v.add(v.mul(place.n, g.channelBlocks), part.firstBlock);
    Value from =
        v.mul(v.add(v.mul(v.add(v.mul(plane, g.height), top), g.width), left),
              g.lanes);
    Value to = v.mul(i, choice.blocks * g.lanes);
    auto isInside = [&](Value first, Value size) {
      return v.both(v.ge(first, v.index(0)),
                    v.le(v.add(first, g.places), size));
    };
    auto branch = scf::IfOp::create(
        v.b, v.loc, v.both(isInside(top, g.height), isInside(left, g.width)),
        /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(v.b);
    v.b.setInsertionPoint(branch.thenBlock()->getTerminator());
    transformInside(part, from, to);
    v.b.setInsertionPoint(branch.elseBlock()->getTerminator());
    transformEdge(part, top, left, from, to);
  });
}

void WinogradEmitter::prefetch(Value at) {
  memref::PrefetchOp::create(v.b, v.loc, weights, at, /*isWrite=*/false,
                             /*localityHint=*/2, /*isDataCache=*/true);
}

/// The sums of some tiles for a group of filter blocks.
Values WinogradEmitter::multiplyTiles(const Part &part, Value place,
                                      Value weight, Value tile, int64_t tiles) {
  int64_t blocks = choice.tile.blocks, pitch = choice.blocks * g.lanes;
  Values start(tiles * blocks, v.zero(v.b.getF32Type()));
  Value from = v.add(v.mul(place, choice.imagePlane), v.mul(tile, pitch));
  // Weights of the next place come while these are multiplied.
  Value next = v.select(v.equal(place, v.index(g.places * g.places - 1)),
                        weight, v.add(weight, getWeightPlane()));
  return v.loop(v.index(0), v.mul(part.blocks, g.lanes), choice.unroll, start,
                [&](Value first, ValueRange before) {
                  Values after(before);
                  for (int64_t u = 0; u < choice.unroll; ++u) {
                    Value channel = v.add(first, u);
                    Values filters;
                    for (int64_t f = 0; f < blocks; ++f)
                      prefetch(v.add(v.add(next, f * getWeightBlock()),
                                     v.mul(channel, g.lanes)));
                    for (int64_t f = 0; f < blocks; ++f)
                      filters.push_back(
                          v.load(weights,
                                 v.add(v.add(weight, f * getWeightBlock()),
                                       v.mul(channel, g.lanes)),
                                 v.all()));
                    for (int64_t t = 0; t < tiles; ++t) {
                      Value pixel = v.splat(v.loadScalar(
                          transformed, v.add(v.add(from, t * pitch), channel)));
                      for (int64_t f = 0; f < blocks; ++f) {
                        Value &sum = after[t * blocks + f];
                        sum = v.multiplyAdd(pixel, filters[f], sum);
                      }
                    }
                  }
                  return after;
                });
}

void WinogradEmitter::multiplyPlaces(const Part &part, Value filterBlock) {
  int64_t blocks = choice.tile.blocks;
  Value base = v.add(v.mul(filterBlock, getWeightBlock()),
                     v.mul(part.firstBlock, getStep()));
  v.loop(v.index(0), v.index(g.places * g.places), 1, [&](Value place) {
    Value weight = v.add(base, v.mul(place, getWeightPlane()));
    v.loopTiles(part.tiles, choice.tile.pixels, [&](Value tile, int64_t tiles) {
      Values found = multiplyTiles(part, place, weight, tile, tiles);
      Value to =
          v.add(v.mul(place, choice.sumPlane), v.mul(tile, blocks * g.lanes));
      for (auto [i, sum] : llvm::enumerate(found))
        v.store(sum, sums, v.add(to, int64_t(i) * g.lanes), v.all());
    });
  });
}

/// Adds the results of a tile to the sums so far, or finishes them.
void WinogradEmitter::storeTile(const Part &part, const Place &place,
                                Value filterBlock) {
  Value plane = v.add(v.mul(place.n, g.filterBlocks), filterBlock);
  Value outPlane = v.mul(g.outHeight, g.outWidth);
  auto getCount = [&](Value first, Value size) {
    return v.min(v.index(g.tile), v.sub(size, first));
  };
  auto forPixels = [&](function_ref<void(Value, Value, Value)> body) {
    v.loop(v.index(0), getCount(place.row, g.outHeight), 1, [&](Value i) {
      v.loop(v.index(0), getCount(place.column, g.outWidth), 1, [&](Value j) {
        Value pixel = v.add(v.mul(v.add(place.row, i), g.outWidth),
                            v.add(place.column, j));
        Value at = v.mul(v.add(v.mul(plane, outPlane), pixel), g.lanes);
        Value sum = v.load(results, v.mul(v.add(v.mul(i, g.tile), j), g.lanes),
                           v.all());
        body(pixel, at, sum);
      });
    });
  };
  endSums(v, part.isLast, [&](bool finish) {
    forPixels([&](Value pixel, Value at, Value sum) {
      if (part.isFirst)
        sum = v.add(
            sum, beginSums(v, part.isFirst, v.b.getF32Type(), 1, [&](size_t) {
              return v.load(partialSums, at, v.all());
            })[0]);
      if (finish)
        sum = epilogue.apply(v, sum, {place.n, filterBlock, pixel, v.index(0)},
                             v.all());
      v.store(sum, finish ? output : partialSums, at, v.all());
    });
  });
}

void WinogradEmitter::transformSums(const Part &part, Value filterBlock) {
  v.loop(v.index(0), part.tiles, 1, [&](Value i) {
    Place place = findPlace(v.add(part.firstTile, i));
    v.loop(v.index(0), v.index(choice.tile.blocks), 1, [&](Value block) {
      Value from = v.mul(v.add(v.mul(i, choice.tile.blocks), block), g.lanes);
      SmallVector<Values> points;
      for (int64_t p = 0; p < g.places * g.places; ++p) {
        if (p % g.places == 0)
          points.emplace_back();
        points.back().push_back(
            v.load(sums, v.add(from, p * choice.sumPlane), v.all()));
      }
      int64_t at = 0;
      for (const Values &row : transforms.transformSums(points))
        for (Value value : row)
          v.store(value, results, v.index(at++ * g.lanes), v.all());
      storeTile(part, place, v.add(filterBlock, block));
    });
  });
}

void WinogradEmitter::emitTask(ValueRange at) {
  int64_t places = g.places * g.places;
  Type type = v.b.getF32Type();
  transformed = v.scratch(type, places * choice.imagePlane);
  sums = v.scratch(type, places * choice.sumPlane);
  square = v.scratch(type, places * g.lanes);
  results = v.scratch(type, g.tile * g.tile * g.lanes);
  Part part;
  part.firstTile = v.mul(at[0], tileParts.size);
  part.tiles =
      getPart(v, v.mul(g.batch, g.tilesOfImage), tileParts, part.firstTile);
  part.group = v.mul(at[1], groupParts.size);
  part.groups = getPart(v, v.index(g.filterBlocks / choice.tile.blocks),
                        groupParts, part.group);
  Value all = v.index(g.channelBlocks);
  v.loop(v.index(0), all, choice.blocks, [&](Value first) {
    part.firstBlock = first;
    part.blocks = g.channelBlocks % choice.blocks == 0
                      ? v.index(choice.blocks)
                      : v.min(v.index(choice.blocks), v.sub(all, first));
    if (choice.blocks < g.channelBlocks) {
      part.isFirst = v.equal(first, v.index(0));
      part.isLast = v.less(v.sub(all, first), v.index(choice.blocks + 1));
    }
    transformImage(part);
    v.loop(v.index(0), part.groups, 1, [&](Value i) {
      Value filterBlock = v.mul(v.add(part.group, i), choice.tile.blocks);
      multiplyPlaces(part, filterBlock);
      transformSums(part, filterBlock);
    });
  });
}

void WinogradEmitter::emit() {
  image = v.flatten(g.image);
  weights = v.flatten(g.weights);
  output = v.flatten(epilogue.getOutput());
  partialSums = v.flatten(epilogue.getPartialSums());
  tileParts = getParts(v, v.mul(g.batch, g.tilesOfImage), choice.tiles);
  groupParts = getParts(v, {}, choice.groups);
  buildTasks(v, {tileParts.count, groupParts.count},
             [&](ValueRange at) { emitTask(at); });
}

} // namespace

LogicalResult onnxc::emitWinograd(const Contraction &contraction,
                                  const RegisterFile &registers) {
  std::optional<WinogradGeometry> conv = matchWinograd(contraction);
  if (!conv)
    return failure();
  WinogradChoice choice = chooseWinograd(*conv, registers);
  if (getWinogradBytes(*conv, choice) > registers.stackBytes)
    return failure();
  linalg::GenericOp op = contraction.op;
  OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(), conv->lanes);
  Epilogue epilogue(op, conv->result, conv->groups);
  replaceConv(v, *conv, epilogue,
              [&] { WinogradEmitter(v, *conv, choice, epilogue).emit(); });
  return success();
}
