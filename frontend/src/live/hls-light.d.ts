/** The light build carries no types of its own; its surface is that of the full build, less what it leaves out. */
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
