// oneDNN, as npm run accuracy asks it: float32 arrays from files, results to files.
#include <dnnl.hpp>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "program.h"

namespace {

using dnnl::memory;
using dnnl::prop_kind;
using nlohmann::json;
using Arguments = std::unordered_map<int, memory>;
using Flags = dnnl::normalization_flags;
using Tag = memory::format_tag;

// One case: its arrays, and the passes over them.
class Case {
 public:
  Case(const dnnl::engine& engine, const json& question)
      : engine_(engine), stream_(engine), question_(question) {
    const std::string layer = question.at("layer"), layout = question.at("layout");
    auto shape = question.at("shape").get<memory::dims>();
    if (layer == "layerNorm" && layout != "channelsLast") {
      const memory::dim size = std::accumulate(shape.begin() + 1, shape.end(), memory::dim{1},
                                               std::multiplies<memory::dim>());
      data_ = memory::desc({shape[0], size}, memory::data_type::f32, Tag::ab);
      parameter_ = memory::desc({size}, memory::data_type::f32, Tag::a);
      Run<dnnl::layer_normalization_forward, dnnl::layer_normalization_backward>(false);
    } else if (layer == "batchNormTraining" || layer == "batchNormEval") {
      data_ = onednn::Described(shape, layout == "channelsLast");
      parameter_ = memory::desc({shape[1]}, memory::data_type::f32, Tag::a);
      Run<dnnl::batch_normalization_forward, dnnl::batch_normalization_backward>(layer ==
                                                                                 "batchNormEval");
      if (layer == "batchNormTraining") {
        Save("runningMean", mean_);
        Save("runningVar", variance_);
      }
    } else {
      throw std::runtime_error(layer == "layerNorm" ? "oneDNN's LayerNorm is of the last dimension"
                                                    : "oneDNN 2 has no such layer");
    }
  }

  const json& results() const { return results_; }

 private:
  template <class Forward, class Backward>
  void Run(bool given) {
    const float eps = question_.at("eps").get<float>();
    Flags flags = Flags::use_scale | Flags::use_shift;
    if (given) flags |= Flags::use_global_stats;
    const typename Forward::desc described(prop_kind::forward_training, data_, eps, flags);
    const typename Forward::primitive_desc forward(described, engine_);
    const memory x = Read("input", data_), dy = Read("gradOutput", data_);
    const memory weight = Read("weight", parameter_), bias = Read("bias", parameter_);
    mean_ = given ? Read("runningMean", forward.mean_desc()) : memory(forward.mean_desc(), engine_);
    variance_ = given ? Read("runningVar", forward.variance_desc())
                      : memory(forward.variance_desc(), engine_);
    const memory y(data_, engine_), dx(data_, engine_);
    const memory grad_weight(parameter_, engine_), grad_bias(parameter_, engine_);
    Arguments arguments = {
        {DNNL_ARG_SRC, x},        {DNNL_ARG_MEAN, mean_}, {DNNL_ARG_VARIANCE, variance_},
        {DNNL_ARG_SCALE, weight}, {DNNL_ARG_SHIFT, bias}, {DNNL_ARG_DST, y}};
    Forward(forward).execute(stream_, arguments);
    const typename Backward::desc back(prop_kind::backward, data_, data_, eps, flags);
    arguments.erase(DNNL_ARG_DST);
    arguments.insert({{DNNL_ARG_DIFF_DST, dy},
                      {DNNL_ARG_DIFF_SRC, dx},
                      {DNNL_ARG_DIFF_SCALE, grad_weight},
                      {DNNL_ARG_DIFF_SHIFT, grad_bias}});
    const typename Backward::primitive_desc backward(back, engine_, forward);
    Backward(backward).execute(stream_, arguments);
    stream_.wait();
    Save("output", y);
    Save("gradInput", dx);
    Save("gradWeight", grad_weight);
    Save("gradBias", grad_bias);
  }

  memory Read(const std::string& name, const memory::desc& desc) {
    const memory array(desc, engine_);
    std::ifstream file(question_.at("files").at(name).get<std::string>(), std::ios::binary);
    file.read(static_cast<char*>(array.get_data_handle()), desc.get_size());
    if (!file) throw std::runtime_error("cannot read " + name);
    return array;
  }

  void Save(const std::string& name, const memory& array) {
    const std::string path = question_.at("folder").get<std::string>() + "/" + name;
    std::ofstream file(path, std::ios::binary);
    file.write(static_cast<const char*>(array.get_data_handle()), array.get_desc().get_size());
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
    results_[name] = path;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  const json& question_;
  memory::desc data_, parameter_;
  memory mean_, variance_;
  json results_;
};

}  // namespace

int main() {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  onednn::AnswerLines([&](const json& question) -> json {
    if (question.at("ask") == "about") {
      // OMP_NUM_THREADS, set by whoever starts this program.
      return {{"version", onednn::Version()}, {"threads", 1}, {"biasedRunningVar", true}};
    }
    return {{"results", Case(engine, question).results()}};
  });
}
