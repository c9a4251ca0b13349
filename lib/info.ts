import { addonPath, native } from './native';
import { version } from './version';

/** What `info()` returns. */
export interface Info {
  /** This package's version. */
  readonly version: string;
  /** The SIMD target in use, by Highway's name: 'AVX3', 'AVX2', 'SSE4', 'NEON', ... */
  readonly simdTarget: string;
  /** The SIMD targets that this processor and this addon both have, best first. */
  readonly simdTargets: readonly string[];
  /** How many threads one call may use. */
  readonly threads: number;
  /** The file that the addon was loaded from. */
  readonly addon: string;
  /** The version of Node-API that this Node.js offers. */
  readonly napi: string;
}

/**
 * What runs here: the version, the SIMD target in use and those available, the number of threads
 * and where the addon was loaded from. `BATCHNORM_SIMD=AVX2` in the environment forces a target.
 */
export function info(): Info {
  return {
    version,
    simdTarget: native.simdTarget(),
    simdTargets: native.simdTargets(),
    threads: native.numThreads(),
    addon: addonPath,
    napi: process.versions.napi ?? '',
  };
}
