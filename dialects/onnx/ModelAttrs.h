//===- ModelAttrs.h - What a model says of itself and its symbols ---------===//
//
// OnnxDialect.td describes them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_MODELATTRS_H
#define ONNXC_DIALECTS_ONNX_MODELATTRS_H

#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/OwnedAttr.h"

namespace onnxc::onnx::attrs {

using Symbols = OwnedAttr<OnnxDialect::SymbolsAttrHelper>;
using SymbolBounds = OwnedAttr<OnnxDialect::SymbolBoundsAttrHelper>;
using EqualSizes = OwnedAttr<OnnxDialect::EqualSizesAttrHelper>;

using Name = OwnedAttr<OnnxDialect::NameAttrHelper>;
using Doc = OwnedAttr<OnnxDialect::DocAttrHelper>;
using Part = OwnedAttr<OnnxDialect::PartAttrHelper>;
using GraphName = OwnedAttr<OnnxDialect::GraphNameAttrHelper>;
using Producer = OwnedAttr<OnnxDialect::ProducerAttrHelper>;
using Metadata = OwnedAttr<OnnxDialect::MetadataAttrHelper>;
using NodeMetadata = OwnedAttr<OnnxDialect::NodeMetadataAttrHelper>;

} // namespace onnxc::onnx::attrs

#endif // ONNXC_DIALECTS_ONNX_MODELATTRS_H
