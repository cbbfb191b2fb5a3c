/** The pages' own connections, as one script for a page of tests. */
export { heard, lineFor } from "../../../frontend/src/live/stage/open";
