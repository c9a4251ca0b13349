import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import type { BatchNormalizationArgs, LayerNormalizationArgs } from './arguments';
import { tensorFlowLayers } from './peer';

type Class<Args, Fields> = (new (
  args?: Args,
) => layers.Layer & Fields) &
  Pick<typeof layers.Layer, 'fromConfig'> & { readonly className: string };

interface AffineFields {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  /** Absent without `scale`, or before the layer is built. */
  readonly gamma?: LayerVariable | null;
  /** Absent without `center`, or before the layer is built. */
  readonly beta?: LayerVariable | null;
}

/** What TensorFlow.js makes of an argument for which a name can stand. */
type Resolved<Name extends keyof BatchNormalizationArgs> = Exclude<
  NonNullable<BatchNormalizationArgs[Name]>,
  string
>;

interface BatchNormalizationFields extends AffineFields {
  readonly gammaInitializer: Resolved<'gammaInitializer'>;
  readonly gammaRegularizer: Resolved<'gammaRegularizer'>;
  readonly gammaConstraint: Resolved<'gammaConstraint'>;
  readonly betaInitializer: Resolved<'betaInitializer'>;
  readonly betaRegularizer: Resolved<'betaRegularizer'>;
  readonly betaConstraint: Resolved<'betaConstraint'>;
  readonly axis: number;
  readonly momentum: number;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

interface LayerNormalizationFields extends AffineFields {
  /** Indices from the start, once the layer is built. */
  readonly axis: number | number[];
}

const { batchNormalization, layerNormalization } = tensorFlowLayers().layers;

/**
 * TensorFlow.js's own classes, which it does not export. Ours derive from them: so arguments, weights
 * and configuration are the same by themselves. The name keeps its counter of layers as it is.
 */
export const OwnBatchNormalization = batchNormalization({ name: 'own' }).constructor as Class<
  BatchNormalizationArgs,
  BatchNormalizationFields
>;
export const OwnLayerNormalization = layerNormalization({ name: 'own' }).constructor as Class<
  LayerNormalizationArgs,
  LayerNormalizationFields
>;
