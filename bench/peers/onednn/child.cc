// oneDNN as a peer of the bench; its questions and answers are those of ../answer.mjs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <dnnl.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "program.h"

namespace {

using dnnl::batch_normalization_backward;
using dnnl::batch_normalization_forward;
using dnnl::memory;
using dnnl::prop_kind;
using nlohmann::json;
using onednn::Described;
using Arguments = std::unordered_map<int, memory>;

const auto kFlags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;

// One tensor with its parameters, and the three passes over it.
class Case {
 public:
  Case(const dnnl::engine& engine, const json& question) : engine_(engine), stream_(engine) {
    const auto shape = question.at("shape").get<memory::dims>();
    const bool channels_last = question.at("memoryFormat") == "channelsLast";
    const float eps = question.at("eps").get<float>();
    const memory::desc data = Described(shape, channels_last);
    const memory::desc channel({shape[1]}, memory::data_type::f32, memory::format_tag::a);
    const json* values = question.contains("values") ? &question.at("values") : nullptr;

    const memory x = Filled(data, values, "input");
    const memory grad_output = Filled(data, values, "gradOutput");
    const memory weight = Filled(channel, values, "weight", 1.0f);
    const memory bias = Filled(channel, values, "bias", 0.0f);
    const memory running_mean = Filled(channel, values, "runningMean", 0.0f);
    const memory running_var = Filled(channel, values, "runningVar", 1.0f);
    const memory mean(channel, engine_), variance(channel, engine_);
    const memory grad_weight(channel, engine_), grad_bias(channel, engine_);
    // Each pass writes to memory that is there.
    const memory out = Filled(data, nullptr, "");

    using Evaluation = batch_normalization_forward;
    const Evaluation::desc evaluation(prop_kind::forward_inference, data, eps,
                                      kFlags | dnnl::normalization_flags::use_global_stats);
    passes_["eval"] = {Evaluation(Evaluation::primitive_desc(evaluation, engine_)),
                       {{DNNL_ARG_SRC, x},
                        {DNNL_ARG_MEAN, running_mean},
                        {DNNL_ARG_VARIANCE, running_var},
                        {DNNL_ARG_SCALE, weight},
                        {DNNL_ARG_SHIFT, bias},
                        {DNNL_ARG_DST, out}},
                       {{"output", DNNL_ARG_DST}}};

    using Training = batch_normalization_forward;
    const Training::desc training(prop_kind::forward_training, data, eps, kFlags);
    const Training::primitive_desc forward(training, engine_);
    passes_["training"] = {Training(forward),
                           {{DNNL_ARG_SRC, x},
                            {DNNL_ARG_MEAN, mean},
                            {DNNL_ARG_VARIANCE, variance},
                            {DNNL_ARG_SCALE, weight},
                            {DNNL_ARG_SHIFT, bias},
                            {DNNL_ARG_DST, out}},
                           {{"output", DNNL_ARG_DST}}};

    using Backward = batch_normalization_backward;
    const Backward::desc backward(prop_kind::backward, data, data, eps, kFlags);
    passes_["backward"] = {Backward(Backward::primitive_desc(backward, engine_, forward)),
                           {{DNNL_ARG_SRC, x},
                            {DNNL_ARG_MEAN, mean},
                            {DNNL_ARG_VARIANCE, variance},
                            {DNNL_ARG_SCALE, weight},
                            {DNNL_ARG_SHIFT, bias},
                            {DNNL_ARG_DIFF_DST, grad_output},
                            {DNNL_ARG_DIFF_SRC, out},
                            {DNNL_ARG_DIFF_SCALE, grad_weight},
                            {DNNL_ARG_DIFF_SHIFT, grad_bias}},
                           {{"gradInput", DNNL_ARG_DIFF_SRC},
                            {"gradWeight", DNNL_ARG_DIFF_SCALE},
                            {"gradBias", DNNL_ARG_DIFF_SHIFT}}};
  }

  json Run(const json& question) {
    const Pass& pass = passes_.at(question.at("pass").get<std::string>());
    const int calls = question.at("calls").get<int>();
    const auto start = std::chrono::steady_clock::now();
    for (int call = 0; call < calls; ++call) {
      pass.primitive.execute(stream_, pass.arguments);
      stream_.wait();
    }
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - start;
    json answer = {{"ms", elapsed.count() / calls}};
    if (question.value("result", false)) {
      for (const auto& [name, argument] : pass.results) {
        const memory& array = pass.arguments.at(argument);
        const float* first = static_cast<const float*>(array.get_data_handle());
        answer[name] = std::vector<float>(first, first + SizeOf(array.get_desc()));
      }
    }
    return answer;
  }

 private:
  struct Pass {
    dnnl::primitive primitive;
    Arguments arguments;
    std::unordered_map<std::string, int> results;
  };

  static size_t SizeOf(const memory::desc& desc) { return desc.get_size() / sizeof(float); }

  // The values of that name, else `constant`, else random ones.
  memory Filled(const memory::desc& desc, const json* values, const char* name,
                std::optional<float> constant = {}) {
    const memory array(desc, engine_);
    float* first = static_cast<float*>(array.get_data_handle());
    const size_t size = SizeOf(desc);
    if (values != nullptr) {
      const auto given = values->at(name).get<std::vector<float>>();
      std::copy_n(given.begin(), size, first);
    } else if (constant) {
      std::fill_n(first, size, *constant);
    } else {
      // Of mean 0 and variance 1.
      std::uniform_real_distribution<float> uniform(-1.7320508f, 1.7320508f);
      std::generate_n(first, size, [&] { return uniform(random_); });
    }
    return array;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  std::minstd_rand random_;
  std::unordered_map<std::string, Pass> passes_;
};

class Peer {
 public:
  json Answer(const json& question) {
    if (question.at("ask") == "about") return About();
    if (question.at("ask") == "prepare") return Prepare(question);
    return case_->Run(question);
  }

 private:
  static json About() {
    // OMP_NUM_THREADS, set by whoever starts this program.
    return {{"version", onednn::Version()}, {"threads", 1}};
  }

  json Prepare(const json& question) {
    case_.reset();
    if (question.at("dtype") != "float32") {
      return {{"passes", json::array()}, {"leftOut", "oneDNN has no float64"}};
    }
    case_ = std::make_unique<Case>(engine_, question);
    return {{"passes", {"eval", "training", "backward"}}, {"leftOut", ""}};
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  std::unique_ptr<Case> case_;
};

}  // namespace

int main() {
  Peer peer;
  onednn::AnswerLines([&](const json& question) { return peer.Answer(question); });
}
