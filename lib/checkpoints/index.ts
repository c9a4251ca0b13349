export type { Checkpoint } from './checkpoint';
export { loadSafetensors, loadSafetensorsMetadata } from './load-safetensors';
export {
  type SaveableStateDict,
  type SaveSafetensorsOptions,
  saveSafetensors,
} from './save-safetensors';
export type { SaveableTensor } from './written';
