/** The pages' own connections, as one script for the measuring page. */
export { heard, lineFor } from "../../frontend/src/live/stage/open";
