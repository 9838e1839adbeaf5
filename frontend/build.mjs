// Build the page into the package: two hashed assets, and an index that names them.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = process.argv[2] ?? "../src/hemoscope/web/static";
// The viewer can read Zarr, which nobody sends here; its codecs would be two thirds of the page.
const NEVER_CALLED = { zarrita: "./src/absent.ts", numcodecs: "./src/absent.ts" };

const made = await build({
  entryPoints: { app: "src/app.ts", style: "src/style.css" },
  alias: NEVER_CALLED,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  write: false,
  outdir: "out",
});

rmSync(OUT, { recursive: true, force: true });
mkdirSync(`${OUT}/assets`, { recursive: true });
let index = readFileSync("src/index.html", "utf8");
for (const { path, contents } of made.outputFiles) {
  const [, name, kind] = /([a-z]+)\.(js|css)$/.exec(path);
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 12);
  writeFileSync(`${OUT}/assets/${name}-${hash}.${kind}`, contents);
  index = index.replace(`${name}.${kind}`, `assets/${name}-${hash}.${kind}`);
}
writeFileSync(`${OUT}/index.html`, index);
writeFileSync(`${OUT}/licences.txt`, licences());

// What is in the page asks for its copyright notice to go with it.
function licences() {
  const inputs = Object.keys(made.metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  const texts = [...new Set(inputs)].filter(Boolean).sort().map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const path = file ? `${folder}/${file}` : `licences/${name.replace("/", "_")}.txt`;
    return `${name} ${version}: ${license}\n\n${readFileSync(path, "utf8").trim()}\n`;
  });
  return `What the page is built from besides our own code.\n\n${texts.join("\n\n")}`;
}
