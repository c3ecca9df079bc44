//===- ReportFile.cpp - Measured times in a report of onnxc ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/ReportFile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace onnxc::run {

// Around the JSON of a page (compiler/Report/ReportPage.html).
constexpr StringRef kBegin = "<script type=\"application/json\" id=\"report\">";
constexpr StringRef kEnd = "</script>";

/// What a step and a row of the report have in common. An application's
/// function has another name in each.
static std::string getKey(StringRef nodes, StringRef kernel) {
  bool isKernel = kernel.starts_with("kernel_");
  return (nodes + "\n" + (isKernel ? kernel : "")).str();
}

static std::string joinNodes(const json::Object &row) {
  std::string text;
  if (const json::Array *nodes = row.getArray("nodes"))
    for (const json::Value &node : *nodes)
      text +=
          (text.empty() ? "" : ", ") + node.getAsString().value_or("").str();
  return text;
}

/// The rows of the host's plan by their keys, in the order in which they run.
static StringMap<std::vector<json::Object *>> findRows(json::Object &report) {
  StringMap<std::vector<json::Object *>> rows;
  json::Array *plans = report.getArray("plans");
  if (!plans || plans->empty())
    return rows;
  json::Object *host = plans->front().getAsObject();
  json::Array *list = host ? host->getArray("rows") : nullptr;
  if (!list)
    return rows;
  for (json::Value &value : *list)
    if (json::Object *row = value.getAsObject())
      rows[getKey(joinNodes(*row), row->getString("name").value_or(""))]
          .push_back(row);
  return rows;
}

static Error addTimes(json::Object &report, const onnxc_model &model,
                      const Profile &profile, int threads) {
  StringMap<std::vector<json::Object *>> rows = findRows(report);
  StringMap<size_t> used;
  std::vector<const StepTime *> times(model.num_steps);
  for (const StepTime &time : profile.steps)
    times[time.step] = &time;
  for (int32_t i = 0; i < model.num_steps; ++i) {
    const onnxc_step_info &step = model.steps[i];
    std::string key = getKey(step.nodes, step.kernel);
    const std::vector<json::Object *> found = rows.lookup(key);
    size_t number = used[key]++;
    if (number >= found.size())
      return createStringError(
          "the report is of another model, or was compiled otherwise: it has "
          "no " +
          Twine(step.kernel) + " of " + step.nodes);
    if (!times[i])
      continue;
    double runs = double(profile.runs);
    (*found[number])["ms"] = times[i]->total / runs;
    (*found[number])["calls"] = double(times[i]->calls) / runs;
  }
  report["measured"] =
      json::Object{{"ms", profile.total / double(profile.runs)},
                   {"runs", int64_t(profile.runs)},
                   {"threads", threads}};
  return Error::success();
}

Error addToReport(StringRef path, const onnxc_model &model,
                  const Profile &profile, int threads) {
  auto refuse = [&](const Twine &why) {
    return createStringError("--report: '" + path + "' " + why);
  };
  auto file = MemoryBuffer::getFile(path);
  if (!file)
    return refuse("cannot be read: " + file.getError().message() +
                  " (onnxc --report writes it)");
  StringRef content = (*file)->getBuffer(), before, behind, text = content;
  bool isPage = !path.ends_with(".json");
  if (isPage) {
    size_t begin = content.find(kBegin);
    size_t end = content.find(kEnd, begin);
    if (begin == StringRef::npos || end == StringRef::npos)
      return refuse("is no report of onnxc");
    begin += kBegin.size();
    before = content.take_front(begin);
    text = content.slice(begin, end);
    behind = content.drop_front(end);
  }
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    consumeError(value.takeError());
    return refuse("is no report of onnxc");
  }
  json::Object *report = value->getAsObject();
  if (!report || report->getInteger("onnxc_report") != 1)
    return refuse("is no report of onnxc");
  if (Error error = addTimes(*report, model, profile, threads))
    return refuse("does not fit: " + toString(std::move(error)));
  std::string printed;
  for (char c : formatv("{0:1}", *value).str())
    if (isPage && c == '<')
      printed += "\\u003c"; // no tag begins in a script
    else
      printed += c;
  return writeToOutput(path, [&](raw_ostream &os) {
    os << before << printed << behind << (isPage ? "" : "\n");
    return Error::success();
  });
}

} // namespace onnxc::run
