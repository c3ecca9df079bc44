//===- GroupTile.cpp - What a group of threads computes together ----------===//
//
// A product of large matrices reads each element many times. A group of threads
// that share fast memory computes a tile of the result, 64 x 64 or so, and for
// each step of the depth brings the tiles of both factors there, once for all:
//
//   for step in 0 .. depth / 16
//     start copying the tiles of step + 1
//     add the product of the tiles of step      (registers, see TileProduct.h)
//     wait for the copies, and for all threads
//
// There is memory for the tiles of two steps or more, so that copies arrive
// while threads compute, and a thread that is ahead never writes what another
// still reads. 64 x 64 tiles read 1/32 of what single elements would, and one
// barrier a step is all the threads wait for each other.
//
// Tiles are the larger the better for this, and the smaller the more groups
// there are: they shrink until there are enough of these. The sums stay in
// registers, where the followers get them. Products of fewer than 16 rows or
// columns would leave most of a tile empty: they are bound by reading the other
// factor once, which single elements do as well.
//
// Source: the structure is that of CUTLASS ("Efficient GEMM in CUDA").
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/GroupTile.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "passes/Device/HostValues.h"
#include "passes/Device/Launches.h"
#include "passes/Loops/MatchContraction.h"

using namespace mlir;
using namespace onnxc;

namespace {

class GroupTile {
public:
  GroupTile(linalg::GenericOp op, const ProductLoops &product, bool isMatrix,
            const GroupMachine &machine)
      : op(op), product(product), isMatrix(isMatrix), machine(machine), b(op),
        v(b, op.getLoc(), 1), followers(op),
        row(op, product.row, product.rows, product.depth),
        column(op, product.column, product.columns, product.depth) {}

  bool isWorthIt() {
    if (!followers.getFill())
      return false;
    SmallVector<Operation *> ops{followers.getFill()};
    llvm::append_range(ops, followers.getFollowers());
    if (!canLaunch(op, ops))
      return false;
    if (!fillsGroupTile(asSize(product.rows.getSize()),
                        asSize(product.columns.getSize()),
                        asSize(product.depth.getSize())))
      return false;
    chooseShape();
    return true;
  }

  void emit();

private:
  void chooseShape();
  void emitTask(Value task, Value thread);
  SmallVector<Value> emitStep(ValueRange sums, Value step, Value steps);
  void emitStores(ValueRange sums);
  void emitStore(ArrayRef<Value> run, Value m, Value n);
  SmallVector<Value> getPlaces(Value m, Value n);
  /// Runs the body if there is such a step.
  void fill(Value step, Value steps, int64_t known, Value stage);
  Value getPlace(const TileOperand &operand, Value stage) {
    return v.mul(stage, operand.getElements());
  }
  void setBounds(MergedLoops &loops, ArrayRef<OpFoldResult> all) {
    for (unsigned loop : loops.loops)
      loops.bounds.push_back(
          getValueOrCreateConstantIndexOp(b, op.getLoc(), all[loop]));
  }

  linalg::GenericOp op;
  ProductLoops product;
  bool isMatrix;
  GroupMachine machine;
  OpBuilder b;
  VectorBuilder v;
  SumFollowers followers;
  TileOperand row, column;
  GroupShape shape;

  // These belong to the task that is being emitted.
  std::unique_ptr<TileProduct> tile;
  SmallVector<Value> indices;
  Value rowOrigin, columnOrigin, thread, rowTiles, columnTiles;
};

void GroupTile::chooseShape() {
  int64_t products = product.parts;
  for (int64_t size : product.batch.sizes)
    products *= asSize(size).value_or(kAssumedSize);
  shape = chooseGroupShape(asSize(product.rows.getSize()),
                           asSize(product.columns.getSize()), products,
                           isMatrix, machine);
  int64_t bytes = 0;
  for (TileOperand *operand : {&row, &column}) {
    operand->chooseCopies(operand == &row ? shape.rows : shape.columns,
                          shape.depth, shape.threads);
    bytes +=
        operand->getElements() * operand->getType().getIntOrFloatBitWidth() / 8;
  }
  shape.stages = chooseStages(bytes, isMatrix, machine);
}

void GroupTile::fill(Value step, Value steps, int64_t known, Value stage) {
  auto copy = [&](TileOperand &operand, Value origin) {
    Value to = getPlace(operand, stage);
    SmallVector<Value> values =
        operand.load(v, thread, origin, step, indices, to);
    operand.store(v, thread, values, to);
  };
  auto both = [&] {
    copy(row, rowOrigin);
    copy(column, columnOrigin);
  };
  std::optional<int64_t> count = getConstantIntValue(steps);
  if (count && *count > known)
    return both();
  if (count)
    return;
  v.ifThen(v.less(step, steps), both);
}

SmallVector<Value> GroupTile::emitStep(ValueRange sums, Value step,
                                       Value steps) {
  Value next = v.add(step, shape.stages - 1);
  Value stage = v.rem(step, shape.stages);
  Value nextStage = v.rem(next, shape.stages);
  Location loc = op.getLoc();
  // Copies through registers are loaded before the product and stored
  // after it.
  SmallVector<Type> types(row.getNumLoaded(), row.getType());
  types.append(column.getNumLoaded(), column.getType());
  Value hasNext = v.less(next, steps);
  auto branch = scf::IfOp::create(b, loc, types, hasNext,
                                  /*withElseRegion=*/!types.empty());
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    SmallVector<Value> values =
        row.load(v, thread, rowOrigin, next, indices, getPlace(row, nextStage));
    values.append(column.load(v, thread, columnOrigin, next, indices,
                              getPlace(column, nextStage)));
    if (!types.empty()) {
      scf::YieldOp::create(b, loc, values);
      b.setInsertionPointToStart(branch.elseBlock());
      SmallVector<Value> zeros;
      for (Type type : types)
        zeros.push_back(arith::ConstantOp::create(b, loc, b.getZeroAttr(type)));
      scf::YieldOp::create(b, loc, zeros);
    }
  }
  Value group = nvgpu::DeviceAsyncCreateGroupOp::create(
      b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), ValueRange());
  SmallVector<Value> results = tile->add(v, row, column, getPlace(row, stage),
                                         getPlace(column, stage), sums);
  ValueRange loaded = branch.getResults();
  row.store(v, thread, loaded.take_front(row.getNumLoaded()),
            getPlace(row, nextStage));
  column.store(v, thread, loaded.drop_front(row.getNumLoaded()),
               getPlace(column, nextStage));
  nvgpu::DeviceAsyncWaitOp::create(b, loc, group,
                                   b.getI32IntegerAttr(shape.stages - 2));
  gpu::BarrierOp::create(b, loc);
  return results;
}

