// onnxruntime, which sends reports of its use to its makers unless told otherwise before it is loaded,
// and keeps a file for them in the user's cache: https://github.com/microsoft/onnxruntime/pull/27379.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

export const { default: ort } = await import('onnxruntime-node');
