// What programs have in common that make oneDNN a peer.
#pragma once

#include <dnnl.hpp>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace onednn {

// (N, C) and (N, C, L) as images, since for those oneDNN has its fast implementations.
inline dnnl::memory::desc Described(dnnl::memory::dims shape, bool channels_last) {
  if (shape.size() == 2) channels_last = true;
  while (shape.size() < 4) shape.insert(shape.begin() + 2, 1);
  using Tag = dnnl::memory::format_tag;
  const Tag tag = shape.size() == 4 ? (channels_last ? Tag::nhwc : Tag::nchw)
                                    : (channels_last ? Tag::ndhwc : Tag::ncdhw);
  return dnnl::memory::desc(shape, dnnl::memory::data_type::f32, tag);
}

inline std::string Version() {
  const dnnl_version_t& version = *dnnl_version();
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

// Answers each line of standard input, a JSON document, with another.
template <class Answer>
void AnswerLines(const Answer& answer_to) {
  std::string line;
  while (std::getline(std::cin, line)) {
    nlohmann::json answer;
    try {
      answer = answer_to(nlohmann::json::parse(line));
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
}

}  // namespace onednn
