// Loaded with --require before the processes that tests start on Node 20, which keeps nothing of what it compiled (later
// versions do, with NODE_COMPILE_CACHE): each start of Playwright compiles 10 MB of its bundles in two processes, which
// takes a third of a start. What runs is the same code; only V8's compiled form of it is kept between starts.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { Script } = require('node:vm');

/** No file that evaluates an `import()`: V8 would not find the way back from its kept form to the module. */
const BUNDLES =
  /[\\/]node_modules[\\/]playwright(?:-core)?[\\/]lib[\\/](?:.*[\\/])?(?:babelBundle|coreBundle|expect|runner[\\/]index|utilsBundle|workerProcessEntry)\.js$/;
const directory = path.join(__dirname, '..', 'node_modules', '.cache', 'compiled');

const compile = Module.prototype._compile;
const compiledNow = [];

Module.prototype._compile = function (content, file, ...rest) {
  if (!BUNDLES.test(file)) return compile.call(this, content, file, ...rest);
  const { mtimeMs, size } = statSync(file);
  const key = createHash('sha256')
    .update(`${process.version} ${process.arch} ${file} ${mtimeMs} ${size}`)
    .digest('hex');
  const kept = path.join(directory, key);
  const script = new Script(Module.wrap(content), { filename: file, cachedData: readIfThere(kept) });
  if (script.cachedDataRejected !== false) compiledNow.push({ script, kept });
  const run = script.runInThisContext();
  return run.call(this.exports, this.exports, Module.createRequire(file), this, file, path.dirname(file));
};

// At the end: by then V8 has compiled what a start needs and nothing else.
process.on('exit', () => {
  for (const { script, kept } of compiledNow) {
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
      renameSync(`${kept}.${process.pid}`, kept);
    } catch (error) {
      // The next start is slower; how this process ends is what a test looks at.
      process.stderr.write(`what was compiled is not kept: ${error}\n`);
    }
  }
});

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