void GroupTile::emitTask(Value task, Value newThread) {
  Location loc = op.getLoc();
  thread = newThread;
  indices.assign(op.getNumLoops(), Value());
  Value tileColumn = b.createOrFold<arith::RemUIOp>(loc, task, columnTiles);
  Value rest = b.createOrFold<arith::DivUIOp>(loc, task, columnTiles);
  Value tileRow = b.createOrFold<arith::RemUIOp>(loc, rest, rowTiles);
  rest = b.createOrFold<arith::DivUIOp>(loc, rest, rowTiles);
  if (product.parts > 1) {
    indices[product.rows.loops[0]] =
        v.mul(v.rem(rest, product.parts), product.rows.getSize());
    rest = v.div(rest, product.parts);
  }
  if (!product.batch.loops.empty())
    product.batch.place(v, rest, indices);
  rowOrigin = v.mul(tileRow, shape.rows);
  columnOrigin = v.mul(tileColumn, shape.columns);
  tile = isMatrix ? createMatrixProduct(v, shape, thread)
                  : createScalarProduct(v, shape, row, column, thread);

  Value steps = b.createOrFold<arith::CeilDivUIOp>(
      loc, product.depth.getBound(v), v.index(shape.depth));
  Value group;
  for (int64_t stage = 0; stage + 1 < shape.stages; ++stage) {
    fill(v.index(stage), steps, stage, v.index(stage));
    group = nvgpu::DeviceAsyncCreateGroupOp::create(
        b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), ValueRange());
  }
  nvgpu::DeviceAsyncWaitOp::create(b, loc, group,
                                   b.getI32IntegerAttr(shape.stages - 2));
  gpu::BarrierOp::create(b, loc);
  SmallVector<Value> sums =
      v.loop(v.index(0), steps, 1,
             tile->getFirst(v, followers.getFill().getInputs()[0]),
             [&](Value step, ValueRange before) {
               return emitStep(before, step, steps);
             });
  emitStores(sums);
}

SmallVector<Value> GroupTile::getPlaces(Value m, Value n) {
  SmallVector<Value> places(indices);
  for (Value &place : places)
    if (!place)
      place = v.index(0);
  product.columns.place(v, n, places);
  unsigned first = product.rows.loops[0];
  product.rows.place(v, m, places);
  if (indices[first])
    places[first] = v.add(indices[first], m);
  return places;
}

/// Stores a run of columns, at once if its places are neighbours.
void GroupTile::emitStore(ArrayRef<Value> run, Value m, Value n) {
  Location loc = op.getLoc();
  Value output = followers.getOutput(0);
  AffineMap map = followers.getOutputMap(0);
  int64_t neighbours =
      findRun(map, cast<MemRefType>(output.getType()), product.columns).size;
  if (run.size() == 1 || neighbours % int64_t(run.size()) != 0) {
    for (auto [i, sum] : llvm::enumerate(run))
      followers.store(b, loc, 0, sum, getPlaces(m, v.add(n, i)));
    return;
  }
  SmallVector<Value> results;
  for (auto [i, sum] : llvm::enumerate(run))
    results.push_back(followers.finish(b, loc, sum, getPlaces(m, v.add(n, i))));
  auto type = VectorType::get(results.size(), results[0].getType());
  vector::StoreOp::create(
      b, loc, vector::FromElementsOp::create(b, loc, type, results), output,
      getIndices(b, loc, map, getPlaces(m, n)), /*nontemporal=*/false,
      llvm::MaybeAlign(llvm::bit_floor(
          size_t(type.getNumElements() * type.getElementTypeBitWidth() / 8))));
}

