export type { Checkpoint } from './checkpoint';
export { loadNpy } from './load-npy';
export { loadNpz } from './load-npz';
export {
  type LoadSafetensorsOptions,
  loadSafetensors,
  loadSafetensorsMetadata,
} from './load-safetensors';
export { saveNpy } from './save-npy';
export {
  type SaveableStateDict,
  type SaveSafetensorsOptions,
  saveSafetensors,
} from './save-safetensors';
export type { SaveableTensor } from './written';
