'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');

/**
 * Loads a CommonJS file as `require` would, but from what V8 made of it when it was built (`FILE.compiled`), if that fits
 * this version of Node: compiling the program anew takes longer than most commands. The two files are made and replaced
 * together, because V8 compares no more of the text than its length.
 *
 * @returns its exports, and the script that a new `FILE.compiled` can be made of
 */
exports.loadCompiled = (path) => {
  // It is ASCII, which the build sees to, and read sooner when that is known.
  const text = `(function(exports,require,module,__filename,__dirname){${readFileSync(path, 'latin1')}\n})`;
  const script = new vm.Script(text, {
    filename: path,
    cachedData: readIfThere(`${path}.compiled`),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, createRequire(path), loaded, path, dirname(path));
  return { exports: loaded.exports, script };
};

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
