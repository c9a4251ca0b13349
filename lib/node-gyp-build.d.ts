declare module 'node-gyp-build' {
  function load(packageRoot: string): unknown;
  namespace load {
    /** The path of the addon that fits this platform; throws when there is none. */
    function resolve(packageRoot: string): string;
  }
  export default load;
}
