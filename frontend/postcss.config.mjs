/* Class panels on Windows 7 stop at Chrome 109 and old phones at iOS 14. Tailwind 4 as it comes is unreadable there
   (@layer, color-mix, oklch, nesting, media ranges), so everything newer is lowered here, and nothing is left to the browser. */
import tailwindcss from "@tailwindcss/postcss";
import postcssPresetEnv from "postcss-preset-env";

/** Chrome 87 knows neither :where() nor :is(): the first becomes the second, and preset-env writes that out. */
const whereToIs = {
  postcssPlugin: "lantian-where-to-is",
  Once(root) {
    root.walkRules((rule) => {
      if (rule.selector.includes(":where(")) rule.selector = rule.selector.replaceAll(":where(", ":is(");
    });
  },
};

export default {
  plugins: [
    tailwindcss({ optimize: false }),
    whereToIs,
    postcssPresetEnv({
      browsers: ["chrome 87", "ios_saf 14"],
      features: {
        "cascade-layers": true,
        "color-mix": { preserve: false },
        "oklab-function": { preserve: false },
        "nesting-rules": true,
        "media-query-ranges": true,
        "logical-properties-and-values": false,
      },
    }),
  ],
};
