// version.ts — the version of the product, as its manifest says

import manifest from "../package.json" with { type: "json" };

export const VERSION: string = manifest.version;
