/** Mean and standard deviation of each channel of a data set, of pixels in [0, 1]. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

function statistics(mean: number[], std: number[]): ChannelStatistics {
  return Object.freeze({ mean: Object.freeze(mean), std: Object.freeze(std) });
}

/**
 * RGB of ImageNet, as the models of torchvision and timm expect it
 * (https://docs.pytorch.org/vision/stable/models.html).
 */
export const IMAGENET = statistics([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/** RGB as OpenAI's CLIP and OpenCLIP expect it (clip/clip.py of https://github.com/openai/CLIP). */
export const CLIP = statistics(
  [0.48145466, 0.4578275, 0.40821073],
  [0.26862954, 0.26130258, 0.27577711],
);

/**
 * The one channel of MNIST's training images, as PyTorch's example has it
 * (mnist/main.py of https://github.com/pytorch/examples).
 */
export const MNIST = statistics([0.1307], [0.3081]);

/**
 * RGB of CIFAR-10's training images: the standard deviation of all pixels. The often copied
 * (0.2023, 0.1994, 0.2010) is the mean of each image's own
 * (https://github.com/kuangliu/pytorch-cifar/issues/19).
 */
export const CIFAR10 = statistics([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]);
