/** Whose mean and std the library knows; here, for help to be printed without it. */
export const presetNames = ['imagenet', 'clip', 'mnist', 'cifar10'] as const;

export type Preset = (typeof presetNames)[number];
