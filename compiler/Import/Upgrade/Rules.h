//===- Rules.h - Upgrades that onnx's version converter lacks -------------===//
//
// A rule takes a node of an old opset and makes the newest form of it, with
// nodes before it where attributes became operands. What rules make is in a
// domain of its own until the converter is done, as that leaves other domains
// alone.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_UPGRADE_RULES_H
#define ONNXC_COMPILER_IMPORT_UPGRADE_RULES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include <onnx/onnx_pb.h>
#include <vector>

namespace onnxc::upgrade {

/// What onnx's inference tells of a value: the element type as its number, and
/// the rank; -1 where it is not known.
struct ValueType {
  int32_t element = ::onnx::TensorProto::UNDEFINED;
  int64_t rank = -1;
};
using ValueTypes = llvm::StringMap<ValueType>;

/// A node that a rule works on, and what it puts before it.
class Rewriter {
public:
  Rewriter(::onnx::NodeProto &node, int number, const ValueTypes &types)
      : node(node), number(number), types(types) {}

  /// The element type of an operand, UNDEFINED where onnx does not tell.
  int32_t getType(int operand) const;
  bool isInteger(int operand) const;
  /// The rank of an operand, -1 where onnx does not tell.
  int64_t getRank(int operand) const;

  /// An attribute, null where it is not given.
  const ::onnx::AttributeProto *get(llvm::StringRef name) const;
  int64_t getInt(llvm::StringRef name, int64_t otherwise) const;
  void erase(llvm::StringRef name);
  void setInt(llvm::StringRef name, int64_t value);
  void setFloat(llvm::StringRef name, float value);
  void setText(llvm::StringRef name, llvm::StringRef value);

  /// A new node before this one; the name of its output.
  std::string add(llvm::StringRef op, llvm::ArrayRef<std::string> inputs,
                  llvm::ArrayRef<std::pair<const char *, int64_t>> ints = {});
  /// A constant list of i64, or a single number.
  std::string addInts(llvm::ArrayRef<int64_t> ints);
  std::string addInt(int64_t value);
  /// A constant list of floats.
  std::string addFloats(const std::vector<float> &floats);
  /// A constant of a single float, of the element type of `like`.
  std::string addFloatLike(float value, const std::string &like);
  /// The rank of a value, a list of one.
  std::string addRank(const std::string &value);
  /// `count` (a list of one) ones.
  std::string addOnes(const std::string &count);

  /// Says that a node has its newest form: the rule's own, and what it puts
  /// before it, have that already.
  static void keep(::onnx::NodeProto &node);

  ::onnx::NodeProto &node;
  std::vector<::onnx::NodeProto> before;

private:
  int number;
  const ValueTypes &types;
};

/// Rewrites the nodes of a model of `opset` that rules are for. Whether there
/// were any.
bool applyRules(::onnx::ModelProto &model, int64_t opset);

/// Brings back what the rules made, once the converter is done.
void finishRules(::onnx::ModelProto &model);

/// Of an operator that the newest opset has no more.
constexpr int64_t kAlways = 1000;

/// What is done to an operator of opsets before `until`.
struct Rule {
  const char *op;
  int64_t until;
  void (*apply)(Rewriter &);
};

// ArrayRef<Rule> getNAMERules() of each file NAME.cpp of rules: CMake lists
// them.
#include "compiler/Import/Upgrade/RuleDecls.inc"

} // namespace onnxc::upgrade

#endif // ONNXC_COMPILER_IMPORT_UPGRADE_RULES_H
