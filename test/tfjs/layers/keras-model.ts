import type { io } from '@tensorflow/tfjs-core';

const initializers = {
  beta_initializer: { class_name: 'Zeros', config: {} },
  gamma_initializer: { class_name: 'Ones', config: {} },
};

const affine = {
  epsilon: 0.001,
  center: true,
  scale: true,
  ...initializers,
  beta_regularizer: null,
  gamma_regularizer: null,
  beta_constraint: null,
  gamma_constraint: null,
};

const common = { trainable: true, dtype: 'float32' };

/** What tensorflowjs_converter makes of a Keras model with three normalization layers. */
export function kerasModel(): io.ModelArtifacts {
  const weights: [name: string, value: number][] = [
    ['batch_normalization/gamma', 2],
    ['batch_normalization/beta', 1],
    ['batch_normalization/moving_mean', 3],
    ['batch_normalization/moving_variance', 4],
    ['group_normalization/gamma', 1],
    ['group_normalization/beta', 0],
    ['layer_normalization/gamma', 1],
    ['layer_normalization/beta', 0],
  ];
  return {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Functional',
        config: {
          name: 'model',
          trainable: true,
          layers: [
            {
              class_name: 'InputLayer',
              config: {
                batch_input_shape: [null, 1, 1, 3],
                dtype: 'float32',
                sparse: false,
                ragged: false,
                name: 'input_1',
              },
              name: 'input_1',
              inbound_nodes: [],
            },
            {
              class_name: 'BatchNormalization',
              config: {
                name: 'batch_normalization',
                ...common,
                axis: [3],
                momentum: 0.99,
                ...affine,
                moving_mean_initializer: { class_name: 'Zeros', config: {} },
                moving_variance_initializer: { class_name: 'Ones', config: {} },
              },
              name: 'batch_normalization',
              inbound_nodes: [[['input_1', 0, 0, {}]]],
            },
            {
              class_name: 'GroupNormalization',
              config: { name: 'group_normalization', ...common, groups: 3, axis: -1, ...affine },
              name: 'group_normalization',
              inbound_nodes: [[['batch_normalization', 0, 0, {}]]],
            },
            {
              class_name: 'LayerNormalization',
              config: { name: 'layer_normalization', ...common, axis: [3], ...affine },
              name: 'layer_normalization',
              inbound_nodes: [[['group_normalization', 0, 0, {}]]],
            },
          ],
          input_layers: [['input_1', 0, 0]],
          output_layers: [['layer_normalization', 0, 0]],
        },
      },
    },
    weightSpecs: weights.map(([name]) => ({ name, shape: [3], dtype: 'float32' })),
    weightData: Float32Array.from(weights.flatMap(([, value]) => [value, value, value])).buffer,
  };
}
