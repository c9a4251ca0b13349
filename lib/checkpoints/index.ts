export type { Checkpoint } from './checkpoint';
export { listSafetensors, type SafetensorsListing } from './list-safetensors';
export { loadNpy } from './load-npy';
export { type LoadNpzOptions, loadNpz } from './load-npz';
export { loadSafetensors } from './load-safetensors';
export { loadSafetensorsMetadata } from './load-safetensors-metadata';
export type { LoadSafetensorsOptions } from './safetensors-options';
export { saveNpy } from './save-npy';
export {
  type SaveableStateDict,
  type SaveSafetensorsOptions,
  saveSafetensors,
} from './save-safetensors';
export type { FileOrBytes } from './source';
export type { SaveableTensor } from './written';