void GroupTile::emitStores(ValueRange sums) {
  Location loc = op.getLoc();
  auto isWhole = [](const MergedLoops &loops, int64_t tileSize) {
    int64_t size = loops.getSize();
    return !ShapedType::isDynamic(size) && size % tileSize == 0;
  };
  Value rowEnd = product.rows.getBound(v);
  Value columnEnd = product.columns.getBound(v);
  bool wholeRows = isWhole(product.rows, shape.rows);
  bool wholeColumns = isWhole(product.columns, shape.columns);
  // A run of columns is stored or not, where it cannot be cut.
  bool wholeRuns = isWhole(product.columns, tile->runLength);
  int64_t together = wholeRuns ? tile->runLength : 1;
  for (size_t i = 0; i < tile->rows.size(); ++i) {
    Value m = v.add(rowOrigin, tile->rows[i]);
    for (size_t j = 0; j < tile->columns.size(); ++j) {
      Value n = v.add(columnOrigin, tile->columns[j]);
      for (int64_t at = 0; at < tile->runLength; at += together) {
        Value inside;
        if (!wholeRows)
          inside = v.less(m, rowEnd);
        if (!wholeColumns) {
          Value inColumns = v.less(v.add(n, at), columnEnd);
          inside = inside
                       ? Value(arith::AndIOp::create(b, loc, inside, inColumns))
                       : inColumns;
        }
        auto store = [&] {
          SmallVector<Value> run;
          for (int64_t k = at; k < at + together; ++k)
            run.push_back(tile->getSum(v, sums, i, j, k));
          emitStore(run, m, v.add(n, at));
        };
        inside ? v.ifThen(inside, store) : store();
      }
    }
  }
}

void GroupTile::emit() {
  Location loc = op.getLoc();
  b.setInsertionPoint(followers.getLastOp());
  SmallVector<OpFoldResult> sizes;
  for (Range range :
       cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(b, loc))
    sizes.push_back(range.size);
  setBounds(product.rows, sizes);
  setBounds(product.columns, sizes);
  setBounds(product.depth, sizes);
  setBounds(product.batch, sizes);
  if (product.parts > 1)
    product.rows.bounds[0] = v.index(product.rows.getSize());
  row.prepare(v, product.rows, product.depth);
  column.prepare(v, product.columns, product.depth);
  rowTiles = v.ceilDiv(product.rows.getBound(v), shape.rows);
  columnTiles = v.ceilDiv(product.columns.getBound(v), shape.columns);
  Value tasks = v.mul(v.mul(rowTiles, columnTiles), product.parts);
  tasks = v.mul(tasks, product.batch.getBound(v));
  std::optional<int64_t> known = getConstantIntValue(tasks);
  bool fits = known && *known <= kMaxGroups;
  Value groups = fits ? tasks : v.min(tasks, v.index(kMaxGroups));

  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  SmallVector<Type> memory;
  for (TileOperand *operand : {&row, &column})
    memory.push_back(MemRefType::get({shape.stages * operand->getElements()},
                                     operand->getType(),
                                     MemRefLayoutAttrInterface(), space));
  Value one = v.index(1);
  auto launch =
      gpu::LaunchOp::create(b, loc, groups, one, one, v.index(shape.threads),
                            one, one, Value(), Type(), ValueRange(), memory);
  row.setMemory(launch.getWorkgroupAttributions()[0]);
  column.setMemory(launch.getWorkgroupAttributions()[1]);
  b.setInsertionPointToEnd(&launch.getBody().front());
  gpu::TerminatorOp::create(b, loc);
  b.setInsertionPointToStart(&launch.getBody().front());
  Value task = launch.getBlockIds().x, thread = launch.getThreadIds().x;
  if (fits) {
    emitTask(task, thread);
  } else {
    // More tiles than groups: each group takes every so many. The last barrier
    // of a tile is behind all that it reads.
    auto loop = scf::ForOp::create(b, loc, task, tasks, launch.getGridSize().x);
    b.setInsertionPointToStart(loop.getBody());
    emitTask(loop.getInductionVar(), thread);
  }
  followers.eraseOps();
}

} // namespace

LogicalResult onnxc::emitGroupTiles(linalg::GenericOp op,
                                    const GroupMachine &machine) {
  for (bool isMatrix : {true, false}) {
    if (isMatrix && !machine.hasMatrices)
      continue;
    std::optional<ProductLoops> product = findProductLoops(op, isMatrix);
    if (!product)
      continue;
    GroupTile tile(op, *product, isMatrix, machine);
    if (!tile.isWorthIt())
      return failure();
    tile.emit();
    return success();
  }
  return failure();
}
