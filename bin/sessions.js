#!/usr/bin/env node
'use strict';
const { join } = require('node:path');
const { loadCompiled } = require('./load-compiled.js');

const { main } = loadCompiled(join(__dirname, '../dist/main.cjs')).exports;
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
