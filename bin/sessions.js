#!/usr/bin/env node
import nodeModule from 'node:module';

// Node 22 and later keep what they compiled for the next start.
nodeModule.enableCompileCache?.();
const { main } = await import('../dist/main.js');

process.exitCode = await main(process.argv.slice(2));
