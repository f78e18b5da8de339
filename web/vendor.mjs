// three.js and Spark, loaded on first use. Their files import each other by names that only a bundler or an import map
// resolves, and a page's import map cannot be added late in every browser. So each file is fetched from this pack and
// its import statements are pointed at this pack's own files; the files on disk stay as they were published.

const FILES = { three: "three.module.mjs", "./three.core.js": "three.core.mjs" }; // import specifier: our file
const IMPORT = /^((?:import|export)\b[^;'"]*?\bfrom\s*)(["'])([^"']+)\2/gm;

const urls = new Map(); // file: promise of a URL whose module imports resolve

function urlOf(file) {
  if (!urls.has(file)) {
    const made = resolved(file);
    made.catch(() => urls.delete(file)); // a failed download may be tried again
    urls.set(file, made);
  }
  return urls.get(file);
}

async function resolved(file) {
  const answer = await fetch(new URL(`./vendor/${file}`, import.meta.url));
  if (!answer.ok) throw new Error(`web/vendor/${file} could not be loaded (HTTP ${answer.status}); reinstall the pack`);
  const text = await answer.text();
  const targets = {};
  for (const [, , , name] of text.matchAll(IMPORT)) targets[name] = await urlOf(FILES[name]);
  const pointed = text.replace(IMPORT, (_, head, quote, name) => `${head}${quote}${targets[name]}${quote}`);
  return URL.createObjectURL(new Blob([pointed], { type: "text/javascript" }));
}

export async function loadVendor() {
  const three = await import(await urlOf(FILES.three));
  const spark = await import(await urlOf("spark.module.mjs"));
  return { three, spark };
}
