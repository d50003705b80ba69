// esbuild gives a shader's file as text (scripts/build.mjs).
declare module '*.glsl' {
  const source: string;
  export default source;
}
