export type { ImageLayout } from '../images/image-layout';
export type { PixelData } from '../images/pixel-data';
export type { DecodedImage, ImageDataLike, Pixels, ShapedPixels } from '../images/pixels';
export type { ChannelValues } from './channel-scaling';
export { type ChannelStatistics, CIFAR10, CLIP, IMAGENET, MNIST } from './constants';
export type { ImageTarget } from './image-output';
export {
  Normalize,
  type NormalizedDType,
  type NormalizeForwardOptions,
  type NormalizeOptions,
} from './normalize';
